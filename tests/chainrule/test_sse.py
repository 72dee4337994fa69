"""Server-sent events, as the standard has them."""

from __future__ import annotations

from chainrule.sse import StreamEvent, read_events


def test_an_event_ends_at_an_empty_line() -> None:
    lines = ["event: job", 'data: {"a": 1}', "id: 7", "", "event: end", "data: null", ""]
    assert list(read_events(lines)) == [StreamEvent("job", {"a": 1}, "7"), StreamEvent("end", None, "7")]


def test_comments_and_unknown_fields_are_ignored() -> None:
    assert list(read_events([": ping", "", "retry: 10", "", "event: x", ""])) == [StreamEvent("x", None, "")]


def test_several_data_lines_are_one_text() -> None:
    assert list(read_events(["data: [1,", "data: 2]", ""])) == [StreamEvent("message", [1, 2], "")]


def test_an_unfinished_event_is_dropped() -> None:
    assert list(read_events(["event: job", "data: 1"])) == []
