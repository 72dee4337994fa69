"""Whether the thread that serves a job gets on. A heartbeat says that a process lives, and nothing about that."""

from __future__ import annotations

import time
from collections.abc import Callable

_COMPUTES = 0.1
"""The share of a processor above which a thread is taken to be in the middle of a long step."""
_LONG = 20
"""Times the deadline that a step may compute for, and that what is not training (a slow disk's sync) may take."""
_LOOK_AT_MOST_S = 1.0
"""A look that comes later than this finds a process that was stopped, not one that hung."""

Clock = Callable[[], float]


class ProgressWatch:
    """Adds up the time for which a thread has shown no progress.

    Progress is a step done, or a call of ``note``: whoever waits for something calls it while waiting. A thread that
    computes is in a long step and may take ``_LONG`` times as long; so may everything that is not training.

    Args:
        timeout_s: how long a thread may stand still while it trains.
        clock: monotonic, in seconds.
        computed: the thread's own processor time, in seconds.
    """

    def __init__(self, timeout_s: float, *, clock: Clock, computed: Clock) -> None:
        self._timeout_s, self._clock, self._computed = timeout_s, clock, computed
        self._notes = 0
        self._step: Callable[[], int] | None = None
        self._looked, self._computed_before = clock(), computed()
        self._mark, self._still_s, self._idle_s = (-1, 0), 0.0, 0.0

    def note(self) -> None:
        """The thread is waiting for somebody else, or has got on."""
        self._notes += 1

    def train(self, step: Callable[[], int] | None) -> None:
        """From now on the thread trains, and this tells its step; None when it no longer does."""
        self._step = step
        self._notes += 1

    def stands_still(self) -> bool:
        """Whether the deadline has passed. To be called often, by another thread."""
        now, computed = self._clock(), self._computed()
        elapsed_s, busy_s = now - self._looked, computed - self._computed_before
        self._looked, self._computed_before = now, computed
        mark = (self._notes, self._step() if self._step else 0)
        if mark != self._mark:
            self._mark, self._still_s, self._idle_s = mark, 0.0, 0.0
            return False
        elapsed_s = min(elapsed_s, _LOOK_AT_MOST_S)
        self._still_s += elapsed_s
        self._idle_s = 0.0 if busy_s > _COMPUTES * elapsed_s else self._idle_s + elapsed_s
        hangs = self._step is not None and self._idle_s > self._timeout_s
        return hangs or self._still_s > _LONG * self._timeout_s


def processor_time_of(thread: int | None) -> Clock:
    """The processor time of a thread of this process, or of the whole process where the system cannot tell."""
    if thread is None or not hasattr(time, "pthread_getcpuclockid"):
        return time.process_time
    clock = time.pthread_getcpuclockid(thread)
    return lambda: time.clock_gettime(clock)
