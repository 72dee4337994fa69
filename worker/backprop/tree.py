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


def bind_tree_sum(shards: Sequence[Array], out: Array, scratch: Sequence[Array]) -> Callable[[], Array]:
    """T(0, S) over arrays as a function without arguments that adds in place and allocates nothing.

    Args:
        shards: S arrays of one shape.
        out: of that shape; holds the sum after a call, unless there is one shard only.
        scratch: ``tree_depth(S) - 1`` more arrays of that shape, for right-hand subtrees on the way.

    Returns:
        A function that returns the sum: ``out``, or for one shard the shard itself.
    """
    operations: list[tuple[Array, Array, Array]] = []

    def plan(a: int, b: int, registers: Sequence[Array]) -> Array:
        if b - a == 1:
            return shards[a]
        m = (a + b) // 2
        left = plan(a, m, registers)
        right = plan(m, b, registers[1:] if left is registers[0] else registers)
        operations.append((left, right, registers[0]))
        return registers[0]

    result = plan(0, len(shards), [out, *scratch])
    if len(operations) == 1:
        first, second, target = operations[0]
        return lambda: np.add(first, second, target)

    def add_all(add: Callable[..., Any] = np.add) -> Array:
        for left, right, target in operations:
            add(left, right, target)
        return result

    return add_all


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
    """How many arrays ``bind_tree_sum`` needs, ``out`` included."""
    return max(1, (shards - 1).bit_length())
