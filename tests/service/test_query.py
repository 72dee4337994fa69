"""Query strings: typed, bounded, and all that is wrong said at once."""

from __future__ import annotations

import pytest

from models.errors import ValidationFailed
from service.query import PAGE, Query


def faults(query: Query) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        query.check()
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def test_what_is_not_sent_has_its_default():
    query = Query({})
    assert query.text("name") is None
    assert query.choice("format", ("json", "csv"), "json") == "json"
    assert query.flag("dry_run") is False
    assert query.integer("points", least=2) is None
    assert query.limit() == PAGE
    query.check()


@pytest.mark.parametrize(("sent", "read"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_a_flag_is_yes_or_no(sent, read):
    assert Query({"dry_run": sent}).flag("dry_run") is read


@pytest.mark.parametrize("sent", ["1", "17", "9223372036854775807"])
def test_whole_numbers_are_read(sent):
    assert Query({"n": sent}).integer("n", least=1) == int(sent)


@pytest.mark.parametrize("sent", ["0", "-1", "1.0", "1e3", " 1", "x", "٣", "9223372036854775808", "9" * 5000])
def test_what_is_no_whole_number_within_its_bounds_is_refused(sent):
    query = Query({"n": sent})
    query.integer("n", least=1)
    assert faults(query) == [("/query/n", "not_in_range")]


def test_all_that_is_wrong_is_said_at_once_with_what_nobody_asked_for():
    query = Query({"limit": "0", "format": "xml", "sort": "up"})
    query.limit()
    query.choice("format", ("json", "csv"))
    assert faults(query) == [
        ("/query/limit", "not_in_range"),
        ("/query/format", "unknown_choice"),
        ("/query/sort", "unknown_parameter"),
    ]
