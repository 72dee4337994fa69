"""One look into a network at work: forward, back, what the optimizer would make of it. By the code that trains.

    forward        a_l = f_l(a_(l-1) W_l + b_l)                a_0 = x
    back           δ_L = ∂C/∂z_L,   δ_l = (δ_(l+1) W_(l+1)ᵀ) ∘ f_l'(z_l)
    gradient       g = 1/n Σ_rows ∂C/∂θ + ∂penalty/∂θ,  scaled down to ``clip_norm``
    update         Δθ = what the optimizer's rule makes of g and of its slots

A weight has the more room for adjustment the steeper the cost is in it: the largest |g|. What its adjustment
contributes to the cost is, to first order, g Δθ; measured, it is C(θ with this one weight adjusted) - C(θ).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.backprop.arrays import Codes, Floats
from worker.backprop.network import Network
from worker.backprop.optimizers import Optimizer
from worker.backprop.penalties import Penalty
from worker.backprop.shard_pass import ShardPass


@dataclass(frozen=True, slots=True)
class Rule:
    """How the job turns a gradient into an update.

    Attributes:
        optimizer: with its hyperparameters.
        slots: its flat vectors as they are now.
        penalty: l1 and l2.
        clip_norm: of the mean gradient, or None.
        learning_rate: of the next step.
        step: steps done.
    """

    optimizer: Optimizer
    slots: Sequence[Floats]
    penalty: Penalty
    clip_norm: float | None
    learning_rate: float
    step: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One weight's room, and what its adjustment alone does to the mean cost of the rows."""

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
    """The mean over the rows, without the penalty."""
    outputs: Floats
    """ŷ (n, outputs)."""
    activations: Sequence[Floats]
    """(n, units) of each hidden layer."""
    deltas: Sequence[Floats]
    """(n, units) of each layer, the output's last: ∂C/∂z of each row."""
    gradient: Floats
    """g, flat."""
    update: Floats
    """Δθ, flat."""
    adjustments: Sequence[Adjustment]
    """The weights with the largest |g|, the steepest first."""


def trace(network: Network, parameters: Floats, x: Floats, y: Codes | Floats, rule: Rule, top: int) -> Trace:
    """Trace rows through a network.

    Args:
        network: without dropout.
        parameters: the flat vector; left as it is.
        x: (n, inputs), n at least 1.
        y: (n,) class codes for softmax, else (n, outputs).
        rule: of the next update.
        top: how many weights to look at one by one: a forward pass each.
    """
    n = len(x)
    theta, gradient = np.array(parameters), np.empty_like(parameters)
    shard = ShardPass(network, theta, gradient, n)
    with np.errstate(all="ignore"):
        cost = shard.run(x, y) / n
        layers = shard.trace(n)
        _finish_gradient(theta, gradient, n, rule)
        update = _update(theta, gradient, rule)
        adjustments = [_adjust(shard, theta, x, y, i, gradient, update) for i in _steepest(gradient, top)]
        outputs = shard.outputs(x)
    activations, deltas = [a for a, _ in layers[:-1]], [delta for _, delta in layers]
    return Trace(cost, outputs, activations, deltas, gradient, update, adjustments)


def _finish_gradient(theta: Floats, gradient: Floats, n: int, rule: Rule) -> None:
    """From the sum over rows to what the optimizer gets."""
    gradient *= 1.0 / n
    add_penalty = rule.penalty.bind(theta, 0, theta.size, gradient)
    if add_penalty is not None:
        add_penalty()
    norm = float(np.sqrt(np.square(gradient, dtype=np.float64).sum()))
    if rule.clip_norm is not None and norm > rule.clip_norm:
        gradient *= rule.clip_norm / norm


def _update(theta: Floats, gradient: Floats, rule: Rule) -> Floats:
    """Δθ; neither θ nor the slots are touched."""
    after, slots = theta.copy(), [np.array(slot) for slot in rule.slots]
    weights = rule.penalty.layout.weights_within(0, theta.size)
    rule.optimizer.bind(after, gradient, slots, weights)(rule.step + 1, rule.learning_rate)
    change: Floats = after - theta
    return change


def _steepest(gradient: Floats, top: int) -> list[int]:
    order = np.argsort(-np.abs(gradient), kind="stable")[:top]
    found: list[int] = order.tolist()
    return found


def _adjust(
    shard: ShardPass, theta: Floats, x: Floats, y: Codes | Floats, index: int, gradient: Floats, update: Floats
) -> Adjustment:
    before, was = shard.cost(x, y), theta[index]
    theta[index] += update[index]
    measured = (shard.cost(x, y) - before) / len(x)
    theta[index] = was
    slope, change = float(gradient[index]), float(update[index])
    return Adjustment(index, slope, change, slope * change, measured)
