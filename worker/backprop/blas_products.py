"""The products of a pass: whole, or in tiles small enough for OpenBLAS to read their factors where they lie.

OpenBLAS copies both factors into an order of its own before it multiplies, unless the product is small: those its
kernels for AVX-512 read in place. Where a copied element is used only a few times, in a shard of few rows or a layer of
few inputs or units, copying is much of the work. One call of ``matmul`` over views of tiles, each a small product,
computes 784-128 on 32 rows at 240 instead of 145 GFLOP/s, and the gradient of 28-256 on 512 rows at 160 instead of 87.
Where tiles do not pay, by kernel or by shape, the product stays whole.

The tiles follow from the shapes alone, so on one kind of processor the bits do too; another kind's differ anyhow.

All that is decided here follows from shapes and pitches, which follow from the job: M may lie with gaps or without.

    M: (k, units), k = inputs + 1, its rows meant to lie ``pitch`` elements apart      W: M without its last row
    x: (n, k) rows of data      A: (k, n) columns of data, a row of ones last      z, δ: (units, n)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np
from threadpoolctl import threadpool_info

from worker.backprop.arrays import Floats, Op

OfRows = Callable[[Floats], object]
"""A product with everything bound but the rows x, which differ from step to step."""

SMALL = 1_000_000
"""Multiplications of a product that OpenBLAS takes as small: its ``sgemm_small_kernel_permit`` for SkylakeX."""
TILE = 32
"""Rows of a tile. With 16 the products take a quarter longer."""
LOW_TILE = 16
"""Rows of a tile of the gradient of a hidden layer."""
_SHORTEST = 768
_MOST_WEIGHTS = ((2048, 66_000), (4096, 17_000), (8192, 2_000))
"""Up to so many bytes of a row of A, tiles pay for gradients of so many elements: they take half to 0.95 as long."""
_CONFLICT = 2048
"""Bytes. Rows a multiple of it apart share a few places of the nearest cache."""


def bind_forward_of_rows(M: Floats, pitch: int, z: Floats) -> OfRows:
    """z = Mᵀ xᵀ"""
    left, columns = M.T, _columns(M.T, z, (64, 32, 16, 8), pitch)
    if columns:
        tiles = bind_tiles(left, z, columns)
        return lambda x: tiles(x.T)
    multiply = _whole(M, pitch)
    return lambda x: multiply(left, x.T, z)


def bind_forward(M: Floats, pitch: int, a: Floats, z: Floats) -> Op:
    """z = Mᵀ A"""
    columns = _columns(M.T, z, (min(TILE, z.shape[1]),), pitch)
    return partial(bind_tiles(M.T, z, columns), a) if columns else partial(_whole(M, pitch), M.T, a, z)


def bind_back(W: Floats, pitch: int, delta: Floats, below: Floats) -> Op:
    """δ of the layer below, before it is multiplied with the slope: W δ. In tiles of all rows, where these are few."""
    n = below.shape[1]
    columns = _columns(W, below, (n,) if TILE // 2 < n <= 2 * TILE else (), pitch)
    return partial(bind_tiles(W, below, columns), delta) if columns else partial(_whole(W, pitch), W, delta, below)


def bind_gradient(a: Floats, delta: Floats, gradient: Floats) -> Op:
    """∂C/∂M = A δᵀ, in low tiles where many rows of data meet few weights."""
    columns = _columns_of_gradient(a, gradient)
    tiles = bind_tiles(a, gradient, columns, LOW_TILE) if columns else None
    return partial(tiles, delta.T) if tiles else partial(np.dot, a, delta.T, gradient)


def bind_gradient_of_rows(delta: Floats, gradient: Floats) -> OfRows:
    """∂C/∂M = xᵀ δᵀ, or in tiles (∂C/∂M)ᵀ = δ x"""
    columns, right = _columns(delta, gradient.T, (64, 32), delta.shape[1]), delta.T
    return bind_tiles(delta, gradient.T, columns) if columns else lambda x: np.dot(x.T, right, gradient)


@cache
def reads_small_products_in_place() -> bool:
    """Whether the kernels that OpenBLAS chose for this processor do. With others, tiles take a third longer."""
    kernels = {library.get("architecture") for library in threadpool_info() if library["user_api"] == "blas"}
    return bool(kernels) and kernels <= {"SkylakeX", "Cooperlake", "SapphireRapids"}


def _columns(left: Floats, out: Floats, candidates: Sequence[int], pitch: int) -> int:
    """The first of the candidates with which a tile of ``out`` = ``left`` · right is small; 0 where tiles do not pay.

    They do not where the whole is small itself, where many tiles read rows that conflict, and where rows of ``out``
    conflict and a tile has little to multiply for each.
    """
    rows, inner = left.shape
    far = max(out.strides)
    if (
        not reads_small_products_in_place()
        or rows * inner * out.shape[1] <= SMALL
        or (pitch * left.itemsize % _CONFLICT == 0 and out.shape[1] > TILE)
        or (far % _CONFLICT == 0 and inner * TILE < far)
    ):
        return 0
    return next((size for size in candidates if TILE * size * inner <= SMALL), 0)


def _columns_of_gradient(a: Floats, gradient: Floats) -> int:
    """Columns of a tile of the gradient, 0 where tiles do not pay: for rows of A too short or, for many weights, so
    long that they leave the nearest cache.
    """
    rows = a.shape[1]
    most = next((weights for length, weights in _MOST_WEIGHTS if rows * a.itemsize <= length), 0)
    if (
        not reads_small_products_in_place()
        or gradient.size > most
        or rows * a.itemsize < _SHORTEST
        or rows * gradient.size <= SMALL
    ):
        return 0
    return next((size for size in (64, 32) if LOW_TILE * size * rows <= SMALL), 0)


def bind_tiles(left: Floats, out: Floats, columns: int, tile: int = TILE) -> OfRows:
    """``out`` (m, n) = ``left`` (m, k) · right (k, n), the last given later: tiles of so many rows and columns.

    What is left over at the edges is tiles too, of fewer rows or columns. All views but those of the right factor are
    made here, once.
    """
    inner, matmul = left.shape[1], np.matmul
    bands = [
        (start, stop, width, [
            (_tiled(left[low:high], height, inner), _tiled(out[low:high, start:stop], height, width))
            for low, high, height in _parts(out.shape[0], tile)
        ])
        for start, stop, width in _parts(out.shape[1], columns)
    ]  # fmt: skip

    def multiply(right: Floats) -> None:
        for start, stop, width, band in bands:
            tiles = _tiled(right[:, start:stop], inner, width)
            for of_left, of_out in band:
                matmul(of_left, tiles, of_out)

    return multiply


def _parts(length: int, size: int) -> list[tuple[int, int, int]]:
    """(start, stop, size of its tiles): the whole tiles together, then what is left over."""
    whole = length // size * size
    return [(start, stop, min(size, stop - start)) for start, stop in ((0, whole), (whole, length)) if start < stop]


def _tiled(a: Floats, rows: int, columns: int) -> Floats:
    """A view (rows of tiles, columns of tiles, rows, columns)."""
    m, n = a.shape
    return a.reshape(m // rows, rows, n // columns, columns, copy=False).transpose(0, 2, 1, 3)


def _whole(M: Floats, pitch: int) -> Callable[[Floats, Floats, Floats], object]:
    """``dot`` takes half a microsecond less than ``matmul``, but would copy a matrix with gaps."""
    return np.dot if pitch == M.shape[1] else np.matmul
