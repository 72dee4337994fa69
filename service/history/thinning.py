"""Fewer points of a long curve that still show its spikes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


class Thinner:
    """Of ``total`` values that come in blocks, keeps at most ``points``: the first, the last, and of each of
    (points - 2) // 2 equal stretches the lowest and the highest. What is not a finite number counts as the highest.

    Memory is proportional to ``points``, whatever ``total`` is.
    """

    def __init__(self, total: int, points: int) -> None:
        self._total, self._stretches = total, (points - 2) // 2
        self._keep_all = total <= points
        self._seen = 0
        self._low = np.full(self._stretches, np.inf)
        self._high = np.full(self._stretches, -np.inf)
        self._low_at = np.full(self._stretches, -1, np.int64)
        self._high_at = np.full(self._stretches, -1, np.int64)

    def add(self, values: Floats) -> None:
        """The next block."""
        start, self._seen = self._seen, self._seen + len(values)
        if self._keep_all or not self._stretches:
            return
        heights = np.where(np.isfinite(values), values, np.inf)
        stretch = np.arange(start, self._seen) * self._stretches // self._total
        cuts: list[int] = np.flatnonzero(np.diff(stretch, prepend=-1)).tolist()
        for low, high in pairwise([*cuts, len(values)]):
            self._note(int(stretch[low]), start + low, heights[low:high])

    def kept(self) -> Rows:
        """Which of the values, counted from 0, to show; sorted."""
        if self._keep_all:
            return np.arange(self._seen)
        ends = [0, self._total - 1]
        found = np.concatenate([ends, self._low_at, self._high_at]).astype(np.int64)
        return np.unique(found[(found >= 0) & (found < self._seen)])

    def _note(self, stretch: int, start: int, heights: Floats) -> None:
        lowest, highest = int(heights.argmin()), int(heights.argmax())
        if heights[lowest] < self._low[stretch]:
            self._low[stretch], self._low_at[stretch] = heights[lowest], start + lowest
        if heights[highest] > self._high[stretch]:
            self._high[stretch], self._high_at[stretch] = heights[highest], start + highest
