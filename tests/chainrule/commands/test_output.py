"""How values are written for people."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from chainrule.commands.output import local_time


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "EST5EDT,M3.2.0,M11.1.0")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_new_york")
def test_a_time_is_told_with_its_zone() -> None:
    assert local_time("2026-01-02T03:04:05+00:00") == "2026-01-01 22:04:05 EST"
    assert local_time("2026-07-02T03:04:05+00:00") == "2026-07-01 23:04:05 EDT"
    assert local_time(None) == "–"
