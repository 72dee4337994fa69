"""The memory of a worker process: what it no longer needs goes back to the system at once."""

from __future__ import annotations

import ctypes
import gc
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""glibc's names for its parameters, from malloc.h."""
_OWN_MAPPING_BYTES = 1 << 20


def give_memory_back() -> None:
    """Prepare the process: to be called once, when everything that it keeps to its end has been made.

    Left to itself glibc learns from what is freed to keep up to 32 MiB of each array in its heap: after a few jobs a
    worker held 60 MB that nobody used. Training itself allocates nothing, so a fixed threshold costs it nothing.
    """
    if (mallopt := getattr(_c_library(), "mallopt", None)) is not None:
        mallopt(_MMAP_THRESHOLD, _OWN_MAPPING_BYTES)
        mallopt(_TRIM_THRESHOLD, _OWN_MAPPING_BYTES)
    gc.collect()
    gc.freeze()  # so that later collections need not look at it: 2 ms instead of 60


def let_go() -> None:
    """To be called after a generation: its objects know each other, so only the collector can free them.

    Among them is the mapping of the segment. Before, a worker held those of all jobs it had served since the last
    collection of the oldest objects, in memory that no file names any more.
    """
    gc.collect()
    if (malloc_trim := getattr(_c_library(), "malloc_trim", None)) is not None:
        malloc_trim(0)


@cache
def _c_library() -> ctypes.CDLL:
    return ctypes.CDLL(None)
