"""The outputs and costs in preallocated memory. ``costs`` is their specification.

z: (k, n) of the output layer; a cost overwrites it with δ = ∂C/∂z, an output with ŷ
y: class codes (n,), or (n, k)         weight: (n,) or None
returns Σ_rows weight C, added in float64
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from worker.backprop.activation_kernels import bind_sigmoid
from worker.backprop.arrays import Codes, Floats, Op

CostKernel = Callable[[Any, "Floats | None"], float]
_Reduce = Callable[..., Any]
"""All by position: keywords cost 0.1 µs each."""

_FEW = 48


def bind_output(name: str, z: Floats) -> Callable[[], None]:
    """A function that turns z into ŷ in place."""
    operations = bind_sigmoid(z, z) if name == "sigmoid" else []

    def run_all() -> None:
        for operation in operations:
            operation()

    return _bind_softmax(z) if name == "softmax" else run_all


def bind_cost(name: str, z: Floats, scratch: tuple[Floats, Floats]) -> CostKernel:
    """The kernel of a named cost over z, with scratch of the same shape."""
    if name == "cross_entropy":
        return _cross_entropy(z)
    if name == "binary_cross_entropy":
        return _binary_cross_entropy(z, *scratch)
    return {"mean_squared_error": _mean_squared_error, "mean_absolute_error": _mean_absolute_error, "huber": _huber}[
        name
    ](z, *scratch)


def _bind_softmax(z: Floats) -> Callable[[], None]:
    """Here and below a product with ones adds over the outputs, in half the time of a reduction."""
    k, n = z.shape
    top, s, ones = np.empty(n, z.dtype), np.empty(n, z.dtype), np.ones(k, z.dtype)
    reduce_max: _Reduce = np.maximum.reduce

    def softmax() -> None:
        reduce_max(z, 0, None, top)
        np.subtract(z, top, z)
        np.exp(z, z)
        np.dot(ones, z, s)
        np.divide(z, s, z)

    return softmax


def _cross_entropy(z: Floats) -> CostKernel:
    """C = log s - (z_y - m),  δ = exp(z - m) / s - onehot(y), with z_y found in the flat z at n y + row."""
    k, n = z.shape
    flat, dtype = z.reshape(-1), z.dtype
    line, column, index = np.arange(k) * n, np.arange(n), np.empty(n, np.intp)
    top, s, of_label, ones, one = (np.ones(size, dtype) for size in (n, n, n, k, ()))
    pick_line, pick = line.take, flat.take
    add, subtract, multiply, divide, dot, exp, log = (
        np.add, np.subtract, np.multiply, np.divide, np.dot, np.exp, np.log
    )  # fmt: skip
    reduce_max: _Reduce = np.maximum.reduce
    total = _bind_total(s)

    def cost(y: Codes, weight: Floats | None) -> float:
        pick_line(y, 0, index, "clip")  # "clip" writes straight to the result; codes are in range by contract
        add(index, column, index)
        reduce_max(z, 0, None, top)
        subtract(z, top, z)
        pick(index, 0, of_label, "clip")
        exp(z, z)
        dot(ones, z, s)
        divide(z, s, z)
        log(s, s)
        subtract(s, of_label, s)
        pick(index, 0, of_label, "clip")
        subtract(of_label, one, of_label)
        flat[index] = of_label
        if weight is not None:
            multiply(s, weight, s)
            multiply(z, weight, z)
        return total()

    return cost


def _bind_total(costs: Floats) -> Callable[[], float]:
    """Σ costs in float64. A few are added faster, and exactly, as Python numbers: 0.3 against 0.8 µs for 16."""
    reduce_sum: _Reduce = np.add.reduce

    def few() -> float:
        try:
            return math.fsum(costs.tolist())
        except (OverflowError, ValueError):  # a run that diverged: the sum is beyond float64, or has no value
            return math.nan

    return few if costs.size <= _FEW else lambda: float(reduce_sum(costs, 0, np.float64))


def _binary_cross_entropy(z: Floats, s: Floats, t: Floats) -> CostKernel:
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


def _mean_squared_error(z: Floats, s: Floats, t: Floats) -> CostKernel:
    """C = mean_j r²,  δ = 2 r / k,  r = z - y"""
    twice = np.array(2.0 / len(z), z.dtype)
    finish = _bind_finish(z, s)

    def cost(y: Floats, weight: Floats | None) -> float:
        np.subtract(z, y.T, z)
        np.multiply(z, z, s)
        return finish(weight, twice)

    return cost


def _mean_absolute_error(z: Floats, s: Floats, t: Floats) -> CostKernel:
    """C = mean_j |r|,  δ = sign(r) / k"""
    share = np.array(1.0 / len(z), z.dtype)
    finish = _bind_finish(z, s)

    def cost(y: Floats, weight: Floats | None) -> float:
        np.subtract(z, y.T, z)
        np.absolute(z, s)
        np.sign(z, z)
        return finish(weight, share)

    return cost


def _huber(z: Floats, s: Floats, t: Floats) -> CostKernel:
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
    total, portion = _bind_total(each.reshape(-1)), 1.0 / len(z)

    def finish(weight: Floats | None, scale: Floats) -> float:
        np.multiply(z, scale, z)
        if weight is not None:
            np.multiply(each, weight, each)
            np.multiply(z, weight, z)
        return total() * portion

    return finish
