"""One look into a network at work: forward, back, what the job's step would make of it. By the code that trains.

    forward        a_l = f_l(a_(l-1) W_l + b_l)                a_0 = x
    back           δ_L = w ∂C/∂z_L,   δ_l = (δ_(l+1) W_(l+1)ᵀ) ∘ f_l'(z_l)
    for each stage of the update order, at θ as the stages before it have left it
        gradient   g = T(0, S) of the shards' Σ_rows w ∂C/∂θ / Σ w + ∂penalty/∂θ
        clipping   g' = g · min(1, clip_norm / ‖g‖)
        update     Δθ = what the optimizer's rule makes of g' and of its slots
        impact     C before - C after

A stage is all of the network in the order ``simultaneous``, else one layer. w is how much a row counts, 1 unless it is
said. With the rows, weights, shards and dropout masks of a step, cost, g, ‖g‖, Δθ and impacts have the bits that they
had in training, on the same arithmetic.

A weight has the more room for adjustment the steeper the objective J = C + penalty is in it: the largest |g|, before
clipping. What its adjustment contributes is, to first order, g Δθ; measured, it is J(θ with this one weight adjusted)
- J(θ), at θ as its stage found it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from worker.backprop.arrays import Codes, Floats
from worker.backprop.network import Network
from worker.backprop.penalties import Penalty
from worker.backprop.traced_batch import TracedBatch
from worker.backprop.traced_step import Rule, Stage, norm_of, take_stages


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One weight's room, and what its adjustment alone does to the objective of the rows."""

    index: int
    """In the flat vector."""
    gradient: float
    update: float
    first_order: float
    measured: float


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened to n rows, shapes as the textbook has them."""

    cost: float
    """The mean over the rows, by their weights, without the penalty, at the weights the step begins with."""
    weight: float
    """The sum of the rows' weights; 1 if they all weigh nothing."""
    outputs: Floats
    """ŷ (n, outputs), without dropout."""
    activations: Sequence[Floats]
    """(n, units) of each hidden layer, before its dropout."""
    deltas: Sequence[Floats]
    """(n, units) of each layer, the output's last: w ∂C/∂z of each row."""
    order: Sequence[int] | None
    """The layers as they are adjusted; None for all at once."""
    gradient: Floats
    """g, flat, before clipping: of each layer at the weights it is adjusted from."""
    gradient_norm: float
    """‖g‖, as the history has it."""
    clip_factors: Sequence[float]
    """By layer, what its g was scaled by before the optimizer got it; 1 where nothing was clipped."""
    update: Floats
    """Δθ, flat."""
    impacts: Sequence[float] | None
    """By layer, the cost before its adjustment minus the cost after it; None for all at once."""
    cost_after: float
    """The cost of the same rows after the whole update."""
    adjustments: Sequence[Adjustment]
    """The weights with the largest |g|, the steepest first."""


def trace(
    network: Network,
    parameters: Floats,
    x: Floats,
    y: Codes | Floats,
    rule: Rule,
    top: int,
    *,
    weight: Floats | None = None,
    shards: int = 1,
) -> Trace:
    """Trace rows through a network.

    Args:
        network: its dropout masks are those of step ``rule.step``; give it none to trace rows without.
        parameters: the flat vector; left as it is.
        x: (n, inputs), n at least 1.
        y: (n,) class codes for softmax, else (n, outputs).
        rule: of the next update.
        top: how many weights to look at one by one: a forward pass each.
        weight: (n,) how much each row counts, or None for once each.
        shards: how many the rows are cut into.
    """
    theta = np.array(parameters)
    batch = TracedBatch(network, theta, x, y, weight, rule.step, shards)
    with np.errstate(all="ignore"):
        outputs = batch.outputs()
        cost, summed, activations, deltas = batch.back()
        order, stages = take_stages(batch, theta, rule, cost, summed)
        cost_after, update = batch.cost(), theta - parameters
        gradient = _joined([(stage.part, stage.gradient) for stage in stages], theta)
        np.copyto(theta, parameters)
        adjustments = _adjustments(batch, theta, stages, rule.penalty, _steepest(gradient, top))
    costs = [*(stage.cost for stage in stages), cost_after]
    return Trace(
        cost=cost,
        weight=batch.weight,
        outputs=outputs,
        activations=activations,
        deltas=deltas,
        order=order,
        gradient=gradient,
        gradient_norm=norm_of(order, stages),
        clip_factors=_by_layer(order, [stage.factor for stage in stages], len(deltas)),
        update=update,
        impacts=order and _by_layer(order, [before - after for before, after in pairwise(costs)], len(deltas)),
        cost_after=cost_after,
        adjustments=adjustments,
    )


def _by_layer(order: Sequence[int] | None, values: Sequence[float], layers: int) -> list[float]:
    """Values of stages, the input's layer first."""
    if order is None:
        return list(values) * layers
    return [values[order.index(layer)] for layer in range(layers)]


def _joined(parts: Sequence[tuple[slice, Floats]], theta: Floats) -> Floats:
    whole = np.empty_like(theta)
    for part, values in parts:
        whole[part] = values
    return whole


def _steepest(gradient: Floats, top: int) -> list[int]:
    """The places of the largest |g|, the steepest first, of equals the first one; what is not a number comes last.

    Only the ``top`` are sorted: to sort all of 10 million took 2 s, this takes 0.07 s.
    """
    size = np.abs(gradient)
    size[np.isnan(size)] = -1.0
    top = min(top, size.size)
    if not top:
        return []
    least = np.partition(size, size.size - top)[size.size - top]
    above = np.flatnonzero(size > least)
    found = np.concatenate([above, np.flatnonzero(size == least)[: top - len(above)]])
    places: list[int] = found[np.argsort(-size[found], kind="stable")].tolist()
    return places


def _adjustments(
    batch: TracedBatch, theta: Floats, stages: Sequence[Stage], penalty: Penalty, places: Sequence[int]
) -> list[Adjustment]:
    """Move each of the weights by itself, at θ as its stage found it; θ begins as the first one did."""
    found = {}
    for stage in stages:
        within = [place for place in places if stage.part.start <= place < stage.part.stop]
        found.update({item.index: item for item in _moved(batch, theta, stage, penalty, within)})
        theta[stage.part] = stage.after
    return [found[place] for place in places]


def _moved(
    batch: TracedBatch, theta: Floats, stage: Stage, penalty: Penalty, places: Sequence[int]
) -> Iterator[Adjustment]:
    for place in places:
        at = place - stage.part.start
        was, slope = theta[place], float(stage.gradient[at])
        change = float(stage.after[at] - was)
        theta[place] = stage.after[at]
        measured = batch.cost() - stage.cost + penalty.change(place, float(was), float(stage.after[at]))
        theta[place] = was
        yield Adjustment(place, slope, change, slope * change, measured)
