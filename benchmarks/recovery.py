"""How long nothing is learnt after a kill: `python -m benchmarks.recovery [rounds]`.

One long job is served by a gang of two under the default settings. Each round kills a part of it with SIGKILL at a
random moment and measures the time to the next completed step. "work lost" is the age of the copy of the state that
the next generation begins from, in seconds; "redone" are the steps that the gang had made since. The real processes are
those of the fault campaign.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import machine
from benchmarks.step_counter import MEETINGS_A_STEP, meetings, segments_of
from tests.support.fleet import Fleet, wait_until

_MEMORY = Path("/dev/shm")
_STEPS_AN_EPOCH = 15
"""3,600 rows for training in batches of 256."""
_MEETINGS_A_STEP = MEETINGS_A_STEP + 2 / _STEPS_AN_EPOCH
_JOB = {
    "target": "label",
    "network": {"hidden": [{"units": 256, "activation": "relu"}]},
    "training": {"batch_size": 256, "max_epochs": 1_000_000, "optimizer": {"name": "adam", "learning_rate": 1e-4}},
    "shards": 2,
    "workers": {"min": 2},
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One round."""

    wait_s: float
    """Without a step."""
    lost_s: float
    """Of work."""
    redone: int
    """Steps that were made again."""


class Recovery:
    """A job, its fleet, and the faults."""

    def __init__(self, root: Path) -> None:
        self.fleet = Fleet(root)
        self.fleet.start_broker()
        self.fleet.start_workers(2)
        self.job_id = self.fleet.submit({"dataset": self.fleet.add_digits_like(4000), **_JOB})

    def measure(self, fault: Callable[[], None]) -> Measured:
        """One round."""
        wait_until(lambda: len(self.fleet.members(self.job_id)) == 2, 60.0, "a gang of two")
        before = self.fleet.job(self.job_id).fence
        wait_until(lambda: self._has_stepped(before), 60.0, "a step")
        time.sleep(random.uniform(1.5, 3.0))  # the moment of the fault
        before = self.fleet.job(self.job_id).fence
        copied_at = max(path.stat().st_mtime for path in self._folder().glob(f"{self.job_id}-{before}.*"))
        made = self._steps_made(before)
        struck, lost_s = time.monotonic(), time.time() - copied_at
        fault()
        wait_until(lambda: self._has_stepped(before + 1), 60.0, "the next step")
        wait_s = time.monotonic() - struck
        start = wait_until(lambda: self._start_after(before), 60.0, "the start of the next generation")
        return Measured(wait_s, lost_s, max(0, made - start))

    def kill(self, *ranks: int) -> None:
        """Kill these members of the gang."""
        for pid in [self.fleet.members(self.job_id)[rank][1].pid for rank in ranks]:
            os.kill(pid, signal.SIGKILL)

    def kill_everything(self) -> None:
        """Kill the broker and the workers, and start them again."""
        assert self.fleet.broker is not None
        self.fleet.kill(self.fleet.celery_workers.pop())
        self.fleet.kill(self.fleet.broker)
        self.fleet.socket.unlink(missing_ok=True)
        self.fleet.start_broker()
        self.fleet.start_workers(2)

    def silence_the_leader(self) -> None:
        """Stop the leader until others have gone on: only its lease can tell."""
        pid, before = self.fleet.members(self.job_id)[0][1].pid, self.fleet.job(self.job_id).fence
        os.kill(pid, signal.SIGSTOP)
        try:
            wait_until(lambda: self._has_stepped(before + 1), 60.0, "the next step")
        finally:
            os.kill(pid, signal.SIGCONT)

    def _steps_made(self, generation: int) -> int:
        """Up to now, within a step or two: what the leader's counter says of how often the gang has met."""
        (start,) = [g.start_step for g in self.fleet.generations(self.job_id) if g.number == generation]
        return int((start or 0) + meetings(self._folder() / f"{self.job_id}-{generation}") / _MEETINGS_A_STEP)

    def _start_after(self, generation: int) -> int | None:
        """The step from which the job went on."""
        steps = [g.start_step for g in self.fleet.generations(self.job_id) if g.number > generation]
        return next((step for step in steps if step is not None), None)

    def _folder(self) -> Path:
        (folder,) = self.fleet.shared_memory.iterdir()
        return folder

    def _has_stepped(self, generation: int) -> bool:
        """Whether a generation, or one after it, has met at both barriers of a step."""
        newer = segments_of(self.fleet.shared_memory, self.job_id, generation)
        return any(meetings(path) >= MEETINGS_A_STEP for path in newer)


def main() -> None:
    """Measure every fault and print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    console = Console()
    console.print(machine())
    table = Table(title="From SIGKILL to the next completed step")
    columns = ("seconds, median", "worst", "work lost, s, median", "worst", "steps redone, median", "worst")
    for title in ("what is killed", "rounds", *columns):
        table.add_column(title, justify="left" if title == "what is killed" else "right")
    root = Path(tempfile.mkdtemp(prefix="chainrule-recovery-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        _measure_all(Recovery(root), rounds, table)
    finally:
        shutil.rmtree(root)
    console.print(table)


def _measure_all(recovery: Recovery, rounds: int, table: Table) -> None:
    faults: dict[str, Callable[[], None]] = {
        "a member": lambda: recovery.kill(1),
        "the leader": lambda: recovery.kill(0),
        "the whole gang": lambda: recovery.kill(0, 1),
        "everything, started again at once": recovery.kill_everything,
        "nothing: the leader is stopped": recovery.silence_the_leader,
    }
    try:
        for name, fault in faults.items():
            found = [recovery.measure(fault) for _ in range(rounds)]
            waits, lost = _figures(each.wait_s for each in found), _figures(each.lost_s for each in found)
            redone = sorted(each.redone for each in found)
            steps = (f"{statistics.median(redone):,.0f}", f"{redone[-1]:,}")
            table.add_row(name, str(rounds), *waits, *lost, *steps)
            print(f"{name}:", *waits, *lost, *steps, file=sys.stderr, flush=True)  # it takes a quarter of an hour
    finally:
        recovery.fleet.stop()


def _figures(seconds: Iterable[float]) -> tuple[str, str]:
    found = list(seconds)
    return f"{statistics.median(found):.2f}", f"{max(found):.2f}"


if __name__ == "__main__":
    main()
