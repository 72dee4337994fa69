"""What checkpoints of ten million parameters cost the steps: `python -m benchmarks.checkpoint_cost [seconds]`.

One job of two members on a real disk, with the default settings: the state is copied aside about every second (for as
much as a fiftieth of the time) and written to the artifact store every ten. The steps are watched from outside.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from benchmarks.__main__ import machine
from benchmarks.step_counter import MEETINGS_A_STEP, meetings, segments_of
from tests.support.fleet import Fleet, wait_until

_INPUTS, _HIDDEN, _CLASSES, _ROWS = 1000, (3100, 2200), 10, 65_536
_LOOK_S = 0.001
_WARM_UP_S = 5.0


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    console = Console()
    console.print(machine())
    root = Path(tempfile.mkdtemp(prefix="chainrule-checkpoints-"))
    fleet = Fleet(root, CHAINRULE_SHARED_MEMORY_DIR="/dev/shm/chainrule-checkpoints")
    fleet.shared_memory = Path("/dev/shm/chainrule-checkpoints")
    try:
        console.print(_measure(fleet, seconds))
    finally:
        fleet.stop()
        shutil.rmtree(root)
        shutil.rmtree(fleet.shared_memory, ignore_errors=True)


def _measure(fleet: Fleet, seconds: float) -> str:
    fleet.start_broker()
    fleet.start_workers(2)
    job_id = fleet.submit(
        {
            "dataset": fleet.add_digits_like(_ROWS, _INPUTS, _CLASSES),
            "target": "label",
            "network": {"hidden": [{"units": units, "activation": "relu"} for units in _HIDDEN]},
            "training": {"batch_size": 256, "max_epochs": 10_000, "optimizer": {"name": "adam"}},
            "shards": 2,
            "workers": {"min": 2},
            "validation": None,
        }
    )
    wait_until(lambda: len(fleet.members(job_id)) == 2, 120.0, "a gang of two")
    (segment,) = segments_of(fleet.shared_memory, job_id, fleet.job(job_id).fence)
    wait_until(lambda: meetings(segment) >= MEETINGS_A_STEP, 120.0, "a step")
    time.sleep(_WARM_UP_S)
    before = len(_stored(fleet, job_id))
    taken_s = _durations(segment, seconds)
    median, slowest = statistics.median(taken_s), max(taken_s)
    return (
        f"{len(taken_s)} steps in {seconds:.0f} s, {len(_stored(fleet, job_id)) - before} checkpoints: "
        f"median {median * 1e3:.0f} ms, slowest {slowest * 1e3:.0f} ms ({slowest / median:.2f} times the median); "
        f"all of them took {sum(taken_s) / len(taken_s) / median - 1:.1%} more than so many median ones"
    )


def _durations(segment: Path, seconds: float) -> list[float]:
    """Of every step seen from its beginning to its end."""
    ended, taken_s = time.monotonic() + seconds, []
    began, steps = None, meetings(segment) // MEETINGS_A_STEP
    while time.monotonic() < ended:
        time.sleep(_LOOK_S)
        if meetings(segment) // MEETINGS_A_STEP != steps:
            now, steps = time.monotonic(), meetings(segment) // MEETINGS_A_STEP
            if began is not None:
                taken_s.append(now - began)
            began = now
    return taken_s


def _stored(fleet: Fleet, job_id: str) -> list[object]:
    return [event for event in fleet.events(job_id) if event.kind == "checkpoint"]


if __name__ == "__main__":
    main()
