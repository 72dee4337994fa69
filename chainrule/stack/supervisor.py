"""Start processes, keep them running, end them all."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Final

from chainrule.errors import PartFailed
from chainrule.stack.child import Child, Part
from chainrule.stack.signals import Signals

_POLL_S: Final = 0.05
_STOP_WITHIN_S: Final = 10.0


class Supervisor:
    """Owns the processes of one stack. ``say`` shows a line to the person in front of it.

    Everything here runs in the main thread, which waits in ``signals``; any wait may raise ``StopRequested``.
    """

    def __init__(self, signals: Signals, say: Callable[[str], None]) -> None:
        self._signals, self._say = signals, say
        self._children: list[Child] = []

    def run(self, part: Part, timeout_s: float = 120.0) -> None:
        """Run ``part`` to its end.

        Raises:
            PartFailed: with the end of its log, if it fails or takes too long.
        """
        child = self.start(part)
        try:
            self.until(lambda: child.exit_code() is not None, child, timeout_s, may_end=True)
        finally:
            code = child.exit_code()
            child.kill()
            self._children.remove(child)
        if code != 0:
            raise _failed(child)

    def start(self, part: Part) -> Child:
        """Start ``part`` and from now on look after it."""
        child = Child(part)
        child.start()
        self._children.append(child)
        return child

    def until(
        self, condition: Callable[[], bool], child: Child, timeout_s: float = 60.0, *, may_end: bool = False
    ) -> None:
        """Wait for ``condition``, which ``child`` is to bring about.

        Raises:
            PartFailed: if the child ends first (unless it ``may_end``), or the time is over.
        """
        deadline = time.monotonic() + timeout_s
        while not condition():
            if not may_end and child.exit_code() is not None:
                raise _failed(child)
            if time.monotonic() > deadline:
                raise PartFailed(f"{child.part.name} was not ready after {timeout_s:.0f} s\n{child.last_words()}")
            self._signals.pause(_POLL_S)

    def watch(self) -> None:
        """Start again whatever ends, forever.

        Raises:
            StopRequested: when somebody asks for the end.
        """
        while True:
            now = time.monotonic()
            for child in self._children:
                self._look_after(child, now)
            due = [child.restart_at - now for child in self._children if child.restart_at is not None]
            self._signals.pause(min([*due, 5.0]))

    def stop(self) -> None:
        """End everything, the first started (the broker) last; by force after ten seconds or another Ctrl-C."""
        patience = self._signals.stops
        for group in (self._children[1:], self._children[:1]):
            for child in group:
                child.terminate()
            deadline = time.monotonic() + _STOP_WITHIN_S
            while any(child.exit_code() is None for child in group):
                if time.monotonic() > deadline or self._signals.stops > patience:
                    break
                self._signals.wait(_POLL_S)
            for child in group:
                child.kill()
        self._children.clear()

    def _look_after(self, child: Child, now: float) -> None:
        if child.restart_at is not None:
            if now >= child.restart_at:
                child.start()
        elif (code := child.exit_code()) is not None:
            pause_s = child.schedule_restart(now)
            self._say(f"{child.part.name} {_how(code)}; starting it again in {pause_s:g} s (log: {child.part.log})")


def _failed(child: Child) -> PartFailed:
    code = child.exit_code()
    how = _how(code) if code is not None else "did not end"
    return PartFailed(f"{child.part.name} {how}; the end of {child.part.log}:\n{child.last_words()}")


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was killed by {signal.Signals(-code).name}"
