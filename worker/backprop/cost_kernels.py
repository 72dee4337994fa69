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
from worker.backprop.compiled import bind_loop

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
    """C = log s - (z_y - m),  δ = exp(z - m) / s - onehot(y),  s the sum of a column's exp(z - m)."""
    n = z.shape[1]
    codes, s, of_label = np.empty(n, np.int64), np.empty(n, z.dtype), np.empty(n, z.dtype)
    shift, set_delta = _bind_shift(z, codes, of_label), _bind_delta(z, codes, s)
    copyto, multiply, subtract, exp, log = np.copyto, np.multiply, np.subtract, np.exp, np.log
    total = _bind_total(s)

    def cost(y: Codes, weight: Floats | None) -> float:
        copyto(codes, y)
        shift()
        exp(z, z)
        set_delta()
        log(s, s)
        subtract(s, of_label, s)
        if weight is not None:
            multiply(s, weight, s)
            multiply(z, weight, z)
        return total()

    return cost


def _bind_shift(z: Floats, codes: Codes, of_label: Floats) -> Op:
    """z ← z - m, m the largest of a column, and of_label = z_y of what comes out."""
    top = np.empty_like(of_label)
    if loop := bind_loop("softmax_shift", (z, top, of_label, codes), sizes=z.shape):
        return loop.run
    pick = _bind_pick(z, codes, of_label)
    subtract, reduce_max = np.subtract, np.maximum.reduce

    def shift(reduce_max: _Reduce = reduce_max) -> None:
        reduce_max(z, 0, None, top)
        subtract(z, top, z)
        pick()

    return shift


def _bind_delta(z: Floats, codes: Codes, s: Floats) -> Op:
    """s = Σ_i z_i from the first output to the last, z ← z / s - onehot(y)."""
    if loop := bind_loop("softmax_delta", (z, s, codes), sizes=z.shape):
        return loop.run
    flat, index, of_label, one = z.reshape(-1), np.empty(s.size, np.intp), np.empty_like(s), np.ones((), z.dtype)
    pick = _bind_pick(z, codes, of_label, index)
    add_up, divide, subtract = _bind_column_sums(z, s), np.divide, np.subtract

    def set_delta() -> None:
        add_up()
        divide(z, s, z)
        pick()
        subtract(of_label, one, of_label)
        flat[index] = of_label

    return set_delta


def _bind_pick(z: Floats, codes: Codes, of_label: Floats, index: Codes | None = None) -> Op:
    """of_label = z_y, found in the flat z at n y + row."""
    k, n = z.shape
    index = np.empty(n, np.intp) if index is None else index
    pick_line, pick, add, column = (np.arange(k) * n).take, z.reshape(-1).take, np.add, np.arange(n)

    def run() -> None:
        pick_line(codes, 0, index, "clip")  # "clip" writes straight to the result; codes are in range by contract
        add(index, column, index)
        pick(index, 0, of_label, "clip")

    return run


def _bind_column_sums(z: Floats, s: Floats) -> Op:
    """One row is added in pairs by a reduction, several from the first output to the last: as the loop does."""
    reduce_sum: _Reduce = np.add.reduce
    if z.shape[1] > 1:
        return lambda: reduce_sum(z, 0, None, s)
    sums = np.empty_like(z)

    def one_row() -> None:
        np.add.accumulate(z, 0, None, sums)
        s[:] = sums[-1]

    return one_row


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
