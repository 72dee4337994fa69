"""The gang without the service: its members train from memory, and nobody reports, copies aside or watches.

    python -m benchmarks.bare_gang <index of the shape> <members> <optimizer>

prints samples per second. What the service makes of the same job is to be held against it.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.shapes import SHAPES, Shape
from models.spec import parse_spec
from worker.fingerprint import limit_blas_to_one_thread
from worker.gang.gang import Gang, places
from worker.gang.history_ring import HistoryRing, epochs_between
from worker.gang.segment import RING_EPOCHS, Segment
from worker.gang.snapshots import Snapshots
from worker.training.prepared import Prepared
from worker.training.run import Blueprint, Run
from worker.training.trainer import Trainer


def samples_per_second(shape: Shape, members: int, optimizer: str) -> float:
    """From the end of the first epoch to the end of the last one."""
    assert shape.epochs <= RING_EPOCHS, "the first epochs would be written over"
    blueprint = _blueprint(shape, members, optimizer)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        segment = Segment.found(Path(folder) / "segment", blueprint.segment_shape())
        segment.parameters[:] = blueprint.initial_parameters()
        context = multiprocessing.get_context("fork")
        processes = [
            context.Process(target=_train, args=(blueprint, segment, rank, members)) for rank in range(members)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        seconds = epochs_between(segment, 0, shape.epochs)[:, blueprint.epoch_columns.index("seconds")]
    return float((shape.epochs - 1) * shape.rows / (seconds[-1] - seconds[0]))


def _blueprint(shape: Shape, members: int, optimizer: str) -> Blueprint:
    random = np.random.Generator(np.random.Philox(0))
    x = np.ones((shape.rows, shape.widths[0] + 1), np.float32)
    x[:, :-1] = random.standard_normal((shape.rows, shape.widths[0]), dtype=np.float32)
    y = np.arange(shape.rows) % shape.widths[-1]
    document = shape.spec("ds", members, optimizer)
    document["training"]["cost"] = "cross_entropy"
    return Blueprint(parse_spec(document), Prepared(x, y, x[:0], y[:0]), shape.widths[-1], range(shape.widths[-1]))


def _train(blueprint: Blueprint, segment: Segment, rank: int, members: int) -> None:
    limit_blas_to_one_thread()
    gang = Gang(segment, places(members, blueprint.spec.shards)[rank], lambda _: False, lambda: None)
    run = Run(blueprint, gang, blueprint.initial_state())
    ring = _EndlessRing(segment, 0, 0)
    trainer = Trainer(run, gang, ring, Snapshots(segment, *run.cut), lambda: None)
    trainer.train()


class _EndlessRing(HistoryRing):
    """Nobody reads, so nothing waits to be read."""

    def is_full(self) -> bool:
        """Never."""
        return False


def main() -> None:
    """Measure."""
    shape, members, optimizer = SHAPES[int(sys.argv[1])], int(sys.argv[2]), sys.argv[3]
    print(samples_per_second(shape, members, optimizer))


if __name__ == "__main__":
    main()
