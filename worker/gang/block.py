"""One block of a member's cut: its mean gradient, its update, and both in one go.

Where everything on the way was compiled and nothing comes between mean and update, both are one chain of loops: what
one loop writes, the next one finds in the nearest cache. Otherwise they are calls, one after the other. Same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.backprop import Optimizer, Penalty
from worker.backprop.compiled import Loop, bind_chain
from worker.backprop.gradient_norm import bind_squares
from worker.backprop.optimizers.optimizer import Update
from worker.backprop.tree import bind_tree_mean, tree_mean_loops
from worker.gang.segment import Segment

Array = NDArray[Any]


Step = Callable[[int, float, float], None]
"""Mean and update: (step counted from 1, learning rate, scale)."""


class Block(NamedTuple):
    """The bound functions of a block."""

    mean: Array
    """Where its mean gradient is."""
    measure: Callable[[float], None]
    """Given the scale, put the mean gradient there, and the sums of its squares into the norms."""
    update: Update
    """Update the parameters from the mean gradient, and publish them."""
    step: Step
    """Both."""


class Cut(NamedTuple):
    """What the blocks of a cut have in common."""

    segment: Segment
    optimizer: Optimizer
    penalty: Penalty
    registers: Sequence[Array]
    """To add in, each at least as long as a block."""
    published: bool


def bind_block(cut: Cut, low: int, high: int, g: Array, squares: Array) -> Block:
    """The block [low, high) of the parameters.

    Args:
        cut: it is a part of.
        low: where it begins.
        high: where it ends.
        g: where its mean gradient goes.
        squares: the sums of the gradient's squares, one each NORM_BLOCK.
    """
    segment, layout = cut.segment, cut.penalty.layout
    slots = [slot[low:high] for slot in segment.slots]
    theta, weights = segment.parameters[low:high], layout.weights_within(low, high)
    adding = ([gradient[low:high] for gradient in segment.gradients], g, [row[: high - low] for row in cut.registers])
    penalty = cut.penalty.bind(segment.parameters, low, high, g)
    parts = layout.pitched_parts(low, high, segment.parameters, segment.published) if cut.published else ()

    set_mean, publish = bind_tree_mean(*adding), _bind_publishing(parts)
    of_squares = bind_squares(g, squares, cut.registers[0])
    prepare, rule = cut.optimizer.bind_rule(theta, g, slots, weights)
    publish()

    def measure(scale: float) -> None:
        set_mean(scale)
        if penalty is not None:
            penalty()
        of_squares.run()

    def update(step: int, learning_rate: float) -> None:
        prepare(step, learning_rate)
        rule.run()
        publish()

    of_mean = tree_mean_loops(*adding) if penalty is None else []
    step = _bind_chained(of_mean, (of_squares, rule), g, prepare, publish) if of_mean else None
    return Block(g, measure, update, step or _one_after_the_other(measure, update))


def _one_after_the_other(measure: Callable[[float], None], update: Update) -> Step:
    def step(number: int, learning_rate: float, scale: float) -> None:
        measure(scale)
        update(number, learning_rate)

    return step


def _bind_chained(
    of_mean: Sequence[Loop], then: Sequence[Loop], g: Array, prepare: Update, publish: Callable[[], None]
) -> Step | None:
    """Mean, squares and rule as one chain, or None where one of them is NumPy calls."""
    chain, scales = bind_chain([*of_mean, *then], g), of_mean[-1].numbers
    if chain is None:
        return None

    def step(number: int, learning_rate: float, scale: float) -> None:
        prepare(number, learning_rate)
        scales[0] = scale
        chain()
        publish()

    return step


def _bind_publishing(parts: Sequence[tuple[Array, Array]]) -> Callable[[], None]:
    copyto = np.copyto

    def publish() -> None:
        for published, updated in parts:
            copyto(published, updated)

    return publish
