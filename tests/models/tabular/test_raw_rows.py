"""Rows as a client sends them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ValidationFailed
from models.tabular import Preprocessing, read_preview

NAN = np.nan
COLUMNS = [
    {"name": "size", "kind": "numeric", "levels": None},
    {"name": "tree", "kind": "categorical", "levels": ["7", "ash"]},
    {"name": "alive", "kind": "boolean", "levels": None},
    {"name": "a/b~", "kind": "integer", "levels": None},
    {"name": "label", "kind": "integer", "levels": None},
]
MATRIX = np.array([[1, 0, 1, 3, 0], [3, 1, 0, 4, 1]], np.float32)
LEARNT = Preprocessing.learn(
    MATRIX,
    COLUMNS,
    ["size", "tree", "alive", "a/b~"],
    ["label"],
    "classification",
    np.arange(2),
    standardize=False,
    binary=False,
)
ROW = {"size": 1.5, "tree": "ash", "alive": True, "a/b~": 3}


def faults(*rows):
    with pytest.raises(ValidationFailed) as caught:
        LEARNT.encode_rows(rows)
    return {fault.pointer: fault.message for fault in caught.value.faults}


def encoded(**changes):
    return LEARNT.encode_rows([ROW | changes])[0].tolist()


def test_objects_and_arrays_say_the_same():
    assert LEARNT.encode_rows([ROW]).tolist() == [[1.5, 0, 1, 1, 3]]
    assert LEARNT.encode_rows([list(ROW.values()), tuple(ROW.values())]).tolist() == [[1.5, 0, 1, 1, 3]] * 2


@pytest.mark.parametrize(("cell", "number"), [(2, 2), ("2.5", 2.5), (" 1e1 ", 10), (None, 2), ("NA", 2), ("", 2)])
def test_a_number_may_be_a_text_or_missing(cell, number):
    assert encoded(size=cell)[0] == number


@pytest.mark.parametrize(
    ("cell", "number"), [(True, 1), (False, 0), (1, 1), ("0", 0), ("Yes", 1), ("FALSE", 0), (None, 0.5), ("null", 0.5)]
)
def test_a_truth_value_may_be_said_as_in_a_file(cell, number):
    assert encoded(alive=cell)[3] == number


@pytest.mark.parametrize(
    ("cell", "inputs"), [("ash", [0, 1]), (" ash", [0, 1]), (7, [1, 0]), ("yew", [0, 0]), (None, [0, 0]), (1.5, [0, 0])]
)
def test_an_unknown_text_is_no_level(cell, inputs):
    assert encoded(tree=cell)[1:3] == inputs


def test_a_target_may_be_there_and_is_not_looked_at():
    assert encoded(label="anything") == encoded()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"size": "wide"}, "/rows/0/size"),
        ({"size": True}, "/rows/0/size"),
        ({"size": [1]}, "/rows/0/size"),
        ({"size": "inf"}, "/rows/0/size"),
        ({"size": NAN}, "/rows/0/size"),
        ({"size": 10**400}, "/rows/0/size"),
        ({"size": "1_000"}, "/rows/0/size"),
        ({"alive": 2}, "/rows/0/alive"),
        ({"alive": "maybe"}, "/rows/0/alive"),
        ({"alive": {}}, "/rows/0/alive"),
        ({"tree": ["ash"]}, "/rows/0/tree"),
        ({"tree": True}, "/rows/0/tree"),
        ({"a/b~": "x"}, "/rows/0/a~1b~0"),
        ({"colour": "red"}, "/rows/0/colour"),
    ],
)
def test_what_cannot_be_is_a_fault(change, pointer):
    assert list(faults(ROW | change)) == [pointer]


def test_all_faults_of_all_rows_are_named_at_once():
    found = faults(ROW, {"tree": "ash", "alive": None, "a/b~": 1, "x": 2}, [1, 2], 5, "text", [1, "ash", "no", "many"])
    assert set(found) == {"/rows/1/size", "/rows/1/x", "/rows/2", "/rows/3", "/rows/4", "/rows/5/3"}
    assert "array of 2" in found["/rows/2"]


def test_a_column_that_is_too_many_or_missing_is_told_once():
    row = {name: value for name, value in ROW.items() if name != "size"} | {"weight": 1}
    found = faults(ROW, *[row] * 3)
    assert set(found) == {"/rows/1/size", "/rows/1/weight"}
    assert found["/rows/1/weight"] == "there is no feature 'weight'; remove it (the same in 2 more rows)"


cells = st.tuples(
    st.none() | st.floats(-1e6, 1e6, width=32),
    st.none() | st.integers(0, 1),
    st.none() | st.booleans(),
    st.integers(0, 99),
)


@given(st.lists(cells, max_size=20))
def test_a_row_is_encoded_as_the_matrix_that_holds_it(rows):
    matrix = np.array([[*row, 0] for row in rows], np.float64).reshape(-1, 5)
    raw = [{name: row[name] for name in LEARNT.features} for row in read_preview(matrix, COLUMNS, len(rows))]
    assert np.array_equal(LEARNT.encode_rows(raw), LEARNT.transform(matrix, COLUMNS))
