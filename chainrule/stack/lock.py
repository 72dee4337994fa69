"""One stack per data directory, and none beside the rest of a killed one.

Two locked files: ``lock`` is held by ``chainrule up`` alone, so whoever finds it taken knows that one is alive;
``lock.processes`` is inherited by every process of the stack and free only when the last of them is gone, so that a
stack started right after a ``kill -9`` waits these moments.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from chainrule.errors import DataDirBusy

_LEFTOVERS_END_WITHIN_S: Final = 15.0


class DirectoryLock:
    """Hold the lock of the data directory ``directory`` for the time of a ``with`` block; ``wait`` sleeps.

    Raises:
        DataDirBusy: on entry, naming the process that holds it.
    """

    def __init__(self, directory: Path, wait: Callable[[float], None] = time.sleep) -> None:
        self._directory, self._wait = directory, wait
        self._held = ExitStack()

    @property
    def fd(self) -> int:
        """The open file for every process of the stack to inherit."""
        return self._processes

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self._owner = _open(self._directory / "lock", opened)
            self._processes = _open(self._directory / "lock.processes", opened)
            if not _acquired(self._owner):
                raise DataDirBusy(
                    f"{self._directory} is in use by another `chainrule up` ({_holder(self._owner)}): "
                    "stop that one, or name another directory with --data-dir"
                )
            self.describe("starting")
            self._wait_for_leftovers()
            self._held = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.ftruncate(self._owner, 0)
        self._held.close()

    def describe(self, what: str) -> None:
        """Write who holds the lock, and ``what`` it is doing, for others to read."""
        os.ftruncate(self._owner, 0)
        os.pwrite(self._owner, json.dumps({"pid": os.getpid(), "what": what}).encode(), 0)

    def _wait_for_leftovers(self) -> None:
        deadline = time.monotonic() + _LEFTOVERS_END_WITHIN_S
        while not _acquired(self._processes):
            if time.monotonic() > deadline:
                raise DataDirBusy(
                    f"processes of a stack that was killed still use {self._directory}: "
                    f"`lsof {self._directory / 'lock.processes'}` names them; end them and start again"
                )
            self._wait(0.05)


def _open(path: Path, opened: ExitStack) -> int:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    opened.callback(os.close, fd)
    return fd


def _acquired(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(fd: int) -> str:
    try:
        said = json.loads(os.pread(fd, 4096, 0))
        return f"process {int(said['pid'])}, {said['what']}"
    except (ValueError, KeyError, TypeError):
        return "just starting"
