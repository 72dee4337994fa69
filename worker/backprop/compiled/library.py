"""The compiled libraries, one for each dtype, if they are there and of this version."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


LONG = 10_000_000
"""Multiplications: some 80 µs. A call of no fewer gives up the interpreter's lock, as NumPy's products do."""


class CompiledCall(partial[object]):
    """A function of a library with its three arguments bound: sizes, the arrays' addresses, numbers."""

    work = 0
    """How many multiplications take as long; of an element-wise loop over a block, too few to be counted."""


@cache
def library_of(dtype: str) -> ctypes.PyDLL | None:
    """That of a dtype, if it was compiled from the sources that are here. Its calls keep the interpreter's lock: most
    are too short to give it up.
    """
    try:
        library = ctypes.PyDLL(str(path_of(dtype)))
        compiled_from = (ctypes.c_char * 64).in_dll(library, "source").value.decode()
    except (OSError, ValueError):
        return None
    sources = hashlib.sha256(b"".join(source.read_bytes() for source in sorted(_HERE.glob("*.c")))).hexdigest()
    return library if compiled_from == sources else None


def bind_call(name: str, sizes: Any, arrays: Any, work: int) -> CompiledCall:
    """A function of the library of float32 that may take long, without numbers.

    Args:
        name: of the function.
        sizes: which the function reads, as ``ctypes`` has them, like the others.
        arrays: addresses, or what else it takes in their place.
        work: see ``CompiledCall``.
    """
    function = getattr(_letting_go_of_the_lock() if work >= LONG else library_of("float32"), name)
    function.restype = None
    call = CompiledCall(function, sizes, arrays, None)
    call.work = work
    return call


@cache
def _letting_go_of_the_lock() -> ctypes.CDLL:
    """That of float32, with calls that give up the interpreter's lock."""
    library = library_of("float32")
    assert library is not None
    return ctypes.CDLL(str(path_of("float32")), handle=library._handle)


def path_of(dtype: str) -> Path:
    """Where it is, once compiled."""
    return _HERE / f"loops_{dtype}.so"


def addresses_of(arrays: Sequence[Any]) -> ctypes.Array[ctypes.c_void_p]:
    """With the arrays, which an address keeps not alive."""
    addresses = (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))
    addresses.arrays = arrays  # type: ignore[attr-defined]
    return addresses
