"""From a CSV file to a matrix."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import TooLarge
from models.tabular import IngestLimits, ingest_csv, read_preview

NAN = np.nan
TABLE = 'size;tree;alive;leaves\r\n0.5;oak;yes;3\r\nNA;"ash; old";No;4\r\n;null;;\r\n1.5;oak;true;5\r\n'


def test_a_table_becomes_one_row_major_matrix_of_numbers_and_codes(ingest):
    _, matrix, columns = ingest(TABLE)
    expected = [[0.5, 1, 1, 3], [NAN, 0, 0, 4], [NAN, NAN, NAN, NAN], [1.5, 1, 1, 5]]
    assert np.array_equal(matrix, np.array(expected, np.float32), equal_nan=True)
    assert matrix.flags.c_contiguous
    assert matrix.dtype == np.float32
    assert [column["kind"] for column in columns.values()] == ["numeric", "categorical", "boolean", "integer"]


def test_columns_are_described(ingest):
    _, _, columns = ingest(TABLE)
    nothing = {"min": None, "max": None, "mean": None}
    assert list(columns.values()) == [
        {"name": "size", "kind": "numeric", "levels": None, "missing": 2, "distinct": 2}
        | {"min": 0.5, "max": 1.5, "mean": 1.0},
        {"name": "tree", "kind": "categorical", "levels": ["ash; old", "oak"], "missing": 1, "distinct": 2} | nothing,
        {"name": "alive", "kind": "boolean", "levels": None, "missing": 1, "distinct": 2}
        | {"min": 0.0, "max": 1.0, "mean": 2 / 3},
        {"name": "leaves", "kind": "integer", "levels": None, "missing": 1, "distinct": 3}
        | {"min": 3.0, "max": 5.0, "mean": 4.0},
    ]


def test_size_and_digest_are_those_of_the_file(ingest, tmp_path):
    table, matrix, _ = ingest(TABLE)
    content = table.path.read_bytes()
    assert (table.rows, len(table.columns)) == matrix.shape
    assert table.size_bytes == len(content)
    assert table.sha256 == hashlib.sha256(content).hexdigest()
    assert list(tmp_path.iterdir()) == [table.path]


def test_the_file_can_be_mapped(ingest):
    table, matrix, _ = ingest(TABLE)
    assert np.array_equal(np.load(table.path, mmap_mode="r"), matrix, equal_nan=True)


def test_a_preview_says_what_the_file_said(ingest):
    _, matrix, columns = ingest(TABLE)
    assert read_preview(matrix, list(columns.values()), 2) == [
        {"size": 0.5, "tree": "oak", "alive": True, "leaves": 3},
        {"size": None, "tree": "ash; old", "alive": False, "leaves": 4},
    ]


def test_a_preview_of_more_rows_than_there_are_shows_all(ingest):
    _, matrix, columns = ingest("a\n0.1\n")
    assert read_preview(matrix, list(columns.values()), 50) == [{"a": 0.1}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_usual_dialects_are_read(ingest, delimiter, end, mark):
    text = mark + end.join([delimiter.join(row) for row in (["a", "b"], ["1", "x"], ["2", "é"])])
    _, matrix, columns = ingest(text)
    assert list(columns) == ["a", "b"]
    assert columns["b"]["levels"] == ["x", "é"]
    assert matrix.tolist() == [[1, 0], [2, 1]]


@pytest.mark.parametrize("text", ["", " ", "NA", "na", "N/A", "NaN", "null", "NULL", "None"])
def test_missing_is_said_in_many_ways(ingest, text):
    _, matrix, columns = ingest(f"number,word\n1,x\n{text},{text}\n")
    assert np.isnan(matrix[1]).all()
    assert [column["missing"] for column in columns.values()] == [1, 1]
    assert columns["word"]["levels"] == ["x"]


def test_a_column_with_nothing_in_it_is_numeric(ingest):
    _, _, columns = ingest("a,b\n1,\n2,NA\n")
    assert (columns["b"]["kind"], columns["b"]["missing"], columns["b"]["distinct"]) == ("numeric", 2, 0)


def test_a_number_that_is_another_one_in_single_makes_the_matrix_double(ingest):
    assert ingest("a\n16777216\n")[1].dtype == np.float32
    _, matrix, _ = ingest("a,b\n16777217,0.1\n")
    assert matrix.dtype == np.float64
    assert matrix.tolist() == [[16777217, 0.1]]
    assert ingest("a\n1e39\n")[1].dtype == np.float64
    assert ingest("a\n1e-39\n")[1].dtype == np.float64
    assert ingest("a\n0.5\n-3.25\n")[1].dtype == np.float32
    assert ingest("a\n0.1\n")[1].tolist() == [[0.1]]


def test_times_with_fractions_are_not_all_the_same(ingest):
    """As float32 they would be."""
    _, matrix, columns = ingest("t\n1700000000.25\n1700000001.5\n1700000020.5\n")
    assert matrix[:, 0].tolist() == [1700000000.25, 1700000001.5, 1700000020.5]
    assert columns["t"]["distinct"] == 3


def test_different_numbers_are_those_the_matrix_can_tell_apart(ingest):
    _, matrix, columns = ingest("a\n0.1234567891\n0.1234567892\n0.5\n")
    assert columns["a"]["distinct"] == len(np.unique(matrix)) == 3


@pytest.mark.parametrize("rows", [4095, 4096, 4097, 8193])
def test_a_text_after_thousands_of_numbers_makes_the_column_text(ingest, rows):
    numbers = [str(row % 7) for row in range(rows)]
    _, matrix, columns = ingest("\n".join(["a", *numbers, "x"]))
    assert columns["a"]["kind"] == "categorical"
    assert columns["a"]["levels"] == [*"0123456", "x"]
    assert matrix[:, 0].tolist() == [*map(float, numbers), 7.0]


def test_a_text_after_thousands_of_truth_values_makes_the_column_text(ingest):
    _, matrix, columns = ingest("\n".join(["a,b", *["yes,1", ",1"] * 3000, "maybe,1"]))
    assert columns["a"]["levels"] == ["maybe", "yes"]
    assert columns["a"]["missing"] == 3000
    assert matrix[0, 0] == 1
    assert matrix[-1, 0] == 0


def test_numbers_and_truth_values_mixed_are_text(ingest):
    assert ingest("a\n1\ntrue\n")[2]["a"]["levels"] == ["1", "true"]


def test_different_values_are_counted_to_a_limit(ingest):
    assert ingest("\n".join(["a", *map(str, range(10_000)), "0"]))[2]["a"]["distinct"] == 10_000
    assert ingest("\n".join(["a", *map(str, range(12_000))]))[2]["a"]["distinct"] == 10_001


def test_a_wide_table_is_read_as_a_narrow_one(ingest):
    rows = np.arange(60_000.0).reshape(20, 3000)
    text = "\n".join([",".join(f"c{i}" for i in range(3000)), *(",".join(map(str, row)) for row in rows)])
    assert np.array_equal(ingest(text)[1], rows)


def test_a_file_beyond_the_size_is_too_large(ingest, tmp_path):
    with pytest.raises(TooLarge, match="1,000 bytes"):
        ingest("a\n" + "1\n" * 1000, size_bytes=1000)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_when_the_upload_breaks_off(tmp_path):
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            if list(tmp_path.iterdir())[0].stat().st_size:  # noqa: RUF015
                raise ConnectionError
            return b"a,b\n1,2\n" * 100_000

    with pytest.raises(ConnectionError):
        ingest_csv(Broken(), tmp_path, IngestLimits())
    assert list(tmp_path.iterdir()) == []


floats = st.floats(allow_nan=False, allow_infinity=False, width=32, allow_subnormal=False)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
wholes = st.integers(-(2**60), 2**60)


@given(st.lists(st.tuples(floats | st.none(), texts | st.none(), st.booleans() | st.none(), wholes), min_size=1))
def test_what_is_written_is_read(rows):
    """The words never look like numbers: each begins with a letter."""
    rows = [(number, word and f"w{word}".strip(), truth, whole) for number, word, truth, whole in rows]
    file = io.StringIO()
    csv.writer(file).writerows([("number", "word", "truth", "whole"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        table = ingest_csv(io.BytesIO(file.getvalue().encode()), Path(folder), IngestLimits())
        preview = read_preview(np.load(table.path), table.columns, len(rows))
    assert len(preview) == len(rows)
    for (number, word, truth, whole), found in zip(rows, preview, strict=True):
        assert found["number"] == number or np.float32(found["number"]) == np.float32(number)
        assert found["word"] == word
        assert found["truth"] == truth
        assert found["whole"] == int(float(whole))
