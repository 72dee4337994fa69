"""What is compiled, where a C compiler was: the element-wise loops of ``loops.c``, and the products of ``product.c``.

NumPy makes a call and a pass for every operation, and takes roots four at a time. Adam on 32,768 elements in the cache
takes 24 µs in ten calls and 5.5 in one loop, on 1,200 elements 3.3 and 0.5. The loops make the same operations in the
same order, so the bits are the same, and a member with loops and one without may serve one job (ADR 17).

Every loop has its form in NumPy calls beside the call of ``bind_loop``: its specification, and what is used where no C
compiler was at hand when Chainrule was installed.

The products have bits of their own, no BLAS's, so whether they are used belongs to the fingerprint (ADR 19).
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from worker.backprop.arrays import Floats, Op

_HERE = Path(__file__).parent
_forms = {"compiled": True}
_LONG = 10_000_000
"""Multiplications: some 80 µs."""
STRIP = 32
"""Columns that ``product.c`` takes at once."""
_DEPTH = 1280
"""What it takes of a sum at once, at most."""
_CONFLICT = 4096
"""Bytes. Rows a multiple of it apart share one place of the nearest cache."""
_FEW_ROWS = 64
"""Of a result: with fewer, a copy of the right factor does not pay."""


class Numbers(Protocol):
    """A loop's constants, to be set before a call."""

    def __setitem__(self, index: int, value: float, /) -> None: ...


class Loop(NamedTuple):
    """An element-wise operation with its arrays bound."""

    run: Op
    numbers: Numbers
    call: _Call | None = None
    """What a chain needs of it; None for NumPy calls."""


class Ending(IntEnum):
    """What becomes of the sums of a product: as in ``product.c``."""

    AS_SUMMED = 0
    RELU = 1
    RELU_SLOPE = 2


class Product(NamedTuple):
    """A product with its arrays bound."""

    run: Op
    addresses: ctypes.Array[ctypes.c_void_p]
    """Of the left and the right factor, so that another one that lies alike may take its place."""


class _Taken(IntEnum):
    """How the right factor of a product is read."""

    AS_IT_LIES = 0
    COPIED = 1
    TURNED = 2


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
            "right_taken",
            "ending",
            "place",
        )
    )


class _Call(ctypes.Structure):
    """``struct call`` of ``loops.c``."""

    _fields_ = (
        ("loop", ctypes.c_void_p),
        ("arrays", ctypes.c_void_p),
        ("numbers", ctypes.c_void_p),
        ("count", ctypes.c_longlong),
        ("sums", ctypes.c_longlong),
    )


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
    library = _library(arrays[0].dtype.name) if _forms["compiled"] else None
    if library is None or not all(array.flags.c_contiguous for array in arrays) or _overlap(arrays):
        return None
    function = getattr(library, name)
    function.restype = None
    addresses = _addresses(arrays)
    constants = (ctypes.c_double * max(1, len(numbers)))(*numbers)
    lengths = _lengths(sizes or (arrays[0].size,))
    parts = (ctypes.cast(part, ctypes.c_void_p) for part in (function, addresses, constants))
    call = _Call(*parts, len(arrays), sums)
    run = partial(function, lengths, addresses, constants)
    call.bound = arrays  # as ``_addresses`` does
    return Loop(run, constants, call)


def bind_chain(loops: Sequence[Loop], like: Floats) -> Op | None:
    """The loops one after the other, a chunk of their elements at a time: what one writes, the next finds in the
    nearest cache. None where one of them is NumPy calls.

    Args:
        loops: element-wise, over arrays of one size.
        like: one of these arrays.
    """
    calls = [loop.call for loop in loops if loop.call is not None]
    library = _library(like.dtype.name)
    if library is None or len(calls) < len(loops):
        return None
    library.chain.restype = None
    table = (_Call * len(calls))(*calls)
    table.loops = tuple(loops)  # type: ignore[attr-defined]  # nor does it here
    return partial(library.chain, _lengths((like.size, len(calls))), table)


def bind_product(
    left: Floats, right: Floats, out: Floats, place: Floats, ending: Ending = Ending.AS_SUMMED, a: Floats | None = None
) -> Product:
    """``product`` of ``product.c``: out = left · right. Only where ``computes_products``. A long one gives up the
    interpreter's lock, as NumPy's products do.

    Args:
        left: (rows, depth). Of each factor either the rows or the columns are contiguous.
        right: (depth, columns)
        out: (rows, columns) in C order, overlapping none of the others.
        place: for copies of the right factor. The arrays stay alive as long as what is returned.
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
    conflict = right_pitch * right.itemsize % _CONFLICT == 0 and rows > _FEW_ROWS
    taken = _Taken.TURNED if right_turned else _Taken.COPIED if conflict else _Taken.AS_IT_LIES
    shape = _Shape(rows, columns, depth, left_pitch, left_turned, right_pitch, taken, ending, place.size)
    addresses = _addresses((left, right, out, place, a))
    library = _letting_go() if rows * columns * depth >= _LONG else _library("float32")
    product = library.product  # type: ignore[union-attr]  # it computes products
    product.restype = None
    return Product(partial(product, ctypes.byref(shape), addresses), addresses)


@cache
def _letting_go() -> ctypes.CDLL:
    """The same library, whose calls give up the interpreter's lock."""
    library = _library("float32")
    assert library is not None
    return ctypes.CDLL(str(_path("float32")), handle=library._handle)


def _lie(factor: Floats) -> tuple[int, bool]:
    """The pitch of its rows, or of its columns where these are contiguous, and whether they are."""
    rows, columns = (stride // factor.itemsize for stride in factor.strides)
    assert 1 in (rows, columns)
    return (rows, False) if columns == 1 else (columns, True)


@cache
def computes_products() -> bool:
    """Whether ``product.c`` was compiled, and this processor can do what it asks for."""
    library = _library("float32")
    return library is not None and bool(library.computes_products())


def loops_in_use() -> str:
    """``compiled``, or why they are not."""
    for dtype in ("float32", "float64"):
        if not _path(dtype).exists():
            return (
                "NumPy calls: no C compiler was found when Chainrule was installed, or none that could compile loops.c"
            )
        if _library(dtype) is None:
            return "NumPy calls: the compiled loops are of another version of Chainrule, or can't be loaded"
    return "compiled"


@contextmanager
def numpy_calls_only() -> Iterator[None]:
    """What is bound meanwhile has NumPy calls for loops: to hold the loops to them, in bits or in time."""
    before, _forms["compiled"] = _forms["compiled"], False
    try:
        yield
    finally:
        _forms["compiled"] = before


@cache
def _library(dtype: str) -> ctypes.PyDLL | None:
    """The loops of a dtype, if they were compiled from the source that is here. They are too short to give up the
    interpreter's lock for.
    """
    try:
        library = ctypes.PyDLL(str(_path(dtype)))
        compiled_from = (ctypes.c_char * 64).in_dll(library, "source").value.decode()
    except (OSError, ValueError):
        return None
    sources = hashlib.sha256(b"".join(source.read_bytes() for source in sorted(_HERE.glob("*.c")))).hexdigest()
    return library if compiled_from == sources else None


def _path(dtype: str) -> Path:
    return _HERE / f"loops_{dtype}.so"


def _overlap(arrays: Sequence[Floats]) -> bool:
    return any(np.may_share_memory(a, b) for a, b in combinations(arrays, 2))


def _addresses(arrays: Sequence[Any]) -> ctypes.Array[ctypes.c_void_p]:
    """With the arrays, which an address keeps not alive."""
    addresses = (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))
    addresses.arrays = arrays  # type: ignore[attr-defined]
    return addresses


def _lengths(sizes: Sequence[int]) -> ctypes.Array[ctypes.c_longlong]:
    return (ctypes.c_longlong * len(sizes))(*sizes)
