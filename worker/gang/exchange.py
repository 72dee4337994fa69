"""The exchange: shards' gradients in, updated parameters out, each member its own cut.

Between the two barriers of a step every member, for the elements of its cut and block by block,

    g  = T(0, S) of the shards' gradients / n        the mean gradient, added in the canonical tree
    g += the penalty's gradient                      l1 and l2, of the weights
    parameters, slots = optimizer(parameters, g, slots)

Everything here is element-wise, so where the cuts fall changes no bit. That is a reduce-scatter, a sharded
optimizer and an all-gather, with nothing sent: the parameters are where everybody reads them. What is not
element-wise, the gradient's norm, is added over fixed blocks of NORM_BLOCK elements.

Blocks of some ten thousand elements keep the accumulator and the optimizer's temporaries in the nearest caches.

The others have read the parameters since they were last written, and a core that writes, element by element, to lines
another one holds asks for each of them: 50,000 elements took 30 instead of 4 µs between cores of two dies. A plain copy
of memory need not ask and took 5. So a member updates its cut in the state, which it alone touches, and copies it to
where all read, with the gaps that the passes' products want.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.backprop import Layout, Optimizer, Penalty
from worker.backprop.arrays import on_a_line
from worker.backprop.compiled import has_loops
from worker.backprop.gradient_norm import NORM_BLOCK, bind_norm, clip_factor
from worker.backprop.tree import tree_depth
from worker.gang.block import Cut, bind_block
from worker.gang.gang import Gang, own_cut

Array = NDArray[Any]

BLOCK = 32_768
"""Elements: a multiple of NORM_BLOCK, 128 KiB of float32. Half of it takes 10 % longer: twice the calls."""
_SMALL_CUT = 2 * BLOCK
"""Up to so many elements a cut is one block where compiled loops go through it chunk by chunk: 3 % of a step of
784-128-10."""


def publishes(gang: Gang, layout: Layout) -> bool:
    """Whether the passes of this gang read the published parameters, and not those of the state."""
    return layout.pitched_size > 0 and (gang.place.size > 1 or layout.has_gaps)


class Exchange:
    """One member's part in updating the elements [start, stop) of the parameters, which nobody else writes from now on.

    Args:
        gang: whose segment holds gradients, parameters and slots.
        optimizer: element-wise; keeps nothing of its own.
        penalty: element-wise too; knows the layout.
        start, stop: the whole network, or one layer.
        norms: ``norm_blocks(start, stop)`` numbers of the segment that belong to these elements.
        clip_norm: the largest norm of the mean gradient that is not scaled down, or None.
    """

    def __init__(
        self,
        gang: Gang,
        optimizer: Optimizer,
        penalty: Penalty,
        start: int,
        stop: int,
        norms: Array,
        *,
        clip_norm: float | None = None,
    ) -> None:
        self._gang = gang
        self._clip_norm = clip_norm
        segment = gang.segment
        first, last = own_cut(start, stop, gang.place.rank, gang.place.size)
        dtype, depth = segment.state.dtype, tree_depth(segment.shape.shards)
        in_loops = has_loops(dtype) and clip_norm is None and not (penalty.l1 or penalty.l2)
        block = _SMALL_CUT if in_loops and last - first <= _SMALL_CUT else BLOCK
        mean, *registers = on_a_line((1 + depth) * block, dtype).reshape(1 + depth, block)
        cut = Cut(segment, optimizer, penalty, registers, publishes(gang, penalty.layout))
        # The norm needs all means before any is used: they wait where a gradient of this member's own was added from.
        waiting = segment.gradients[gang.place.first_shard] if clip_norm is not None else None
        self._blocks = []
        for low, high in _blocks(first, last, block):
            squares = norms[(low - start) // NORM_BLOCK : -(-(high - start) // NORM_BLOCK)]
            self._blocks.append(
                bind_block(cut, low, high, (mean if waiting is None else waiting[low:])[: high - low], squares)
            )
        self._norm = bind_norm(norms)

    def update(self, step: int, learning_rate: float, scale: float) -> None:
        """Update this member's cut.

        Args:
            step: counted from 1, as Adam's correction of the bias wants it.
            learning_rate: of this step.
            scale: 1 / rows of the batch (or 1 / the sum of their weights).
        """
        if self._clip_norm is not None:
            self._clipped_update(step, learning_rate, scale)
            return
        for block in self._blocks:
            block.step(step, learning_rate, scale)

    def measure(self, scale: float) -> None:
        """Add up this member's squares of the mean gradient, and update nothing."""
        for block in self._blocks:
            block.measure(scale)

    def gradient_norm(self) -> float:
        """The norm of the mean gradient of the last update. For the leader, after the barrier that ends it."""
        return self._norm()

    def _clipped_update(self, step: int, learning_rate: float, scale: float) -> None:
        """The norm needs everybody's blocks: one more barrier, and the means kept meanwhile."""
        self.measure(scale)
        self._gang.meet()
        factor = clip_factor(self.gradient_norm(), self._clip_norm)
        if factor < 1.0:
            for block in self._blocks:
                np.multiply(block.mean, factor, block.mean)
        for block in self._blocks:
            block.update(step, learning_rate)


def _blocks(start: int, stop: int, size: int) -> list[tuple[int, int]]:
    return [(low, min(low + size, stop)) for low in range(start, stop, size)]
