"""A gang of one over a real segment, in this process: the training loop without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models.checkpoint_file import RunState
from models.spec import parse_spec
from worker.gang.gang import Gang, places
from worker.gang.history_ring import HistoryRing, steps_between
from worker.gang.segment import Segment
from worker.gang.snapshots import Snapshots
from worker.training.prepared import Prepared
from worker.training.run import Blueprint, Run
from worker.training.trainer import Trainer


class GangOfOne:
    """Trains a spec on arrays.

    Args:
        folder: for the segment's files.
        data: x with its column of ones, y; for training and for validation.
        labels: of the classes.
        start: the parameters before the first step; by default those of the spec's initializer.
        document: the spec, but for dataset and target.
    """

    def __init__(
        self, folder: Path, data: Prepared, labels: list[Any], start: np.ndarray | None = None, **document: Any
    ) -> None:
        spec = parse_spec({"dataset": "ds", "target": "label", **document})
        outputs = len(labels) or data.train_y.shape[1]
        self.blueprint = Blueprint(spec, data, outputs, labels)
        self.segment = Segment.found(folder / f"segment-{spec.shards}", self.blueprint.segment_shape())
        self.segment.parameters[:] = self.blueprint.initial_parameters() if start is None else start
        self.gang = Gang(self.segment, places(1, spec.shards)[0], lambda rank: False, lambda: None)
        self.run = Run(self.blueprint, self.gang, self.blueprint.initial_state())
        self.ring = HistoryRing(self.segment, 0, 0)
        self.snapshots = Snapshots(self.segment, *self.run.cut)
        self.trainer = Trainer(self.run, self.gang, self.ring, self.snapshots, lambda: None)

    def successor(self, state: RunState) -> Trainer:
        """A trainer that takes the run up at another state."""
        run = Run(self.blueprint, self.gang, state)
        return Trainer(run, self.gang, HistoryRing(self.segment, state.step, 0), self.snapshots, lambda: None)

    def train(self) -> np.ndarray:
        """Train to the end; returns the history by step, shape (steps, columns): cost, learning rate, norm, …"""
        self.trainer.train()
        self.trainer.close()
        return steps_between(self.segment, 0, self.ring.steps)


def with_ones(x: np.ndarray) -> np.ndarray:
    """x with the column of ones that prepared data has."""
    return np.column_stack([x, np.ones(len(x), x.dtype)])
