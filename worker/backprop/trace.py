"""One look into a network at work: forward, back, what the optimizer would make of it. By the code that trains.

    forward        a_l = f_l(a_(l-1) W_l + b_l)                a_0 = x
    back           δ_L = w ∂C/∂z_L,   δ_l = (δ_(l+1) W_(l+1)ᵀ) ∘ f_l'(z_l)
    gradient       g = T(0, S) of the shards' Σ_rows w ∂C/∂θ / Σ w + ∂penalty/∂θ,  scaled down to ``clip_norm``
    update         Δθ = what the optimizer's rule makes of g and of its slots

w is how much a row counts, 1 unless it is said. Each shard passes by itself and they are added in the canonical tree,
as in training: with the rows, weights and dropout masks of a step, cost and g have the bits that they had there, on the
same arithmetic. Only what ``clip_norm`` scales by is added in another order than training has.

A weight has the more room for adjustment the steeper the cost is in it: the largest |g|. What its adjustment
contributes to the cost is, to first order, g Δθ; measured, it is C(θ with this one weight adjusted) - C(θ).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from worker.backprop.arrays import Codes, Floats
from worker.backprop.network import Network
from worker.backprop.optimizers import Optimizer
from worker.backprop.penalties import Penalty
from worker.backprop.shard_pass import ShardPass
from worker.backprop.steps import shard_rows
from worker.backprop.tree import tree_sum, tree_sum_of


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
    """The mean over the rows, by their weights, without the penalty."""
    weight: float
    """The sum of the rows' weights; 1 if they all weigh nothing."""
    outputs: Floats
    """ŷ (n, outputs), without dropout."""
    activations: Sequence[Floats]
    """(n, units) of each hidden layer, before its dropout."""
    deltas: Sequence[Floats]
    """(n, units) of each layer, the output's last: w ∂C/∂z of each row."""
    gradient: Floats
    """g, flat."""
    update: Floats
    """Δθ, flat."""
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
    batch = _Batch(network, theta, x, y, weight, rule.step, shards)
    with np.errstate(all="ignore"):
        cost, gradient = batch.run()
        _finish_gradient(theta, gradient, batch.weight, rule)
        update = _update(theta, gradient, rule)
        adjustments = [_adjust(batch, cost, theta, i, float(gradient[i]), update[i]) for i in _steepest(gradient, top)]
        outputs = batch.shard.outputs(x)
    return Trace(cost, batch.weight, outputs, *batch.layers(), gradient, update, adjustments)


class _Batch:
    """Rows cut into shards that pass one after the other through the same memory."""

    def __init__(
        self,
        network: Network,
        theta: Floats,
        x: Floats,
        y: Codes | Floats,
        weight: Floats | None,
        step: int,
        shards: int,
    ) -> None:
        self._x, self._y, self._w, self._step = x, y, weight, step
        self.weight = float(len(x)) if weight is None else float(np.add.reduce(weight, dtype=np.float64)) or 1.0
        self._gradient = np.empty_like(theta)
        self.shard = ShardPass(network, theta, self._gradient, len(x))
        self._slices = [slice(*shard_rows(len(x), shard, shards)) for shard in range(shards)]
        self._seen: list[list[tuple[Floats, Floats]]] = []

    def run(self) -> tuple[float, Floats]:
        """The mean cost, and the gradient summed over the rows."""
        costs: list[float] = []

        def run(number: int) -> Floats:
            rows = self._slices[number]
            costs.append(self.shard.run(*self._rows(rows), self._step, number))
            if rows.stop > rows.start:
                self._seen.append(self.shard.trace(rows.stop - rows.start))
            return self._gradient.copy()

        gradient: Floats = tree_sum_of(run, len(self._slices))
        return tree_sum(costs) / self.weight, gradient

    def layers(self) -> tuple[list[Floats], list[Floats]]:
        """Activations of the hidden layers and deltas of all, of every row, as ``run`` has seen them."""
        passed = [
            [np.concatenate(parts) for parts in zip(*layer, strict=True)] for layer in zip(*self._seen, strict=True)
        ]
        return [a for a, _ in passed[:-1]], [delta for _, delta in passed]

    def cost(self) -> float:
        """The mean cost at the parameters as they are now."""
        costs = [self.shard.cost(*self._rows(rows), (self._step, number)) for number, rows in enumerate(self._slices)]
        return float(tree_sum(costs)) / self.weight

    def _rows(self, rows: slice) -> tuple[Floats, Codes | Floats, Floats | None]:
        return self._x[rows], self._y[rows], None if self._w is None else self._w[rows]


def _finish_gradient(theta: Floats, gradient: Floats, weight: float, rule: Rule) -> None:
    """From the sum over rows to what the optimizer gets."""
    gradient *= 1.0 / weight
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


def _adjust(batch: _Batch, before: float, theta: Floats, index: int, slope: float, change: Any) -> Adjustment:
    was = theta[index]
    theta[index] += change
    measured = batch.cost() - before
    theta[index] = was
    return Adjustment(index, slope, float(change), slope * float(change), measured)
