"""The products of a layer for n rows of data: compiled, where they can be, and otherwise the BLAS's.

    forward     z = Mᵀ A      and the activation a = f(z)
    back        W δ           and its product with the mask of dropout and with the slope f'
    gradient    ∂C/∂M = A δᵀ

``compiled/product.c`` takes a fifth of OpenBLAS's time for the smallest layers and 0.75 to 0.97 for large ones
(``benchmarks/products.py``), and takes relu along. Which form a product takes follows from its shape and from what
this machine has, which its fingerprint tells: the compiled one adds along the depth from first to last, a BLAS in an
order of its own.

    M: (inputs + 1, units), its rows ``pitch`` elements apart      W: M without its last row
    A: (inputs + 1, n), or x (n, inputs + 1)      z, δ: (units, n)      gradient: (inputs + 1, units)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from worker.backprop.activation_kernels import Kernel
from worker.backprop.arrays import Floats, Op, on_a_line
from worker.backprop.blas_products import (
    OfRows,
    bind_back,
    bind_forward,
    bind_forward_of_rows,
    bind_gradient,
    bind_gradient_of_rows,
)
from worker.backprop.compiled import STRIP, Ending, bind_product, computes_products
from worker.backprop.rows_of_data import RowsOfData

_FEWEST_COLUMNS = 9
"""With fewer, most of a strip is for nothing: a gradient of 2 units takes the compiled form six times as long."""
_SHORT, _TWO_BANDS = 128, 28
"""Sums longer than that want more than half a strip, and more rows than these for the right factor to be turned for."""
_CONFLICT = 4096
"""Bytes. Rows a multiple of it apart share one place of the nearest cache, where there is not room for a whole band."""
_MOST_COPIED = 160 * 1024
"""Elements that are copied at once: in float32 two thirds of a core's own cache."""


def bind_layer_forward(M: Floats, pitch: int, a: Floats, place: Floats, to: Kernel) -> list[Op]:
    """z of a layer above the first, and the activation of it.

    Args:
        M: the layer's weight over its bias.
        pitch: of its rows.
        a: (inputs + 1, n), a row of ones last.
        place: for copies, as ``place_for_copies`` makes it.
        to: what becomes of z.
    """
    if not _can_be_compiled(M.T, a, to.z, pitch):
        return [bind_forward(M, pitch, a, to.z), *to.forward]
    product = bind_product(M.T, a, to.z, place, Ending.RELU if to.is_relu else Ending.AS_SUMMED)
    return [product.run, *([] if to.is_relu else to.forward)]


def bind_first_forward(M: Floats, pitch: int, rows: RowsOfData, place: Floats, to: Kernel) -> list[Op]:
    """The same of the first layer.

    Args:
        M: as above, like the others.
        pitch: too.
        rows: of data.
        place: for copies.
        to: what becomes of z.
    """
    if not _can_be_compiled(M.T, rows.x.T, to.z, pitch):
        return [_reading(rows, bind_forward_of_rows(M, pitch, to.z)), *to.forward]
    product = bind_product(M.T, rows.x.T, to.z, place, Ending.RELU if to.is_relu else Ending.AS_SUMMED)
    rows.read_by(product.addresses, 1)
    return [product.run, *([] if to.is_relu else to.forward)]


def bind_layer_back(
    W: Floats, pitch: int, delta: Floats, place: Floats, below: Floats, mask: Floats | None, slope: Kernel
) -> list[Op]:
    """δ of the layer below.

    Args:
        W: the weight between the two.
        pitch: of its rows.
        delta: (units, n)
        place: for copies.
        below: (inputs, n), where it goes.
        mask: (inputs, n) of the dropout of the layer below, or None.
        slope: of its activation.
    """
    masked = [] if mask is None else [partial(np.multiply, below, mask, below)]
    if not _can_be_compiled(W, delta, below, pitch):
        return [bind_back(W, pitch, delta, below), *masked, *slope.backward]
    if slope.is_relu:  # mask or slope first: the same bits, but where the mask overflows
        return [bind_product(W, delta, below, place, Ending.RELU_SLOPE, slope.z).run, *masked]
    return [bind_product(W, delta, below, place).run, *masked, *slope.backward]


def bind_layer_gradient(a: Floats, delta: Floats, place: Floats, gradient: Floats) -> Op:
    """The gradient of a layer above the first.

    Args:
        a: (inputs + 1, n)
        delta: (units, n)
        place: for copies.
        gradient: where it goes.
    """
    if not _can_be_compiled(a, delta.T, gradient):
        return bind_gradient(a, delta, gradient)
    return bind_product(a, delta.T, gradient, place).run


def bind_first_gradient(rows: RowsOfData, delta: Floats, place: Floats, gradient: Floats) -> Op:
    """The same of the first layer; rows as in ``bind_first_forward``."""
    if not _can_be_compiled(rows.x.T, delta.T, gradient):
        return _reading(rows, bind_gradient_of_rows(delta, gradient))
    product = bind_product(rows.x.T, delta.T, gradient, place)
    rows.read_by(product.addresses, 0)
    return product.run


def place_for_copies(depths: Sequence[int], columns: Sequence[int], dtype: np.dtype[Any]) -> Floats:
    """Where products of these depths and so many columns, each with each, may copy their right factors to."""
    strips = [-(-each // STRIP) for each in columns]
    return on_a_line(min(_MOST_COPIED, STRIP * max(strips) * max(depths)), dtype)


def _reading(rows: RowsOfData, product: OfRows) -> Op:
    return lambda: product(rows.x)


def _can_be_compiled(left: Floats, right: Floats, out: Floats, pitch: int = 0) -> bool:
    """Whether ``out`` = ``left`` · ``right`` is compiled: it can be, and takes no longer than the BLAS's.

    Args:
        left: (rows, depth)
        right: (depth, columns)
        out: (rows, columns)
        pitch: how far apart rows of ``left`` are meant to lie, if it is of parameters: whether they do, with gaps, or
            not, must decide nothing. 0 otherwise.
    """
    (rows, columns), depth = out.shape, len(right)
    left_apart, right_apart = pitch * left.itemsize or max(left.strides), max(right.strides)
    reads_rows_at_once, is_turned = left.strides[1] == left.itemsize, right.strides[0] == right.itemsize
    return (
        out.dtype == np.float32
        and computes_products()
        and columns >= _FEWEST_COLUMNS
        and (depth <= _SHORT or columns > STRIP // 2)
        and (depth <= _SHORT or rows > _TWO_BANDS or not is_turned)
        and left_apart % (_CONFLICT if reads_rows_at_once else 2 * _CONFLICT) != 0
        and right_apart % (2 * _CONFLICT) != 0
    )
