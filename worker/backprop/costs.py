"""Outputs and costs: how the last layer's z becomes an answer, and how wrong the answer is.

These are the plain forms, the specification; ``cost_kernels`` has the same in preallocated memory.

    z: (n, k) pre-activations of the output layer     ŷ: (n, k) the answers
    y: (n,) class codes for softmax, else (n, k)      C: (n,) the cost of each row
    δ = ∂C/∂z: (n, k)

The output and its cost are taken together, because together their derivative is simple: for softmax with
cross-entropy, for sigmoid with binary cross-entropy and (but for a factor) for linear with the squared error it is
the same ŷ - y. A cost over several outputs of one row is their mean, except that of softmax, whose outputs
are one answer.

Sources: Bishop, "Pattern Recognition and Machine Learning", 2006, section 5.2. Huber, "Robust estimation of a location
parameter", 1964 (with its threshold at 1).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from worker.backprop.activations import sigmoid
from worker.backprop.arrays import Codes, Floats

Cost = Callable[..., tuple[Floats, Floats]]


def softmax(z: Floats) -> Floats:
    """ŷ_j = exp(z_j - m) / s,  s = Σ_i exp(z_i - m),  m = max z. Taking m off changes nothing and prevents overflow."""
    exponentials = np.exp(z - z.max(axis=1, keepdims=True))
    answers: Floats = exponentials / exponentials.sum(axis=1, keepdims=True)
    return answers


def cross_entropy(z: Floats, y: Codes) -> tuple[Floats, Floats]:
    """C = -log ŷ_y = log s - (z_y - m),  δ = ŷ - onehot(y)."""
    rows = np.arange(len(y))
    shifted = z - z.max(axis=1, keepdims=True)
    cost = np.log(np.exp(shifted).sum(axis=1)) - shifted[rows, y]
    delta = softmax(z)
    delta[rows, y] -= 1.0
    return cost, delta


def binary_cross_entropy(z: Floats, y: Floats) -> tuple[Floats, Floats]:
    """C = mean_j (-y log ŷ - (1 - y) log(1 - ŷ)) = mean_j (max(z, 0) - y z + log(1 + exp(-|z|))),  δ = (ŷ - y) / k."""
    each = np.maximum(z, 0.0) - y * z + np.log1p(np.exp(-np.abs(z)))
    return each.mean(axis=1), (sigmoid(z) - y) / z.shape[1]


def mean_squared_error(z: Floats, y: Floats) -> tuple[Floats, Floats]:
    """C = mean_j (ŷ - y)²,  δ = 2 (ŷ - y) / k."""
    r = z - y
    return (r**2).mean(axis=1), 2.0 * r / z.shape[1]


def mean_absolute_error(z: Floats, y: Floats) -> tuple[Floats, Floats]:
    """C = mean_j |ŷ - y|,  δ = sign(ŷ - y) / k, and 0 where ŷ = y."""
    r = z - y
    return np.abs(r).mean(axis=1), np.sign(r) / z.shape[1]


def huber(z: Floats, y: Floats) -> tuple[Floats, Floats]:
    """With r = ŷ - y: C = mean_j (r²/2 where |r| ≤ 1, else |r| - 1/2),  δ = clip(r, -1, 1) / k."""
    r = z - y
    c = np.clip(r, -1.0, 1.0)
    return (c * (r - 0.5 * c)).mean(axis=1), c / z.shape[1]


COSTS: dict[str, Cost] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "huber": huber,
}

ANSWERS: dict[str, Callable[[Floats], Floats]] = {"softmax": softmax, "sigmoid": sigmoid, "linear": lambda z: z}
"""ŷ from z by the name of the output."""
