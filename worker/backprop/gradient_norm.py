"""The norm of a gradient, and what ``clip_norm`` scales it by.

    ‖g‖ = √Σ g²          g ← g · min(1, clip_norm / ‖g‖)

The squares are added over fixed blocks of NORM_BLOCK elements, the blocks in a fixed order: whoever adds them, and
wherever the vector is cut between blocks, the norm has the same bits.

Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.backprop.arrays import Op
from worker.backprop.compiled import Loop, bind_loop

Array = NDArray[Any]

NORM_BLOCK = 1024
"""Elements of the gradient whose squares are added at a time; cuts between members fall between blocks."""

_LANES = 64
_NORM_LANES = 8


def norm_blocks(start: int, stop: int) -> int:
    """Blocks of NORM_BLOCK elements in [start, stop), the last one possibly shorter."""
    return -(-(stop - start) // NORM_BLOCK)


def squares_of(gradient: Array) -> Array:
    """Σ g² of each block of a vector, (blocks,), of its dtype."""
    squares = np.empty(norm_blocks(0, gradient.size), gradient.dtype)
    bind_squares(np.ascontiguousarray(gradient), squares, np.empty(squares.size * NORM_BLOCK, gradient.dtype)).run()
    return squares


def bind_squares(gradient: Array, squares: Array, scratch: Array) -> Loop:
    """``squares`` = Σ g² of each block of ``gradient``, of which the last may be shorter.

    Each of a block's _LANES lanes adds every _LANES-th square, in their order; then the lanes are added, in pairs.

    Args:
        gradient: (size,).
        squares: (blocks,).
        scratch: at least as long as so many whole blocks.
    """
    if loop := bind_loop("sums_of_squares", (gradient, squares), sums=1):
        return loop
    whole = scratch[: squares.size * NORM_BLOCK]
    flat, behind, rows = whole[: gradient.size], whole[gradient.size :], whole.reshape(squares.size, -1, _LANES)
    lanes, multiply, reduce_sum = np.empty((squares.size, _LANES), gradient.dtype), np.multiply, np.add.reduce

    def run(add: Callable[..., object] = reduce_sum) -> None:
        multiply(gradient, gradient, flat)
        behind.fill(0.0)
        add(rows, 1, None, lanes)
        add(lanes, 1, None, squares)

    return Loop(run, [])


def bind_norm(squares: Array) -> Callable[[], float]:
    """√Σ squares in float64: each of _NORM_LANES lanes adds every _NORM_LANES-th; then the lanes are added, in pairs.

    Args:
        squares: (blocks,); they are read at every call.
    """
    total = np.zeros(1)
    if loop := bind_loop("total", (squares, total)):
        add_up, found = loop.run, total.data
    else:
        add_up, found = _bind_total(squares, total), total.data

    def norm() -> float:
        add_up()
        return math.sqrt(found[0])

    return norm


def _bind_total(squares: Array, total: Array) -> Op:
    rows = np.zeros((-(-squares.size // _NORM_LANES), _NORM_LANES))
    flat, lanes, reduce_sum = rows.reshape(-1)[: squares.size], np.empty(_NORM_LANES), np.add.reduce

    def add_up(add: Callable[..., object] = reduce_sum) -> None:
        flat[:] = squares
        add(rows, 0, None, lanes)
        a, b, c, d, e, f, g, h = lanes.tolist()
        total[0] = ((a + b) + (c + d)) + ((e + f) + (g + h))

    return add_up


def clip_factor(norm: float, clip_norm: float | None) -> float:
    """What a gradient of this norm is scaled by; 1 where there is nothing to clip."""
    return 1.0 if clip_norm is None or not norm > clip_norm else clip_norm / norm
