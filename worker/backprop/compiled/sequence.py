"""Compiled operations that follow each other, in one call."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from worker.backprop.arrays import Op
from worker.backprop.compiled.library import CompiledCall, bind_call, library_of


class _Operation(ctypes.Structure):
    """``struct operation`` of ``loops.c``."""

    _fields_ = tuple((name, ctypes.c_void_p) for name in ("run", "sizes", "arrays", "numbers"))


def in_sequence(operations: Sequence[Op]) -> list[Op]:
    """The same operations, those that were compiled and follow each other as one: a call from Python takes 0.1 µs in a
    loop of its own, and several times that in a step, which leaves little of Python in the nearest cache.
    """
    joined: list[Op] = []
    for _, group in groupby(operations, lambda operation: isinstance(operation, CompiledCall)):
        calls = list(group)
        compiled = [call for call in calls if isinstance(call, CompiledCall)]
        joined += [_in_one(compiled)] if len(compiled) > 1 and library_of("float32") else calls
    return joined


def _in_one(calls: Sequence[CompiledCall]) -> CompiledCall:
    table = (_Operation * len(calls))(*map(_operation, calls))
    table.calls = tuple(calls)  # type: ignore[attr-defined]  # an address keeps nothing alive
    return bind_call("sequence", (ctypes.c_longlong * 1)(len(calls)), table, sum(call.work for call in calls))


def _operation(call: CompiledCall) -> _Operation:
    return _Operation(ctypes.cast(call.func, ctypes.c_void_p), *map(_address, call.args))  # type: ignore[arg-type]


def _address(argument: Any) -> int | None:
    return None if argument is None else ctypes.addressof(argument)
