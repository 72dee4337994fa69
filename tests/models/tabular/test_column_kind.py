"""What kind of column it is."""

from __future__ import annotations

import pytest

from models.tabular.column_kind import ColumnKind
from models.tabular.limits import IngestLimits


def kind_of(*chunks):
    kind = ColumnKind("a", IngestLimits())
    for chunk in chunks:
        kind.look_at(chunk, range(2, 2 + len(chunk)))
    return kind


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2", ""], "integer"),
        (["1.0", "-2e3"], "integer"),
        (["1", "2.5"], "numeric"),
        ([" 1.5 ", "2"], "numeric"),
        (["", "NA"], "numeric"),
        (["true", "FALSE", "null"], "boolean"),
        (["yes", "No"], "boolean"),
        (["yes", "no", "maybe"], "categorical"),
        (["1", "yes"], "categorical"),
        (["1,5", "2,5"], "categorical"),
        (["1_000"], "categorical"),
        (["0x10"], "categorical"),
    ],
)
def test_the_kind_follows_from_all_cells(cells, expected):
    assert kind_of(cells).kind == expected
    assert kind_of(*([cell] for cell in cells)).kind == expected


def test_numbers_hold_no_texts():
    assert kind_of([str(number) for number in range(5000)]).texts_held == 0


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e400", "1e101"])
def test_a_number_without_a_size_is_a_fault_on_its_line(cell):
    kind = kind_of(["1", cell])
    assert "line 3" in kind.faults[0].message
    assert cell in kind.faults[0].message


def test_in_a_column_of_texts_inf_is_a_text():
    kind = kind_of(["inf"], ["sup"])
    assert not kind.faults
    assert kind.kind == "categorical"
