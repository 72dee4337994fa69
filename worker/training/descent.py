"""One step down the gradient, every layer at once: the order the textbook has, and the fast one.

all shards    g_s = the gradient of the cost, summed over the shard's rows
meet
own cut       g = T(0, S) of the g_s / n;  parameters = optimizer(parameters, g)
meet
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from worker.backprop.gradient_norm import norm_blocks
from worker.backprop.tree import bind_tree_total
from worker.gang.gang import Gang
from worker.training.batches import Batch
from worker.training.run import Run

Judge = Callable[[float], None]
"""What the leader does with a batch's cost, summed over its rows, between two barriers: all members wait for it."""


class Descent(Protocol):
    """A way to take a step. Every member calls it with the same arguments but for the rows of its own shards."""

    def take_step(self, batch: Batch, step: int, rate: float) -> list[float]:
        """Update the parameters.

        Args:
            batch: the rows of this member's shards, and the weight of all rows.
            step: steps done before this one.
            rate: the learning rate.

        Returns:
            For the leader the step's row of history: cost at the weights it began with, rate, norm of the mean
            gradient, and what else the order records. For the others nothing of use.
        """

    def gradient_norm(self) -> float:
        """The norm of the last step's mean gradient. For the leader."""


class Simultaneous:
    """All layers at once, from one gradient."""

    def __init__(self, run: Run, gang: Gang, judge: Judge) -> None:
        self._judge, self._leads, self._meet = judge, gang.is_leader, gang.meet
        self._costs = gang.segment.costs
        self._passes = {shard: pass_.run for shard, pass_ in run.passes.items()}
        size = run.blueprint.layout.size
        exchange = run.exchange_over(0, size, gang.segment.norms[: norm_blocks(0, size)])
        self._update, self.gradient_norm = exchange.update, exchange.gradient_norm
        self._total = bind_tree_total(self._costs)

    def take_step(self, batch: Batch, step: int, rate: float) -> list[float]:
        """See ``Descent``."""
        costs, passes = self._costs, self._passes
        divisor = batch.weight or 1.0  # as ``batch.divisor``, a tenth of a microsecond sooner
        for number, x, y, weight in batch.shards:
            costs[number] = passes[number](x, y, weight, step, number)
        self._meet()  # all gradients are there
        self._update(step + 1, rate, 1.0 / divisor)
        if not self._leads:
            self._meet()
            return []
        total = self._total()
        self._judge(total)
        self._meet()  # all parameters are there
        return [total / divisor, rate, self.gradient_norm()]
