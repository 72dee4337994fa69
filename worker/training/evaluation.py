"""The test after every epoch: what the network says of the validation rows and of a sample of the training rows.

The sample is every k-th training row, the same ones in every epoch: about as many as there are validation rows, so that
the test costs at most twice as much. The metrics of both are those of the weights at the epoch's end, without dropout
and without weights of rows or classes. ``train_cost`` is not one of them: it is the mean over the epoch's own steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worker.backprop.arrays import Codes, Floats
from worker.backprop.metrics import metrics_of
from worker.gang.gang import Gang
from worker.training.prepared import Prepared
from worker.training.run import Run


@dataclass(frozen=True, slots=True)
class Tested:
    """Rows that are tested together, and where the network's answers to them are gathered."""

    name: str
    x: Floats
    y: Codes | Floats
    outputs: Floats


class Evaluation:
    """One member's part in the test: every ``size``-th block of rows.

    The outputs are gathered in the segment and the metrics computed over all of them by the leader, so that
    they do not depend on who computed which block.
    """

    def __init__(self, run: Run, gang: Gang) -> None:
        self._run = run
        self._tested = [tested for tested in _tested_rows(run.data, gang.segment.outputs) if len(tested.x)]
        rows = run.evaluator.buffers.max_rows
        blocks = [
            (tested.x[start : start + rows], tested.outputs[start : start + rows])
            for tested in self._tested
            for start in range(0, len(tested.x), rows)
        ]
        self._blocks = blocks[gang.place.rank :: gang.place.size]

    def evaluate_own_rows(self) -> None:
        """Fill this member's blocks of the segment's outputs."""
        for x, out in self._blocks:
            self._run.evaluator.outputs(x, out=out)

    def is_finite(self) -> bool:
        """Whether every answer of the network is a number. For the leader."""
        return all(bool(np.isfinite(tested.outputs).all()) for tested in self._tested)

    def metrics(self) -> dict[str, float]:
        """All metrics by name, such as ``train_accuracy`` and ``validation_cost``. For the leader."""
        found: dict[str, float] = {}
        for tested in self._tested:
            metrics = metrics_of(self._run.network, tested.outputs, tested.y)
            found |= {f"{tested.name}_{name}": value for name, value in metrics.items()}
        found.pop("train_cost")
        return found


def _tested_rows(data: Prepared, outputs: Floats) -> list[Tested]:
    """The validation rows, then the sample of the training rows."""
    rows, sample = data.validation_rows, data.training_sample
    return [
        Tested("validation", data.validation_x, data.validation_y, outputs[:rows]),
        Tested("train", data.train_x[sample], data.train_y[sample], outputs[rows:]),
    ]
