"""What a worker holds in memory beside the bound it promises: `python -m benchmarks.memory [seconds a run]`.

    mapped data in use + (own shards + 1 + (optimizer slots + others' shards) / members) × parameters × 4 bytes + 125 MB

Real Celery workers train networks in gangs of one and of two, two shards, Adam, float32. From the submission of a job
to its end the kernel is asked what each of them holds. The table shows the most that any member held at any moment
beside its mapped data: while steps were taken, and when the gang formed or the job ended.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import machine
from models.states import TERMINAL
from tests.support.fleet import Fleet
from tests.support.resident_memory import Resident, most_resident, resident_memory

_SHARDS, _SLOTS = 2, 2
_INPUTS, _CLASSES, _ROWS = 784, 10, 4_000
_NETWORKS = [(32,), (128,), (1024, 1024), (2048, 2048), (2800, 2800)]
"""The hidden layers: from 25 thousand parameters to ten million."""
_MEMORY = Path("/dev/shm")
_PAUSE_S = 0.02
_MB = 1e6


class Held(NamedTuple):
    """The most that any member held."""

    training: Resident
    ever: Resident


def main() -> None:
    """Measure every network with each size of gang, and print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    console = Console()
    console.print(machine())
    table = Table(title="MB resident in a member, beside mapped data")
    for title in ("network", "parameters", "members", "of the segment", "own", "both", "at any moment", "bound"):
        table.add_column(title, justify="left" if title == "network" else "right")
    for members in (1, 2):
        root = Path(tempfile.mkdtemp(prefix="chainrule-memory-", dir=_MEMORY if _MEMORY.is_dir() else None))
        try:
            measure_gang(root, members, seconds, table)
        finally:
            shutil.rmtree(root)
    console.print(table)


def measure_gang(root: Path, members: int, seconds: float, table: Table) -> None:
    """One row for each network, served by a gang of so many."""
    fleet = Fleet(root)
    try:
        fleet.start_broker()
        fleet.start_workers(members)
        dataset = fleet.add_digits_like(_ROWS, _INPUTS, _CLASSES)
        for hidden in _NETWORKS:
            held = hold(fleet, fleet.submit(_spec(dataset, hidden, seconds)), seconds)
            table.add_row(*_row((_INPUTS, *hidden, _CLASSES), members, held))
    finally:
        fleet.stop()


def hold(fleet: Fleet, job_id: str, seconds: float) -> Held:
    """Look at all workers until the job has ended. Raises SystemExit when it does not end well."""
    pids = [worker.pid for worker in fleet.workers()]
    training, ever = Resident(), Resident()
    first_step = None
    while (job := fleet.job(job_id)).state not in TERMINAL:
        first_step = first_step or (time.monotonic() if job.step else None)
        steady = first_step is not None and time.monotonic() < first_step + 0.7 * seconds
        for pid in pids:
            now = resident_memory(pid, fleet.shared_memory, [fleet.root / "data", fleet.root / "artifacts"])
            ever = max(ever, now, key=lambda each: each.beside_data)
            training = max(training, now, key=lambda each: each.beside_data) if steady else training
        time.sleep(_PAUSE_S)
    if job.state == "failed":
        raise SystemExit(f"the job failed: {job.message}")
    return Held(training, ever)


def _spec(dataset: str, hidden: tuple[int, ...], seconds: float) -> dict[str, object]:
    return {
        "dataset": dataset,
        "target": "label",
        "network": {"hidden": [{"units": units} for units in hidden]},
        "training": {"batch_size": 256, "max_epochs": 1_000_000, "optimizer": {"name": "adam", "learning_rate": 1e-4}},
        "shards": _SHARDS,
        "stopping": {"max_seconds": seconds},
        "checkpoints": {"every_seconds": 2.0},
    }


def _row(widths: tuple[int, ...], members: int, held: Held) -> list[str]:
    parameters = sum((n_in + 1) * n_out for n_in, n_out in pairwise(widths))
    bound = most_resident(parameters, shards=_SHARDS, slots=_SLOTS, members=members)
    training = held.training
    sizes = (training.segment, training.own, training.beside_data, held.ever.beside_data, bound)
    name = "-".join(map(str, widths))
    return [name, f"{parameters:,}", str(members), *(f"{size / _MB:,.0f}" for size in sizes)]


if __name__ == "__main__":
    main()
