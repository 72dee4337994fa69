"""Turn signals into something a loop can wait for."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Final, Self

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):
    """Somebody pressed Ctrl-C, or sent SIGTERM or SIGHUP."""


class Signals:
    """Catches the ending signals, and the end of a child, for the time of a ``with`` block in the main thread."""

    def __init__(self) -> None:
        self.stops = 0

    def __enter__(self) -> Self:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._note) for number in (*_ENDING, signal.SIGCHLD)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float) -> None:
        """Return after ``seconds``, or as soon as any of the signals comes."""
        if select.select([self._read], [], [], max(0.0, seconds))[0]:
            os.read(self._read, 512)

    def pause(self, seconds: float) -> None:
        """Like ``wait``.

        Raises:
            StopRequested: if an ending signal has come, now or before.
        """
        if not self.stops:
            self.wait(seconds)
        if self.stops:
            raise StopRequested

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if number in _ENDING:
            self.stops += 1
