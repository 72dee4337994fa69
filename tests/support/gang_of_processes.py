"""A gang of several processes over one segment, without a database: for laws about bits."""

from __future__ import annotations

import hashlib
import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from models.spec import parse_spec
from worker.gang.gang import Gang, places
from worker.gang.history_ring import HistoryRing, epochs_between, steps_between
from worker.gang.segment import Segment
from worker.gang.snapshots import Snapshots
from worker.training.prepared import Prepared
from worker.training.run import Blueprint, Run
from worker.training.trainer import Trainer

Digest = str


class Crew:
    """Processes that train whatever they are given, in gangs of any size up to theirs."""

    def __init__(self, size: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._members = []
        for _ in range(size):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._members.append((process, ours))

    def digest(self, folder: Path, size: int, document: dict[str, Any], data: Prepared, labels: list[Any]) -> Digest:
        """Train with a gang of so many; the digest of parameters, optimizer slots, best weights and history."""
        blueprint = _blueprint(document, data, labels)
        path = folder / f"segment-{size}"
        segment = Segment.found(path, blueprint.segment_shape())
        segment.parameters[:] = blueprint.initial_parameters()
        for rank in range(size):
            self._members[rank][1].send((path, rank, size, document, data, labels))
        found = [self._members[rank][1].recv() for rank in range(size)]
        steps, epochs = found[0]
        digest = hashlib.sha256(segment.state.tobytes())
        digest.update(steps_between(segment, 0, steps).tobytes())
        digest.update(epochs_between(segment, 0, epochs)[:, 1:].tobytes())  # but for the seconds it took
        return digest.hexdigest()

    def stop(self) -> None:
        """End all processes."""
        for process, pipe in self._members:
            pipe.close()
            process.join()


def _blueprint(document: dict[str, Any], data: Prepared, labels: list[Any]) -> Blueprint:
    spec = parse_spec({"dataset": "ds", "target": "label", **document})
    outputs = data.train_y.shape[1] if data.train_y.ndim > 1 else len(labels)
    return Blueprint(spec, data, outputs, labels)


def _work(pipe: Connection) -> None:
    while True:
        try:
            path, rank, size, *rest = pipe.recv()
        except EOFError:
            return
        blueprint = _blueprint(*rest)
        segment = Segment.join(path, blueprint.segment_shape())
        place = places(size, blueprint.spec.shards)[rank]
        gang = Gang(segment, place, lambda rank: False, lambda: None)
        run = Run(blueprint, gang, blueprint.initial_state())
        ring = HistoryRing(segment, 0, 0)
        trainer = Trainer(run, gang, ring, Snapshots(segment, *run.cut), lambda: None)
        trainer.train()
        trainer.close()
        pipe.send((ring.steps, ring.epochs))
