"""Steps that adjust one layer at a time and test the network after every adjustment.

    for layer in order:
        all shards    g_s = the layer's gradient at the weights as they are now;  the cost before
        meet
        own cut       g = T(0, S) of the g_s / n;  the layer's parameters = optimizer(…, g)
        meet
    all shards        the cost after the last layer

What the adjustment of a layer does to the batch's cost is the layer's impact: the cost before it minus the cost
after it, more than 0 where it helped. The cost after one layer is the cost before the next.

A step of L layers has L exchanges. Each layer's update is one gradient averaged over all shards, so here too the
bits do not depend on who computes what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from worker.backprop.gradient_norm import bind_norm, norm_blocks
from worker.backprop.tree import bind_tree_total
from worker.backprop.update_order import fixed_order, largest_first
from worker.gang.gang import Gang
from worker.training.batches import Batch
from worker.training.descent import Judge
from worker.training.run import Run


class LayerByLayer:
    """Layers one after the other.

    Args:
        run: what is trained.
        gang: with whom.
        judge: what the leader does with the step's first cost.
        order: of the layers, from the output, from the input, or by the size of their gradients.
    """

    def __init__(self, run: Run, gang: Gang, judge: Judge, order: str) -> None:
        self._run, self._judge, self._gang = run, judge, gang
        self._costs = gang.segment.costs
        self._total = bind_tree_total(self._costs)
        self._norms = gang.segment.norms
        self.gradient_norm = bind_norm(self._norms)
        """Over all layers, each at the weights it was adjusted from."""
        layout = run.blueprint.layout
        self._layers = [layout.layer(index) for index in range(layout.layers)]
        starts = np.cumsum([0, *(norm_blocks(layer.start, layer.stop) for layer in self._layers)]).tolist()
        self._exchanges = [
            run.exchange_over(layer.start, layer.stop, self._norms[first:last])
            for layer, (first, last) in zip(self._layers, pairwise(starts), strict=True)
        ]
        fixed = fixed_order(order, len(self._layers))
        self._order: Callable[[Batch, int], Sequence[int]] = (
            self._largest_gradient_first if fixed is None else lambda _batch, _step: fixed
        )

    def take_step(self, batch: Batch, step: int, rate: float) -> list[float]:
        """See ``Descent``; after the norm, the row has each layer's impact, the input's layer first."""
        order = self._order(batch, step)
        totals = [self._adjust(layer, batch, step, rate, judged=place == 0) for place, layer in enumerate(order)]
        totals.append(self._test(batch, step))
        costs = [total / batch.divisor for total in totals]
        impacts = [0.0] * len(order)
        for layer, (before, after) in zip(order, pairwise(costs), strict=True):
            impacts[layer] = before - after
        return [costs[0], rate, self.gradient_norm(), *impacts]

    def _adjust(self, layer: int, batch: Batch, step: int, rate: float, *, judged: bool) -> float:
        """Update one layer; for the leader, the cost before, summed over the batch's rows."""
        for shard in batch.shards:
            run_layer = self._run.passes[shard.number].run_layer
            self._costs[shard.number] = run_layer(layer, shard.x, shard.y, shard.weight, step, shard.number)
        self._gang.meet()  # all of the layer's gradients are there
        self._exchanges[layer].update(step + 1, rate, 1.0 / batch.divisor)
        total = self._total() if self._gang.is_leader else 0.0
        if judged and self._gang.is_leader:
            self._judge(total)
        self._gang.meet()  # all of the layer's parameters are there
        return total

    def _test(self, batch: Batch, step: int) -> float:
        """The cost of the batch at the weights as they are now; for the leader."""
        for shard in batch.shards:
            cost = self._run.passes[shard.number].cost
            self._costs[shard.number] = cost(shard.x, shard.y, shard.weight, (step, shard.number))
        self._gang.meet()  # all costs are there
        total = self._total() if self._gang.is_leader else 0.0
        self._gang.meet()  # the leader has read them
        return total

    def _largest_gradient_first(self, batch: Batch, step: int) -> Sequence[int]:
        """By the root mean square of each layer's gradient, weight and bias together, at the step's first weights.

        The squares are added over fixed blocks in a fixed order: every member finds the same order.
        """
        for shard in batch.shards:
            self._run.passes[shard.number].run(shard.x, shard.y, shard.weight, step, shard.number)
        self._gang.meet()  # all gradients are there
        for exchange in self._exchanges:
            exchange.measure(1.0 / batch.divisor)
        self._gang.meet()  # all squares are there
        norms = [exchange.gradient_norm() for exchange in self._exchanges]
        return largest_first(norms, [layer.stop - layer.start for layer in self._layers])
