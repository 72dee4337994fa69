"""Identifiers sort by creation."""

import re

from models.ids import new_id


def test_an_id_has_its_prefix_and_26_characters():
    assert re.fullmatch(r"job_[0-9a-hjkmnp-tv-z]{26}", new_id("job"))


def test_no_two_are_alike():
    assert len({new_id("x") for _ in range(10_000)}) == 10_000


def test_a_later_millisecond_sorts_after(monkeypatch):
    monkeypatch.setattr("models.ids.time.time_ns", lambda: 1_000_000_000_000_000_000)
    earlier = new_id("job")
    monkeypatch.setattr("models.ids.time.time_ns", lambda: 1_000_000_000_001_000_000)
    assert earlier < new_id("job")
