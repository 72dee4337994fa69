"""The test after every epoch: what the network says of the validation rows, and how good that is."""

from __future__ import annotations

from worker.backprop.metrics import metrics_of
from worker.gang.gang import Gang
from worker.training.run import EVALUATION_ROWS, Run


class Evaluation:
    """One member's part in the test: every ``size``-th block of rows.

    The outputs are gathered in the segment and the metrics computed over all of them by the leader, so that
    they do not depend on who computed which block.
    """

    def __init__(self, run: Run, gang: Gang) -> None:
        self._run, self._outputs = run, gang.segment.outputs
        starts = range(gang.place.rank * EVALUATION_ROWS, run.data.validation_rows, gang.place.size * EVALUATION_ROWS)
        self._blocks = [slice(start, start + EVALUATION_ROWS) for start in starts]

    def evaluate_own_rows(self) -> None:
        """Fill this member's blocks of the segment's outputs."""
        for block in self._blocks:
            self._run.evaluator.outputs(self._run.data.validation_x[block], out=self._outputs[block])

    def metrics(self) -> dict[str, float]:
        """The validation metrics by name; none without validation rows. For the leader."""
        if not self._run.data.validation_rows:
            return {}
        found = metrics_of(self._run.network, self._outputs, self._run.data.validation_y)
        return {f"validation_{name}": value for name, value in found.items()}
