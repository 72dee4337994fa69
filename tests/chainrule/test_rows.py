"""Rows to predict, from files."""

from __future__ import annotations

import io

import pytest

from chainrule.rows import BadRows, read_rows


def test_csv_cells_become_numbers_where_they_are() -> None:
    assert read_rows(io.StringIO("a,b,c\n1,x,\n2.5,y,-3\n")) == [
        {"a": 1, "b": "x", "c": None},
        {"a": 2.5, "b": "y", "c": -3},
    ]


@pytest.mark.parametrize("cell", ["007", "1.50", "1_000", "1e400", "nan", "inf"])
def test_a_cell_that_is_no_number_of_json_stays_as_it_is_written(cell: str) -> None:
    assert read_rows(io.StringIO(f"a\n{cell}\n")) == [{"a": cell}]


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert read_rows(io.StringIO("\ufeffa\n1\n")) == [{"a": 1}]


def test_json_is_a_list_of_rows_or_one_row() -> None:
    assert read_rows(io.StringIO('[{"a": 1}, [2]]')) == [{"a": 1}, [2]]
    assert read_rows(io.StringIO('{"a": 1}')) == [{"a": 1}]


@pytest.mark.parametrize("text", ["[1,", "a,b\n1\n", "a\n1,2\n"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(BadRows):
        read_rows(io.StringIO(text))
