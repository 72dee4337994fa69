"""Tables of plain text."""

from __future__ import annotations

import io

from rich.console import Console

from chainrule.commands.tables import print_start_of_table, print_table


def _console(width: int, terminal: bool = True) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)


def _lines(console: Console) -> list[str]:
    return console.file.getvalue().splitlines()


def test_columns_are_padded_and_numbers_stand_to_the_right() -> None:
    console = _console(80)
    print_table(console, ["id", ">cost"], [["job_1", "0.5"], ["job_22", "12.25"]])
    assert _lines(console) == ["id       cost", "job_1     0.5", "job_22  12.25"]


def test_a_long_name_is_shortened_and_an_id_never() -> None:
    console = _console(40)
    print_table(console, ["id", "~name", "state"], [["job_" + "1" * 20, "a name of many words", "ok"]])
    assert _lines(console)[1] == "job_11111111111111111111  a name …  ok"


def test_nothing_is_shortened_where_no_person_looks_on() -> None:
    console = _console(10, terminal=False)
    print_table(console, ["~name"], [["a name of many words"]])
    assert _lines(console)[1] == "a name of many words"


def test_columns_that_do_not_fit_are_counted() -> None:
    console = _console(20)
    print_start_of_table(console, [f"column_{number}" for number in range(9)], [["1"] * 9])
    assert _lines(console)[0] == "column_0  column_1"
    assert _lines(console)[-1] == "… and 7 more columns; --json shows them all"


def test_an_empty_table_is_its_head() -> None:
    console = _console(20)
    print_table(console, ["id", "~name"], [])
    assert _lines(console) == ["id  name"]
