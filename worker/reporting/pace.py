"""Pace: how fast each member of a gang computes, found from how long it waits for the others."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from worker.gang.barrier import waited_s
from worker.gang.gang import deal

_WINDOW_S = 3.0
"""So long a member must have been slow: a busy moment of its machine is not worth a boundary."""
_LEAST_STEPS = 10
_WORTH = 1.25
"""Dealing the shards anew must promise steps that are so many times shorter."""
_LEAST_BUSY = 0.02
"""Of the time: nobody is taken to be more than fifty times faster than the slowest."""


class Pace:
    """The leader's look at its gang.

    A step lasts as long as its slowest member computes; the others wait for it at the barrier. Who waits w of t seconds
    has computed its n shards in t - w, so its speed is n / (t - w), in whatever unit.

    Args:
        arrivals: the barrier's counters.
        shards: how many each member holds, by rank.
    """

    def __init__(
        self, arrivals: memoryview[int], shards: Sequence[int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._arrivals, self._shards, self._clock = arrivals, list(shards), clock
        self._looks: deque[tuple[float, int, list[float]]] = deque()

    def look(self, step: int) -> None:
        """Note how long everybody has waited up to now; to be called every half second or so."""
        now = self._clock()
        self._looks.append((now, step, [waited_s(self._arrivals, rank) for rank in range(len(self._shards))]))
        while len(self._looks) > 1 and now - self._looks[1][0] >= _WINDOW_S:
            self._looks.popleft()

    def speeds(self) -> list[float] | None:
        """By rank, the fastest 1; None as long as too little is known."""
        known = self._known()
        if known is None:
            return None
        speeds = [shards / busy_s for shards, busy_s in zip(self._shards, known.busy_s, strict=True)]
        return [speed / max(speeds) for speed in speeds]

    def steps_per_second(self) -> float | None:
        """Over the same time; None as long as too little is known."""
        known = self._known()
        return known.steps / known.seconds if known else None

    def parallelism(self) -> float | None:
        """How many members compute at a time, on average, and do not wait; None as long as too little is known."""
        known = self._known()
        return sum(known.busy_s) / known.seconds if known else None

    def better_deal(self) -> list[int] | None:
        """How many shards each rank should rather hold; None when the present ones will do."""
        speeds = self.speeds()
        if speeds is None or len(speeds) == 1:
            return None
        better = deal(sum(self._shards), speeds)
        gain = _step_time(self._shards, speeds) / _step_time(better, speeds)
        return better if gain >= _WORTH else None

    def _known(self) -> _Known | None:
        if not self._looks:
            return None
        (started, first_step, before), (ended, last_step, after) = self._looks[0], self._looks[-1]
        seconds, steps = ended - started, last_step - first_step
        if seconds < _WINDOW_S or steps < _LEAST_STEPS:
            return None
        busy_s = [max(seconds - (b - a), _LEAST_BUSY * seconds) for a, b in zip(before, after, strict=True)]
        return _Known(seconds, steps, busy_s)


class _Known(NamedTuple):
    """What was seen over the window."""

    seconds: float
    steps: int
    busy_s: list[float]
    """By rank: the time in which the member did not wait."""


def _step_time(shards: Sequence[int], speeds: Sequence[float]) -> float:
    return max(held / speed for held, speed in zip(shards, speeds, strict=True))
