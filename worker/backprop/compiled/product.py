"""The products of ``product.c``, bound to their arrays."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from typing import NamedTuple

import numpy as np

from worker.backprop.arrays import Floats
from worker.backprop.compiled.library import (
    CompiledCall,
    LongCall,
    addresses_of,
    letting_go_of_the_lock,
    library_of,
)

STRIP = 32
"""Columns that it takes at once."""
_DEPTH = 1280
"""What it takes of a sum at once, at most."""
_LONG = 10_000_000
"""Multiplications: some 80 µs."""


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


def bind_product(
    left: Floats, right: Floats, out: Floats, place: Floats, ending: Ending = Ending.AS_SUMMED, a: Floats | None = None
) -> Product:
    """``product`` of ``product.c``: out = left · right. Only where ``computes_products``. A long one gives up the
    interpreter's lock, as NumPy's products do.

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
    numbers = (rows, columns, depth, left_pitch, left_turned, right_pitch, right_turned, ending, place.size)
    shape = (ctypes.c_longlong * len(numbers))(*numbers)  # ``struct shape`` of ``product.c``
    addresses = addresses_of((left, right, out, place, a))
    is_long = rows * columns * depth >= _LONG
    library = letting_go_of_the_lock() if is_long else library_of("float32")
    product = library.product  # type: ignore[union-attr]  # it computes products
    product.restype = None
    return Product((LongCall if is_long else CompiledCall)(product, shape, addresses, None), addresses)


def bind_function(
    name: str, arrays: Sequence[Floats], sizes: Sequence[int]
) -> tuple[CompiledCall, ctypes.Array[ctypes.c_longlong]]:
    """Another function beside the products, and its sizes, which may be set before a call.

    Args:
        name: of the function.
        arrays: in its order and in C order. They stay alive as long as the call.
        sizes: in its order.
    """
    assert all(array.flags.c_contiguous for array in arrays)
    function = getattr(library_of("float32"), name)
    function.restype = None
    lengths = (ctypes.c_longlong * len(sizes))(*sizes)
    return CompiledCall(function, lengths, addresses_of(arrays), None), lengths


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
