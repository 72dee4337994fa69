"""Thinning by itself: the same points however the values come in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.history.thinning import Thinner


def kept(values: np.ndarray, points: int, block: int) -> list[int]:
    thinner = Thinner(len(values), points)
    for start in range(0, len(values), block):
        thinner.add(values[start : start + block])
    return thinner.kept().tolist()


VALUES = st.lists(st.floats(), min_size=1, max_size=300).map(np.array)


@given(VALUES, st.integers(2, 60), st.integers(1, 50))
def test_blocks_do_not_matter_and_points_are_never_exceeded(values, points, block):
    found = kept(values, points, block)
    assert found == kept(values, points, len(values))
    assert len(found) <= max(points, 2)
    assert (found[0], found[-1]) == (0, len(values) - 1)
    assert found == sorted(set(found))


@given(VALUES, st.integers(4, 60))
def test_the_lowest_and_the_highest_stay(values, points):
    heights = np.where(np.isfinite(values), values, np.inf)
    shown = heights[kept(values, points, 7)]
    assert shown.min() == heights.min()
    assert shown.max() == heights.max()
