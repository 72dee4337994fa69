"""A barrier of counters in shared memory: about a microsecond when everybody is on time.

Each member owns one counter, on a cache line of its own, and raises it by one on arrival. A member may go on
when every counter has reached its own. A member that arrives writes its results first and its counter last;
who sees the counter therefore sees the results, because x86 processors never let a store overtake another, nor a
counter's the copy of memory before it (Intel's manual, volume 3, fast-string operations; ADR 15).
Other processors give no such promise: there, gangs have one member (``MAX_MEMBERS_HERE``).
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable

COUNTER_STRIDE = 8
"""In words of eight bytes: a cache line. The first one counts arrivals, the second nanoseconds of waiting."""

MAX_MEMBERS_HERE = 64 if platform.machine().lower() in {"x86_64", "amd64"} else 1
"""How many members a gang on this processor may have."""

_SPINS = 2_000
"""About 100 µs of looking without letting go of the processor."""
_YIELDING_S = 0.01
"""Longer than another program that wakes takes from a member. Who naps wakes late, and leaves a processor idle to which
the kernel moves the member that is waited for, for the two to share it from then on: with half a millisecond a gang of
two spent 2 % of its steps so, each of 290 instead of 82 µs; with a service beside it that cost 5 %."""
_NAP_S = 0.0002
_WATCH_EVERY_S = 0.05


class Barrier:
    """One member's view of the barrier.

    Args:
        counters: signed 64-bit words, ``COUNTER_STRIDE`` to a member, zero at first.
        rank: this member.
        size: members.
        watch: called about every 50 ms of waiting with the ranks still missing; raises to give up.
    """

    def __init__(self, counters: memoryview[int], rank: int, size: int, watch: Callable[[list[int]], None]) -> None:
        self._counters = counters
        self._mine = rank * COUNTER_STRIDE
        self._peers = [peer * COUNTER_STRIDE for peer in range(size) if peer != rank]
        self._round = 0
        self._watch = watch

    def wait(self) -> None:
        """Return when all members have called this as often as this one.

        Raises:
            GangError: whatever ``watch`` raised.
        """
        self._round = arrived = self._round + 1
        counters = self._counters
        counters[self._mine] = arrived
        for peer in self._peers:
            if counters[peer] < arrived:
                self._wait_for(peer, arrived)

    def _wait_for(self, peer: int, arrived: int) -> None:
        started = time.monotonic_ns()
        self._look_for(peer, arrived)
        self._counters[self._mine + 1] += time.monotonic_ns() - started

    def _look_for(self, peer: int, arrived: int) -> None:
        counters = self._counters
        for _ in range(_SPINS):
            if counters[peer] >= arrived:
                return
        began = watched = time.monotonic()
        while counters[peer] < arrived:
            now = time.monotonic()
            if now - began < _YIELDING_S:
                os.sched_yield()  # more members than processors: let the late one run
            else:
                time.sleep(_NAP_S)
            if now - watched > _WATCH_EVERY_S:
                self._watch(self._missing(arrived))
                watched = now

    def _missing(self, arrived: int) -> list[int]:
        return [peer // COUNTER_STRIDE for peer in self._peers if self._counters[peer] < arrived]


def waited_s(counters: memoryview[int], rank: int) -> float:
    """How long a member has waited for others, in seconds, since the barrier was made."""
    return counters[rank * COUNTER_STRIDE + 1] / 1e9
