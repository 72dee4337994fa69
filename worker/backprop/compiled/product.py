"""The products of ``product.c``, and the cross entropy of ``cross_entropy.c``, bound to their arrays."""

from __future__ import annotations

import ctypes
from enum import IntEnum
from functools import cache
from typing import NamedTuple

import numpy as np

from worker.backprop.arrays import Codes, Floats
from worker.backprop.compiled.library import CompiledCall, addresses_of, bind_call, library_of

STRIP = 32
"""Columns that it takes at once."""
_DEPTH = 1280
"""What it takes of a sum at once, at most."""


_OF_AN_EXPONENTIAL = 50
"""Multiplications that take as long as an exponential and what comes with it."""


class Ending(IntEnum):
    """What becomes of the sums of a product: as in ``product.c``."""

    AS_SUMMED = 0
    RELU = 1
    RELU_SLOPE = 2


class Product(NamedTuple):
    """A product with its arrays bound."""

    run: CompiledCall
    addresses: ctypes.Array[ctypes.c_void_p]
    """Of the left and the right factor, so that another one that lies alike may take its place."""


class _Shape(ctypes.Structure):
    """``struct shape`` of ``product.c``."""

    _fields_ = tuple(
        (name, ctypes.c_longlong)
        for name in (
            "rows",
            "columns",
            "depth",
            "left_pitch",
            "left_turned",
            "right_pitch",
            "right_turned",
            "ending",
            "place",
        )
    )


def bind_product(
    left: Floats, right: Floats, out: Floats, place: Floats, ending: Ending = Ending.AS_SUMMED, a: Floats | None = None
) -> Product:
    """``product`` of ``product.c``: out = left · right. Only where ``computes_products``.

    Args:
        left: (rows, depth). Of each factor either the rows or the columns are contiguous.
        right: (depth, columns)
        out: (rows, columns) in C order, overlapping none of the others.
        place: for copies of the right factor, where its columns are contiguous. The arrays stay alive as long as what
            is returned.
        ending: what becomes of the sums.
        a: (rows, columns) in C order, relu's, for its slope.
    """
    (rows, depth), columns = left.shape, right.shape[1]
    a = out if a is None else a
    assert computes_products()
    assert len(right) == depth
    assert out.shape == a.shape == (rows, columns)
    assert out.flags.c_contiguous, "what has gaps would be written over"
    assert a.flags.c_contiguous
    assert place.size >= STRIP * min(depth, _DEPTH), "no strip would fit"
    assert all(array.dtype == np.float32 for array in (left, right, out, place, a))
    (left_pitch, left_turned), (right_pitch, right_turned) = _lie(left), _lie(right)
    shape = _Shape(rows, columns, depth, left_pitch, left_turned, right_pitch, right_turned, ending, place.size)
    sizes = (ctypes.c_longlong * len(_Shape._fields_)).from_buffer(shape)  # a call takes its address, not a copy
    addresses = addresses_of((left, right, out, place, a))
    return Product(bind_call("product", sizes, addresses, rows * columns * depth), addresses)


def bind_cross_entropy(
    z: Floats, y: Codes, weights: Floats, total: Floats
) -> tuple[CompiledCall, ctypes.Array[ctypes.c_longlong]]:
    """``cross_entropy`` of ``cross_entropy.c``. Only where ``computes_products``.

    Args:
        z: (k, n), which δ overwrites. All of them are in C order, and stay alive as long as the call.
        y: (n,) of int64.
        weights: (n,)
        total: one float64, where the cost goes.

    Returns:
        The call, and its sizes, of which the last one is to be 1 where the weights count, and is 0.
    """
    assert computes_products()
    assert z.dtype == weights.dtype == np.float32
    assert y.dtype == np.int64
    assert total.dtype == np.float64
    assert all(array.flags.c_contiguous for array in (z, y, weights, total))
    k, n = z.shape
    sizes = (ctypes.c_longlong * 3)(k, n, 0)
    return bind_call("cross_entropy", sizes, addresses_of((z, y, weights, total)), _OF_AN_EXPONENTIAL * k * n), sizes


def _lie(factor: Floats) -> tuple[int, bool]:
    """The pitch of its rows, or of its columns where these are contiguous, and whether they are."""
    rows, columns = (stride // factor.itemsize for stride in factor.strides)
    assert 1 in (rows, columns)
    return (rows, False) if columns == 1 else (columns, True)


@cache
def computes_products() -> bool:
    """Whether ``product.c`` was compiled, and this processor can do what it asks for."""
    library = library_of("float32")
    return library is not None and bool(library.computes_products())
