"""The gradient of one layer for n rows of data, ∂C/∂M = A δᵀ: compiled, where it can be, and otherwise the BLAS's.

``compiled/gradient.c`` takes 0.85 to 0.93 of OpenBLAS's time for large layers and 0.35 to 0.8 for small ones
(``benchmarks/gradients.py``, one core of an AMD EPYC, Zen 5). Which form a layer takes follows from its shape and from
what this machine has, which its fingerprint tells: the compiled form adds over the rows of data one after the other, a
BLAS in an order of its own.

    A: (inputs + 1, n), or x (n, inputs + 1)      δ: (units, n)      gradient: (inputs + 1, units)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from worker.backprop.arrays import Floats, Op, on_a_line
from worker.backprop.compiled import bind_gradient_loop, computes_gradients
from worker.backprop.products import OfRows, bind_gradient, bind_gradient_of_rows

STRIP = 32
"""Units that the compiled form takes at once."""
_FEWEST_UNITS = 8
"""With fewer, most of a strip is for nothing: 2 units take the compiled form six times as long."""
_ADDRESSES_KEPT = 4096
"""Of views of rows that come every epoch. To ask one where it lies takes 0.8 µs."""


def bind_layer_gradient(a: Floats, delta: Floats, packed: Floats, gradient: Floats) -> Op:
    """The gradient of a layer above the first.

    Args:
        a: (inputs + 1, n)
        delta: (units, n)
        packed: as ``place_to_pack`` makes it, for the compiled form.
        gradient: where it goes.
    """
    if not _can_be_compiled(delta, gradient):
        return bind_gradient(a, delta, gradient)
    return bind_gradient_loop((a, delta, packed, gradient), (*gradient.shape, delta.shape[1], 0))


def bind_first_gradient(delta: Floats, packed: Floats, gradient: Floats) -> OfRows:
    """The same of the first layer, as a function of the rows x (n, inputs + 1) in C order."""
    if not _can_be_compiled(delta, gradient):
        return bind_gradient_of_rows(delta, gradient)
    return bind_compiled_of_rows(delta, packed, gradient)


def bind_compiled_of_rows(delta: Floats, packed: Floats, gradient: Floats) -> OfRows:
    """The compiled form of it. Only where ``computes_gradients``."""
    address, known = np.zeros(1, np.uintp), dict[int, tuple[Floats, int]]()
    compute = bind_gradient_loop((address, delta, packed, gradient), (*gradient.shape, delta.shape[1], len(gradient)))

    def compute_of(x: Floats) -> None:
        place = known.get(id(x)) or (x, x.__array_interface__["data"][0])
        if x.base is not None and len(known) < _ADDRESSES_KEPT:
            known[id(x)] = place
        address[0] = place[1]
        compute()

    return compute_of


def place_to_pack(units: int, n: int, dtype: np.dtype[Any]) -> Floats:
    """(strips, n, STRIP)"""
    strips = -(-units // STRIP)
    return on_a_line(strips * n * STRIP, dtype).reshape(strips, n, STRIP)


def _can_be_compiled(delta: Floats, gradient: Floats) -> bool:
    return gradient.dtype == np.float32 and len(delta) >= _FEWEST_UNITS and computes_gradients()
