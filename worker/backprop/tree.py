"""The canonical binary tree: the one order in which anything is added over shards.

    T(a, a + 1) = the value of shard a
    T(a, b)     = T(a, m) + T(m, b)      with m = (a + b) // 2

Floating-point addition is not associative: the same gradients grouped over 1, 2, 3, 4 and 8 shards gave five
different bit patterns. The tree is over *shards*, which belong to the spec, so who adds and where cannot matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.backprop.compiled import Loop, bind_loop

Array = NDArray[Any]


def tree_sum(values: Sequence[Any]) -> Any:
    """T(0, len(values)): the plain form, for numbers or arrays alike."""
    return tree_sum_of(values.__getitem__, len(values))


def tree_sum_of(value: Callable[[int], Any], shards: int) -> Any:
    """The same of values that are made one after the other, so that not all of them have to be there at once."""

    def add(a: int, b: int) -> Any:
        if b - a == 1:
            return value(a)
        m = (a + b) // 2
        return add(a, m) + add(m, b)

    return add(0, shards)


def bind_tree_mean(shards: Sequence[Array], out: Array, scratch: Sequence[Array]) -> Callable[[float], None]:
    """``out`` = T(0, S) · scale over arrays, as a function of the scale that adds in place and allocates nothing.

    Args:
        shards: S arrays of one shape.
        out: of that shape; it may be the memory of one of them.
        scratch: ``tree_depth(S)`` more arrays of that shape.
    """
    additions, multiply, add = _additions(shards, scratch), np.multiply, np.add
    total = additions[-1][-1] if additions else shards[0]

    def set_mean(scale: float) -> None:
        for left, right, target in additions:
            add(left, right, target)
        multiply(total, scale, out)

    return set_mean


def addition_loops(shards: Sequence[Array], scratch: Sequence[Array]) -> tuple[list[Loop], tuple[Array, ...]] | None:
    """All additions of T(0, S) but the last as compiled loops, and what the last one adds: two arrays, or the one shard
    there is. None where these can't be used.
    """
    additions = _additions(shards, scratch)
    loops = [loop for addition in additions[:-1] if (loop := bind_loop(*_loop_of(*addition)))]
    if len(loops) < len(additions) - 1:
        return None
    return loops, additions[-1][:2] if additions else (shards[0],)


def _loop_of(left: Array, right: Array, target: Array) -> tuple[str, Sequence[Array]]:
    """A sum of two is the same either way round; one that goes to where one of the two was is another loop."""
    if target is left or target is right:
        return "add_to", (target, right if target is left else left)
    return "sum", (left, right, target)


def _additions(shards: Sequence[Array], registers: Sequence[Array]) -> list[tuple[Array, Array, Array]]:
    """The additions of the tree in their order, (left, right, where the sum goes); the last one is the root's."""
    operations: list[tuple[Array, Array, Array]] = []

    def plan(a: int, b: int, free: Sequence[Array]) -> Array:
        if b - a == 1:
            return shards[a]
        m = (a + b) // 2
        left = plan(a, m, free)
        right = plan(m, b, free[1:] if left is free[0] else free)
        operations.append((left, right, free[0]))
        return free[0]

    plan(0, len(shards), registers)
    return operations


def bind_tree_total(values: memoryview[float]) -> Callable[[], float]:
    """T(0, len(values)) over numbers as a function without arguments, some ten times faster than the plain form."""
    pairs: list[tuple[int, int]] = []

    def plan(a: int, b: int) -> None:
        if b - a > 1:
            m = (a + b) // 2
            plan(a, m)
            plan(m, b)
            pairs.append((a, m))

    plan(0, len(values))

    def total() -> float:
        sums = values.tolist()
        for a, m in pairs:
            sums[a] += sums[m]
        return sums[0]

    return total


def tree_depth(shards: int) -> int:
    """How many arrays of scratch ``bind_tree_mean`` needs."""
    return max(1, (shards - 1).bit_length())
