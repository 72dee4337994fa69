"""How long nothing is learnt after a kill: `python -m benchmarks.recovery [rounds]`.

One long job is served by a gang of two under the default settings. Each round kills a part of it with SIGKILL at a
random moment and measures the time to the next completed step. "work lost" is the age of the copy of the state that
the next generation begins from. The real processes are those of the fault campaign.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import machine
from tests.support.fleet import Fleet, wait_until

_MEMORY = Path("/dev/shm")
_FIRST_COUNTER = 128
"""Bytes before the leader's counter in a segment: the control words."""
_ROUNDS_OF_THE_LEASE = 3
"""Each takes a lease's time."""
_JOB = {
    "target": "label",
    "network": {"hidden": [{"units": 256, "activation": "relu"}]},
    "training": {"batch_size": 256, "max_epochs": 1_000_000, "optimizer": {"name": "adam", "learning_rate": 1e-4}},
    "shards": 2,
    "workers": {"min": 2},
}


class Recovery:
    """A job, its fleet, and the faults."""

    def __init__(self, root: Path) -> None:
        self.fleet = Fleet(root)
        self.fleet.start_broker()
        self.fleet.start_workers(2)
        self.job_id = self.fleet.submit({"dataset": self.fleet.add_digits_like(4000), **_JOB})

    def measure(self, fault: Callable[[], None]) -> tuple[float, float]:
        """One round; the seconds without a step, and the seconds of work lost."""
        wait_until(lambda: len(self.fleet.members(self.job_id)) == 2, 60.0, "a gang of two")
        before = self.fleet.job(self.job_id).fence
        wait_until(lambda: self._has_stepped(before), 60.0, "a step")
        time.sleep(random.uniform(1.5, 3.0))  # the moment of the fault
        before = self.fleet.job(self.job_id).fence
        copied_at = max(path.stat().st_mtime for path in self._folder().glob(f"{self.job_id}-{before}.*"))
        struck, lost_s = time.monotonic(), time.time() - copied_at
        fault()
        wait_until(lambda: self._has_stepped(before + 1), 60.0, "the next step")
        return time.monotonic() - struck, lost_s

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

    def _folder(self) -> Path:
        (folder,) = self.fleet.shared_memory.iterdir()
        return folder

    def _has_stepped(self, generation: int) -> bool:
        """Whether a generation, or one after it, has met at both barriers of a step."""
        for path in self._folder().glob(f"{self.job_id}-*"):
            if not path.suffix and int(path.name.rpartition("-")[2]) >= generation:
                with path.open("rb") as segment:
                    segment.seek(_FIRST_COUNTER)
                    word = segment.read(8)  # nothing yet of one that is being made
                    if word and struct.unpack("<q", word)[0] >= 2:
                        return True
        return False


def main() -> None:
    """Measure every fault and print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    console = Console()
    console.print(machine())
    table = Table(title="Seconds from SIGKILL to the next completed step")
    for title in ("what is killed", "rounds", "median", "worst", "work lost, median", "worst"):
        table.add_column(title, justify="left" if title == "what is killed" else "right")
    root = Path(tempfile.mkdtemp(prefix="chainrule-recovery-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        _measure_all(Recovery(root), rounds, table)
    finally:
        shutil.rmtree(root)
    console.print(table)


def _measure_all(recovery: Recovery, rounds: int, table: Table) -> None:
    faults: dict[str, tuple[Callable[[], None], int]] = {
        "a member": (lambda: recovery.kill(1), rounds),
        "the leader": (lambda: recovery.kill(0), rounds),
        "the whole gang": (lambda: recovery.kill(0, 1), rounds),
        "everything, started again at once": (recovery.kill_everything, rounds),
        "nothing; the leader is stopped": (recovery.silence_the_leader, min(rounds, _ROUNDS_OF_THE_LEASE)),
    }
    try:
        for name, (fault, times) in faults.items():
            found = [recovery.measure(fault) for _ in range(times)]
            waits, lost = zip(*found, strict=True)
            figures = (statistics.median(waits), max(waits), statistics.median(lost), max(lost))
            table.add_row(name, str(times), *(f"{figure:.2f}" for figure in figures))
    finally:
        recovery.fleet.stop()


if __name__ == "__main__":
    main()
