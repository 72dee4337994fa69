"""The compiled libraries, one for each dtype, if they are there and of this version."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


class CompiledCall(partial[object]):
    """A function of a library with its three arguments bound: sizes, the arrays' addresses, numbers."""


class LongCall(CompiledCall):
    """One that gives up the interpreter's lock."""


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


@cache
def letting_go_of_the_lock() -> ctypes.CDLL:
    """That of float32, with calls that give up the interpreter's lock, as NumPy's products do."""
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
