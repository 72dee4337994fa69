"""The activations in preallocated memory: each a list of NumPy calls forward, and one backward.

Forward turns z into a in place where it can; backward multiplies δ in place with the slope, written in terms of what
is still there: mostly of a itself, so that z need not be kept. ``activations`` is their specification.

    a: (units, n), holds z before forward and a after it      d: (units, n) the delta      s, t: (units, n) scratch

A constant is an array without axes: as a Python number it would be converted at every call, 0.2 µs each.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from worker.backprop.activations import GELU_C, GELU_CUBIC, LEAK, lowest_exponent
from worker.backprop.arrays import Floats, Op
from worker.backprop.compiled import bind_loop


class Kernel(NamedTuple):
    """The calls of one layer's activation."""

    z: Floats
    """Where the layer's product is to write z."""
    forward: list[Op]
    backward: list[Op]
    is_relu: bool = False
    """relu's z is its a: a compiled product may make both calls' work (``layer_products``)."""


EXTRA_ARRAYS = {"gelu": 2, "silu": 1}
"""How many arrays (units, n) an activation keeps besides a; the others none."""

_FEW = 1024
_LINE = 1 << 14
"""Elements of a bound that is written out, see ``_bind_bound``: 64 KiB of float32."""


def bind_activation(
    name: str, a: Floats, delta: Floats, extra: tuple[Floats, ...], scratch: tuple[Floats, Floats]
) -> Kernel:
    """The kernel of a named activation over these arrays."""
    return _KERNELS[name](a, delta, extra, *scratch)


def bind_sigmoid(z: Floats, out: Floats) -> list[Op]:
    """out = 1 / (1 + exp(-max(z, lowest))); ``out`` may be z."""
    (one,) = _constants(z, 1.0)
    return [
        _bind_bound(np.maximum, z, lowest_exponent(z.dtype), out),
        partial(np.negative, out, out),
        partial(np.exp, out, out),
        partial(np.add, out, one, out),
        partial(np.divide, one, out, out),  # ``reciprocal`` takes twice as long
    ]


def _constants(like: Floats, *values: float) -> list[Floats]:
    return [np.array(value, like.dtype) for value in values]


def _bind_bound(extreme: np.ufunc, a: Floats, bound: float, out: Floats) -> Op:
    """out = maximum(a, bound), or minimum; both (units, n) in C order, and ``out`` may be a.

    NumPy compares two arrays many elements at a time, an array and a number one by one: 41 against 8 µs for 131,072
    elements. So the bound is written out, for as many whole units as fit a line and divide the layer.
    """
    units, n = a.shape
    at_once = max((u for u in range(1, units + 1) if units % u == 0 and u * n <= _LINE), default=1)
    line = np.full(at_once * n, bound, a.dtype)
    lines = (-1, line.size) if at_once < units else (-1,)  # one axis less is 0.4 µs less
    return partial(extreme, a.reshape(lines, copy=False), line, out=out.reshape(lines, copy=False))


def _identity(a: Floats, d: Floats, extra: tuple[Floats, ...], s: Floats, t: Floats) -> Kernel:
    return Kernel(a, [], [])


def _sigmoid(a: Floats, d: Floats, extra: tuple[Floats, ...], s: Floats, t: Floats) -> Kernel:
    """slope = a (1 - a)"""
    (one,) = _constants(a, 1.0)
    slope: list[Op] = [partial(np.subtract, one, a, s), partial(np.multiply, s, a, s), partial(np.multiply, d, s, d)]
    return Kernel(a, bind_sigmoid(a, a), slope)


def _tanh(a: Floats, d: Floats, extra: tuple[Floats, ...], s: Floats, t: Floats) -> Kernel:
    """slope = 1 - a²"""
    (one,) = _constants(a, 1.0)
    slope: list[Op] = [partial(np.multiply, a, a, s), partial(np.subtract, one, s, s), partial(np.multiply, d, s, d)]
    return Kernel(a, [partial(np.tanh, a, a)], slope)


def _relu(a: Floats, d: Floats, extra: tuple[Floats, ...], s: Floats, t: Floats) -> Kernel:
    """slope = 1 where a > 0: for a few elements as their sign, for many, in half the time, as a comparison."""
    (zero,) = _constants(a, 0.0)
    slope: list[Op]
    if loop := bind_loop("relu_slope", (d, a)):
        slope = [loop.run]
    elif a.size <= _FEW:
        slope = [partial(np.sign, a, s), partial(np.multiply, d, s, d)]
    else:
        positive = s.reshape(-1).view(np.bool_)[: a.size].reshape(a.shape)
        slope = [partial(np.greater, a, zero, positive), partial(np.multiply, d, positive, d)]
    return Kernel(a, [_bind_bound(np.maximum, a, 0.0, a)], slope, is_relu=True)


def _leaky_relu(a: Floats, d: Floats, extra: tuple[Floats, ...], s: Floats, t: Floats) -> Kernel:
    """a = max(z, LEAK z);  slope = max(sign a, LEAK)"""
    (leak,) = _constants(a, LEAK)
    forward: list[Op] = [partial(np.multiply, a, leak, s), partial(np.maximum, a, s, out=a)]
    slope: list[Op] = [
        partial(np.sign, a, s),
        _bind_bound(np.maximum, s, LEAK, s),
        partial(np.multiply, d, s, d),
    ]
    return Kernel(a, forward, slope)


def _elu(a: Floats, d: Floats, extra: tuple[Floats, ...], s: Floats, t: Floats) -> Kernel:
    """a = max(z, 0) + (exp(min(z, 0)) - 1);  slope = min(a, 0) + 1"""
    (one,) = _constants(a, 1.0)
    forward: list[Op] = [
        _bind_bound(np.minimum, a, 0.0, s),
        partial(np.expm1, s, s),
        _bind_bound(np.maximum, a, 0.0, a),
        partial(np.add, a, s, a),
    ]
    slope: list[Op] = [
        _bind_bound(np.minimum, a, 0.0, s),
        partial(np.add, s, one, s),
        partial(np.multiply, d, s, d),
    ]
    return Kernel(a, forward, slope)


def _gelu(a: Floats, d: Floats, extra: tuple[Floats, ...], s: Floats, t: Floats) -> Kernel:
    """u = z (c + c k z²), h = tanh u, a = z (1 + h) / 2;  slope = (1 + h) / 2 + z (1 - h²) (c / 2 + 3 c k z² / 2)"""
    z, h = extra
    one, half, c, ck, half_c, half_3ck = _constants(
        a, 1.0, 0.5, GELU_C, GELU_C * GELU_CUBIC, 0.5 * GELU_C, 1.5 * GELU_C * GELU_CUBIC
    )
    forward: list[Op] = [
        partial(np.multiply, z, z, s),
        partial(np.multiply, s, ck, s),
        partial(np.add, s, c, s),
        partial(np.multiply, s, z, s),
        partial(np.tanh, s, h),
        partial(np.add, h, one, s),
        partial(np.multiply, s, z, a),
        partial(np.multiply, a, half, a),
    ]
    slope: list[Op] = [
        partial(np.multiply, z, z, s),
        partial(np.multiply, s, half_3ck, s),
        partial(np.add, s, half_c, s),
        partial(np.multiply, s, z, s),
        partial(np.multiply, h, h, t),
        partial(np.subtract, one, t, t),
        partial(np.multiply, s, t, s),
        partial(np.add, h, one, t),
        partial(np.multiply, t, half, t),
        partial(np.add, s, t, s),
        partial(np.multiply, d, s, d),
    ]
    return Kernel(z, forward, slope)


def _silu(a: Floats, d: Floats, extra: tuple[Floats, ...], s: Floats, t: Floats) -> Kernel:
    """a = z σ;  slope = σ + a (1 - σ)"""
    (sigma,) = extra
    (one,) = _constants(a, 1.0)
    forward: list[Op] = [*bind_sigmoid(a, sigma), partial(np.multiply, a, sigma, a)]
    slope: list[Op] = [
        partial(np.subtract, one, sigma, s),
        partial(np.multiply, s, a, s),
        partial(np.add, s, sigma, s),
        partial(np.multiply, d, s, d),
    ]
    return Kernel(a, forward, slope)


def _softplus(a: Floats, d: Floats, extra: tuple[Floats, ...], s: Floats, t: Floats) -> Kernel:
    """a = max(z, 0) + log(1 + exp(-|z|));  slope = σ(z) = 1 - exp(-a)"""
    forward: list[Op] = [
        partial(np.absolute, a, s),
        partial(np.negative, s, s),
        partial(np.exp, s, s),
        partial(np.log1p, s, s),
        _bind_bound(np.maximum, a, 0.0, a),
        partial(np.add, a, s, a),
    ]
    slope: list[Op] = [
        partial(np.negative, a, s),
        partial(np.expm1, s, s),
        partial(np.negative, s, s),
        partial(np.multiply, d, s, d),
    ]
    return Kernel(a, forward, slope)


_KERNELS: dict[str, Callable[[Floats, Floats, tuple[Floats, ...], Any, Any], Kernel]] = {
    "identity": _identity,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "gelu": _gelu,
    "silu": _silu,
    "softplus": _softplus,
}
