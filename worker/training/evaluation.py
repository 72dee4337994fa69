"""The test after every epoch: what the network says of the validation rows and of a sample of the training rows.

The sample is drawn once, by the seed, the same rows in every epoch: as many as there are validation rows, so that the
test costs at most twice as much. The metrics of both are those of the weights at the epoch's end, without dropout and
without weights of rows or classes. ``train_cost`` is not one of them: it is the mean over the epoch's own steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.backprop.arrays import Codes, Floats
from worker.backprop.metrics import metrics_of
from worker.gang.gang import Gang
from worker.training.prepared import Prepared
from worker.training.run import Run

Rows = NDArray[np.int64]

_GATHER_BYTES = 4 * 1024**2
"""Of rows that are gathered from the mapped data for one forward pass: of wide rows these are few. A member whose share
of the sample is no more than this keeps it: to gather 256 rows of 784 columns anew took 50 µs after every epoch.
"""


class Block(NamedTuple):
    """Rows of one forward pass. Its shape belongs to the numeric contract."""

    x: Floats
    rows: Rows | None
    """Which rows of x; None for all, as they lie."""
    y: Codes | Floats
    outputs: Floats

    @property
    def gathered_bytes(self) -> int:
        """Of a copy of its rows; 0 where they are as they lie."""
        return 0 if self.rows is None else len(self.rows) * self.x.shape[1] * self.x.itemsize

    def gathered(self) -> Block:
        """The same with a copy of its rows, as a view: a pass remembers where views lie."""
        return self if self.rows is None else self._replace(x=self.x[self.rows][:], rows=None)


@dataclass(frozen=True, slots=True)
class Tested:
    """Rows that are tested together, and where the network's answers to them are gathered."""

    name: str
    x: Floats
    rows: Rows | None
    y: Codes | Floats
    outputs: Floats

    def blocks(self, most_rows: int) -> list[Block]:
        """All of the rows, as many to a block as one forward pass takes."""
        if self.rows is not None:
            most_rows = min(most_rows, max(1, _GATHER_BYTES // (self.x.itemsize * self.x.shape[1])))
        parts = [slice(start, start + most_rows) for start in range(0, len(self.outputs), most_rows)]
        if self.rows is None:
            return [Block(self.x[part], None, self.y[part], self.outputs[part]) for part in parts]
        return [Block(self.x, self.rows[part], self.y[part], self.outputs[part]) for part in parts]


class Evaluation:
    """One member's part in the test: every ``size``-th block of rows.

    The outputs, and each block's cost, are gathered in the segment and the metrics computed over all of them by the
    leader, so that they do not depend on who computed which block.
    """

    def __init__(self, run: Run, gang: Gang) -> None:
        self._run, self._costs = run, gang.segment.tested
        tested = _tested_rows(run.data, run.spec.training.seed, gang.segment.outputs)
        self._tested = [each for each in tested if len(each.outputs)]
        blocks = [each.blocks(run.evaluator.buffers.max_rows) for each in self._tested]
        self._ends: list[int] = np.cumsum([len(each) for each in blocks]).tolist()
        own = list(enumerate(chain(*blocks)))[gang.place.rank :: gang.place.size]
        keeps = sum(block.gathered_bytes for _, block in own) <= _GATHER_BYTES
        self._blocks = [(number, block.gathered() if keeps else block) for number, block in own]
        most = max((len(block.rows) for _, block in self._blocks if block.rows is not None), default=0)
        self._gathered = np.empty((most, run.data.inputs + 1), run.data.train_x.dtype)

    def evaluate_own_rows(self) -> None:
        """Fill this member's blocks of the segment's outputs, and of their costs."""
        for number, (x, rows, y, out) in self._blocks:
            here = x
            if rows is not None:  # mode="clip" lets NumPy write straight into the buffer
                here = np.take(x, rows, axis=0, out=self._gathered[: len(rows)], mode="clip")
            self._costs[number] = self._run.evaluator.test(here, y, out)

    def is_finite(self) -> bool:
        """Whether every answer of the network is a number, and every cost. For the leader."""
        finite = all(bool(np.isfinite(tested.outputs).all()) for tested in self._tested)
        return finite and bool(np.isfinite(self._costs[: self._ends[-1]]).all())

    def metrics(self) -> dict[str, float]:
        """All metrics by name, such as ``train_accuracy`` and ``validation_cost``. For the leader."""
        found: dict[str, float] = {}
        for tested, (first, last) in zip(self._tested, pairwise([0, *self._ends]), strict=True):
            cost = float(np.add.reduce(self._costs[first:last])) / len(tested.outputs)
            metrics = {"cost": cost, **metrics_of(self._run.network, tested.outputs, tested.y)}
            found |= {f"{tested.name}_{name}": value for name, value in metrics.items()}
        found.pop("train_cost")
        return found


def _tested_rows(data: Prepared, seed: int, outputs: Floats) -> list[Tested]:
    """The validation rows, then the sample of the training rows."""
    held_back, sample = data.validation_rows, data.training_sample(seed)
    y = data.train_y if sample is None else data.train_y[sample]
    return [
        Tested("validation", data.validation_x, None, data.validation_y, outputs[:held_back]),
        Tested("train", data.train_x, sample, y, outputs[held_back:]),
    ]
