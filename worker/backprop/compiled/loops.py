"""The element-wise loops of ``loops.c``, each bound to its arrays, and chains of them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import Any, NamedTuple, Protocol

import numpy as np

from worker.backprop.arrays import Floats, Op
from worker.backprop.compiled.library import CompiledCall, addresses_of, library_of, path_of

_forms = {"compiled": True}


class Numbers(Protocol):
    """A loop's constants, to be set before a call."""

    def __setitem__(self, index: int, value: float, /) -> None: ...


class Loop(NamedTuple):
    """An element-wise operation with its arrays bound."""

    run: Op
    numbers: Numbers
    call: _Call | None = None
    """What a chain needs of it; None for NumPy calls."""


class _Call(ctypes.Structure):
    """``struct call`` of ``loops.c``."""

    _fields_ = (
        ("loop", ctypes.c_void_p),
        ("arrays", ctypes.c_void_p),
        ("numbers", ctypes.c_void_p),
        ("count", ctypes.c_longlong),
        ("sums", ctypes.c_longlong),
    )


def has_loops(dtype: np.dtype[Any]) -> bool:
    """Whether there are compiled loops for arrays of this dtype."""
    return _forms["compiled"] and library_of(dtype.name) is not None


def bind_loop(
    name: str, arrays: Sequence[Any], numbers: Sequence[float] = (), sizes: Sequence[int] = (), sums: int = 0
) -> Loop | None:
    """A loop of ``loops.c``, or None where it can't be used and NumPy calls are to do the same.

    Args:
        name: of the loop.
        arrays: in its order, each in C order; the first one's dtype decides which library. They stay alive as long as
            the loop.
        numbers: its constants, as they are at first.
        sizes: of the arrays; by default the elements of the first one.
        sums: how many of the arrays, at the end, have one element for each NORM_BLOCK of the others.
    """
    library = library_of(arrays[0].dtype.name) if has_loops(arrays[0].dtype) else None
    if library is None or not all(array.flags.c_contiguous for array in arrays) or _overlap(arrays):
        return None
    function = getattr(library, name)
    function.restype = None
    addresses = addresses_of(arrays)
    constants = (ctypes.c_double * max(1, len(numbers)))(*numbers)
    lengths = _lengths(sizes or (arrays[0].size,))
    parts = (ctypes.cast(part, ctypes.c_void_p) for part in (function, addresses, constants))
    call = _Call(*parts, len(arrays), sums)
    run = CompiledCall(function, lengths, addresses, constants)
    call.bound = arrays  # as ``addresses_of`` does
    return Loop(run, constants, call)


def bind_chain(loops: Sequence[Loop], like: Floats) -> Op:
    """The loops one after the other, a chunk of their elements at a time: what one writes, the next finds in the
    nearest cache.

    Args:
        loops: element-wise, over arrays of one size, none of them NumPy calls.
        like: one of these arrays.
    """
    calls = [loop.call for loop in loops if loop.call is not None]
    library = library_of(like.dtype.name)
    assert library is not None
    assert len(calls) == len(loops)
    library.chain.restype = None
    table = (_Call * len(calls))(*calls)
    table.loops = tuple(loops)  # type: ignore[attr-defined]  # nor does it here
    return CompiledCall(library.chain, _lengths((like.size, len(calls))), table, None)


def loops_in_use() -> str:
    """``compiled``, or why they are not."""
    for dtype in ("float32", "float64"):
        if not path_of(dtype).exists():
            return (
                "NumPy calls: no C compiler was found when Chainrule was installed, or none that could compile loops.c"
            )
        if library_of(dtype) is None:
            return "NumPy calls: the compiled loops are of another version of Chainrule, or can't be loaded"
    return "compiled"


@contextmanager
def numpy_calls_only() -> Iterator[None]:
    """What is bound meanwhile has NumPy calls for loops: to hold the loops to them, in bits or in time. Products and
    cross entropy, which have other bits, stay what they are.
    """
    before, _forms["compiled"] = _forms["compiled"], False
    try:
        yield
    finally:
        _forms["compiled"] = before


def _overlap(arrays: Sequence[Floats]) -> bool:
    return any(np.may_share_memory(a, b) for a, b in combinations(arrays, 2))


def _lengths(sizes: Sequence[int]) -> ctypes.Array[ctypes.c_longlong]:
    return (ctypes.c_longlong * len(sizes))(*sizes)
