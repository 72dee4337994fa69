"""Pace: who computes how fast, from how long each member waits."""

from __future__ import annotations

import pytest

from worker.gang.barrier import COUNTER_STRIDE
from worker.reporting.pace import Pace


class Minute:
    """A clock and a barrier's counters, both moved by hand."""

    def __init__(self, *shards: int) -> None:
        self.now = 100.0
        self.counters = memoryview(bytearray(8 * COUNTER_STRIDE * len(shards))).cast("q")
        self.pace = Pace(self.counters, shards, clock=lambda: self.now)
        self.step = 0
        self.pace.look(self.step)

    def passes(self, seconds: float, *waited: float, steps: int = 50) -> None:
        """Some time, of which each member waited a share; looked at twice a second."""
        for _ in range(round(seconds * 2)):
            self.now, self.step = self.now + 0.5, self.step + steps
            for rank, share in enumerate(waited):
                self.counters[rank * COUNTER_STRIDE + 1] += int(0.5e9 * share)
            self.pace.look(self.step)


def test_a_member_ten_times_slower_is_found_and_holds_one_shard():
    minute = Minute(4, 4)
    minute.passes(3, 0.9, 0.0)
    assert minute.pace.speeds() == pytest.approx([1.0, 0.1])
    assert minute.pace.better_deal() == [7, 1]


def test_before_the_first_look_nothing_is_known():
    pace = Pace(Minute(4, 4).counters, (4, 4))
    assert (pace.speeds(), pace.steps_per_second(), pace.parallelism(), pace.better_deal()) == (None, None, None, None)


def test_those_that_wait_do_not_compute_at_the_same_time():
    minute = Minute(4, 4)
    minute.passes(4, 0.5, 0.1)
    assert minute.pace.parallelism() == pytest.approx(1.4)
    assert minute.pace.steps_per_second() == pytest.approx(100.0)


def test_nothing_is_concluded_from_less_than_three_seconds_or_from_no_steps():
    minute = Minute(4, 4)
    minute.passes(2.5, 0.9, 0.0)
    assert minute.pace.better_deal() is None
    minute = Minute(4, 4)
    minute.passes(5, 0.9, 0.0, steps=0)
    assert minute.pace.speeds() is None


def test_members_that_wait_for_one_with_more_shards_are_not_faster():
    minute = Minute(1, 1, 2)
    minute.passes(4, 0.5, 0.5, 0.0)
    assert minute.pace.speeds() == pytest.approx([1.0, 1.0, 1.0])
    assert minute.pace.better_deal() is None


def test_a_little_slower_is_not_worth_a_boundary():
    minute = Minute(4, 4)
    minute.passes(4, 0.2, 0.0)
    assert minute.pace.better_deal() is None


def test_one_that_has_recovered_is_found_too():
    minute = Minute(7, 1)
    minute.passes(4, 0.0, 6 / 7)
    assert minute.pace.better_deal() == [4, 4]


def test_what_was_long_ago_no_longer_counts():
    minute = Minute(4, 4)
    minute.passes(10, 0.9, 0.0)
    minute.passes(4, 0.0, 0.0)
    assert minute.pace.better_deal() is None


def test_one_alone_has_nobody_to_give_to():
    minute = Minute(4)
    minute.passes(4, 0.0)
    assert minute.pace.better_deal() is None
