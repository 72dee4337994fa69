"""The step that rows would make: the stages of the update order, one after the other, without its effects.

A stage is all of the network in the order ``simultaneous``, else one layer. The slots stay as they are; of the
parameters the caller gives a copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.backprop.arrays import Floats
from worker.backprop.gradient_norm import bind_norm, clip_factor, squares_of
from worker.backprop.optimizers import Optimizer
from worker.backprop.penalties import Penalty
from worker.backprop.traced_batch import TracedBatch
from worker.backprop.update_order import SIMULTANEOUS, fixed_order, largest_first


@dataclass(frozen=True, slots=True)
class Rule:
    """How the job turns gradients into updates.

    Attributes:
        optimizer: with its hyperparameters.
        slots: its flat vectors as they are now.
        penalty: l1 and l2.
        clip_norm: of the mean gradient, in the layered orders of each layer's, or None.
        learning_rate: of the next step.
        step: steps done.
        update_order: one of UPDATE_ORDERS.
    """

    optimizer: Optimizer
    slots: Sequence[Floats]
    penalty: Penalty
    clip_norm: float | None
    learning_rate: float
    step: int
    update_order: str = SIMULTANEOUS


@dataclass(frozen=True, slots=True)
class Stage:
    """The adjustment of a part of the vector, all of it or one layer.

    Attributes:
        part: of the flat vector.
        cost: the mean before it.
        gradient: of the part, before clipping.
        squares: of the gradient, by block.
        factor: what clipping scales the gradient by.
        after: the part's parameters, adjusted.
    """

    part: slice
    cost: float
    gradient: Floats
    squares: Floats
    factor: float
    after: Floats


def take_stages(
    batch: TracedBatch, theta: Floats, rule: Rule, cost: float, summed: Floats
) -> tuple[list[int] | None, list[Stage]]:
    """Update θ in place; returns the order of the layers, None for all at once, and its stages.

    Args:
        batch: at θ.
        theta: the flat vector.
        rule: of the update.
        cost: the mean cost at θ as it is.
        summed: the whole gradient at θ as it is, summed over the rows.
    """
    order = _order(batch, theta, summed, rule)
    if order is None:
        return None, [_adjust(batch, theta, slice(0, theta.size), cost, summed, rule)]
    return order, [_adjust(batch, theta, batch.layout.layer(i), *batch.back_to(i), rule) for i in order]


def norm_of(order: Sequence[int] | None, stages: Sequence[Stage]) -> float:
    """‖g‖ of all stages, added as in training."""
    if order is None:
        return bind_norm(stages[0].squares)()
    forward = sorted(stages, key=lambda stage: stage.part.start)
    return bind_norm(np.concatenate([stage.squares for stage in forward]))()


def _order(batch: TracedBatch, theta: Floats, summed: Floats, rule: Rule) -> list[int] | None:
    """The layers in the order of their adjustment; None for all at once."""
    layout = batch.layout
    if rule.update_order == SIMULTANEOUS:
        return None
    fixed = fixed_order(rule.update_order, layout.layers)
    if fixed is not None:
        return fixed
    parts = [layout.layer(i) for i in range(layout.layers)]
    gradients = [_mean(batch, theta, part, summed[part], rule.penalty) for part in parts]
    norms = [bind_norm(squares_of(gradient))() for gradient in gradients]
    return largest_first(norms, [gradient.size for gradient in gradients])


def _adjust(batch: TracedBatch, theta: Floats, part: slice, cost: float, summed: Floats, rule: Rule) -> Stage:
    """Update a part of θ in place, from its gradient summed over the rows; the slots are left as they are."""
    gradient = _mean(batch, theta, part, summed, rule.penalty)
    squares = squares_of(gradient)
    factor = clip_factor(bind_norm(squares)(), rule.clip_norm)
    clipped = gradient * factor if factor < 1.0 else gradient
    slots = [np.array(slot[part]) for slot in rule.slots]
    weights = rule.penalty.layout.weights_within(part.start, part.stop)
    rule.optimizer.bind(theta[part], clipped, slots, weights)(rule.step + 1, rule.learning_rate)
    return Stage(part, cost, gradient, squares, factor, theta[part].copy())


def _mean(batch: TracedBatch, theta: Floats, part: slice, summed: Floats, penalty: Penalty) -> Floats:
    """g of a part, before clipping, from the sum over the rows."""
    gradient: Floats = summed * (1.0 / batch.weight)
    add_penalty = penalty.bind(theta, part.start, part.stop, gradient)
    if add_penalty is not None:
        add_penalty()
    return gradient
