"""The outputs and costs in preallocated memory. ``costs`` is their specification.

z: (k, n) of the output layer; a cost overwrites it with δ = ∂C/∂z, an output with ŷ
y: class codes (n,), or (n, k)         weight: (n,) or None
returns Σ_rows weight C, added in float64
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from worker.backprop.activation_kernels import bind_sigmoid
from worker.backprop.arrays import Floats, Op
from worker.backprop.cost_parts import Cost, CostKernel, bind_total, kernel_of
from worker.backprop.softmax_kernels import bind_softmax, compiled_cross_entropy, cross_entropy_in_calls


def bind_output(name: str, z: Floats) -> Callable[[], None]:
    """A function that turns z into ŷ in place."""
    operations = bind_sigmoid(z, z) if name == "sigmoid" else []

    def run_all() -> None:
        for operation in operations:
            operation()

    return bind_softmax(z) if name == "softmax" else run_all


def bind_cost(name: str, z: Floats, scratch: tuple[Floats, Floats]) -> CostKernel:
    """The kernel of a named cost over z, with scratch of the same shape."""
    if name == "cross_entropy":
        return compiled_cross_entropy(z) or cross_entropy_in_calls(z)
    return kernel_of(_WITH_SCRATCH[name](z, *scratch))


def _binary_cross_entropy(z: Floats, s: Floats, t: Floats) -> Cost:
    """C = mean_j (max(z, 0) - y z + log(1 + exp(-|z|))),  δ = (σ(z) - y) / k"""
    zero, share = np.zeros((), z.dtype), np.array(1.0 / len(z), z.dtype)
    sigmoid: list[Op] = bind_sigmoid(z, z)
    finish = _bind_finish(z, s)

    def cost(y: Floats, weight: Floats | None) -> float:
        np.absolute(z, s)
        np.negative(s, s)
        np.exp(s, s)
        np.log1p(s, s)
        np.maximum(z, zero, out=t)
        np.add(s, t, s)
        np.multiply(z, y.T, t)
        np.subtract(s, t, s)
        for operation in sigmoid:
            operation()
        np.subtract(z, y.T, z)
        return finish(weight, share)

    return cost


def _mean_squared_error(z: Floats, s: Floats, t: Floats) -> Cost:
    """C = mean_j r²,  δ = 2 r / k,  r = z - y"""
    twice = np.array(2.0 / len(z), z.dtype)
    finish = _bind_finish(z, s)

    def cost(y: Floats, weight: Floats | None) -> float:
        np.subtract(z, y.T, z)
        np.multiply(z, z, s)
        return finish(weight, twice)

    return cost


def _mean_absolute_error(z: Floats, s: Floats, t: Floats) -> Cost:
    """C = mean_j |r|,  δ = sign(r) / k"""
    share = np.array(1.0 / len(z), z.dtype)
    finish = _bind_finish(z, s)

    def cost(y: Floats, weight: Floats | None) -> float:
        np.subtract(z, y.T, z)
        np.absolute(z, s)
        np.sign(z, z)
        return finish(weight, share)

    return cost


def _huber(z: Floats, s: Floats, t: Floats) -> Cost:
    """With c = clip(r, -1, 1): C = mean_j c (r - c / 2),  δ = c / k"""
    low, high, half, share = (np.array(value, z.dtype) for value in (-1.0, 1.0, 0.5, 1.0 / len(z)))
    finish = _bind_finish(z, s)

    def cost(y: Floats, weight: Floats | None) -> float:
        np.subtract(z, y.T, t)
        np.maximum(t, low, out=z)
        np.minimum(z, high, out=z)
        np.multiply(z, half, s)
        np.subtract(t, s, s)
        np.multiply(s, z, s)
        return finish(weight, share)

    return cost


def _bind_finish(z: Floats, each: Floats) -> Callable[[Floats | None, Floats], float]:
    """Weigh the rows, scale δ, and add the costs ``each`` (k, n) with a share of 1 / k."""
    total, portion = bind_total(each.reshape(-1)), 1.0 / len(z)

    def finish(weight: Floats | None, scale: Floats) -> float:
        np.multiply(z, scale, z)
        if weight is not None:
            np.multiply(each, weight, each)
            np.multiply(z, weight, z)
        return total() * portion

    return finish


_WITH_SCRATCH: dict[str, Callable[[Floats, Floats, Floats], Cost]] = {
    "binary_cross_entropy": _binary_cross_entropy,
    "mean_squared_error": _mean_squared_error,
    "mean_absolute_error": _mean_absolute_error,
    "huber": _huber,
}
