"""One block of a member's cut: its mean gradient, its update, and both in one go.

Where everything on the way was compiled and nothing comes between mean and update, both are one loop, which does not
write the mean gradient at all; of more than two shards, a chain of loops that ends with it: what one writes, the next
one finds in the nearest cache. Otherwise they are calls, one after the other. Same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.backprop import Optimizer, Penalty
from worker.backprop.compiled import Loop, bind_chain
from worker.backprop.gradient_norm import bind_squares
from worker.backprop.optimizers.optimizer import SCALE, Update
from worker.backprop.tree import addition_loops, bind_tree_mean
from worker.gang.segment import Segment

Array = NDArray[Any]


Step = Callable[[int, float, float], None]
"""Mean and update: (step counted from 1, learning rate, scale)."""


class Block(NamedTuple):
    """The bound functions of a block."""

    mean: Array
    """Where ``measure`` puts its mean gradient."""
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
    gradients, registers = [each[low:high] for each in segment.gradients], [row[: high - low] for row in cut.registers]
    penalty = cut.penalty.bind(segment.parameters, low, high, g)
    parts = layout.pitched_parts(low, high, segment.parameters, segment.published) if cut.published else ()

    set_mean, publish = bind_tree_mean(gradients, g, registers), _bind_publishing(parts)
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

    adding = addition_loops(gradients, registers) if penalty is None else None
    whole = cut.optimizer.bind_step(theta, adding[1], slots, squares, weights) if adding else None
    step = _bind_whole(theta, adding[0], *whole, publish) if adding and whole else _one_after_the_other(measure, update)
    return Block(g, measure, update, step)


def _one_after_the_other(measure: Callable[[float], None], update: Update) -> Step:
    def step(number: int, learning_rate: float, scale: float) -> None:
        measure(scale)
        update(number, learning_rate)

    return step


def _bind_whole(
    theta: Array, additions: Sequence[Loop], prepare: Update, rest: Loop, publish: Callable[[], None]
) -> Step:
    """The additions but the last, then all the rest in one loop: in chunks, where there are several loops."""
    run, numbers = bind_chain([*additions, rest], theta) if additions else rest.run, rest.numbers

    def step(number: int, learning_rate: float, scale: float) -> None:
        prepare(number, learning_rate)
        numbers[SCALE] = scale
        run()
        publish()

    return step


def _bind_publishing(parts: Sequence[tuple[Array, Array]]) -> Callable[[], None]:
    copyto = np.copyto

    def publish() -> None:
        for published, updated in parts:
            copyto(published, updated)

    return publish
