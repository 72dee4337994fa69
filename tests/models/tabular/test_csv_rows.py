"""What is refused as a CSV, and what is said about it."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ValidationFailed
from models.tabular import IngestLimits, ingest_csv


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"a,b\n", "a header and no rows"),
        (b"\n1,2\n", "line 1 should hold the names"),
        (b"a,\n1,2\n", "column 2 has no name"),
        (b"a, a\n1,2\n", "two columns are called 'a'"),
        (b"a,\x01\n1,2\n", "column 2 is not a line"),
        (b"a," + b"x" * 201 + b"\n1,2\n", "column 2 is not a line"),
        (b"a,b\n1,2\n3\n", "line 3 has 1 cells where the header has 2"),
        (b"a,b\n1,2,3\n", "line 2 has 3 cells"),
        (b'a,b\n1,"x\ny"\n1\n', "line 4 has 1 cells"),
        (b'a,b\n1,2\n1,"2\n3,4\n', "line 4 cannot be read as CSV"),
        (b"a,b\n1,2\n1,\xe9\n", "line 3 is not UTF-8"),
        (b"\xe9,b\n1,2\n", "line 1 is not UTF-8"),
        (b"a\n1\n\xc3", "line 3 is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not a text file"),
        ("a,b\n1,2\n".encode("utf-16"), "not a text file"),
        (b"a\n" + b"1" * 9_000_000, "line 2 is longer"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(refused, content, words):
    assert words in " ".join(refused(content))


def test_bytes_of_another_encoding_are_found_far_into_the_file(refused):
    assert "line 70002 is not UTF-8" in refused(b"a,b\n" + b"1,2\n" * 70_000 + b"\xff,2\n")[0]


def test_twenty_faults_are_named_at_once(refused):
    messages = refused("a,b\n" + "1\n" * 50)
    assert len(messages) == 20
    assert messages[19].startswith("line 21 ")


def test_all_faults_of_a_header_are_named(refused):
    assert len(refused("a,a,,b,b\n1,2,3,4,5\n")) == 3


def test_there_are_limits(refused):
    assert "more than 2 rows" in refused("a\n1\n2\n3\n", rows=2)[0]
    assert "3 columns; at most 2" in refused("a,b,c\n1,2,3\n", columns=2)[0]
    assert "column 'a' holds more than 2 different texts" in refused("a\nx\ny\nz\n", levels=2)[0]
    assert "column 'a' holds 3 different texts" in refused("a,b\nx,q\ny,q\nz,q\n", levels_in_all=3)[0]
    assert "line 3: column 'a' holds a text of 11 characters" in refused("a\nx\nxxxxx yyyyy\n", cell_characters=10)[0]


def test_as_much_as_the_limits_is_taken(ingest):
    assert ingest("a,b\nx,1\ny,2\n", rows=2, columns=2, levels=2, levels_in_all=2, cell_characters=1)[0].rows == 2


def test_empty_lines_are_no_rows(ingest):
    assert ingest("a,b\n1,2\n\n3,4\n\n\n")[0].rows == 2


anything = st.binary(max_size=60) | st.text(st.sampled_from('ab1.,;\t\n\r"NA -é'), max_size=60).map(str.encode)


@given(anything)
def test_any_bytes_are_a_table_or_are_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        try:
            table = ingest_csv(io.BytesIO(content), Path(folder), IngestLimits())
        except ValidationFailed as caught:
            pointers, left = {fault.pointer for fault in caught.faults}, list(Path(folder).iterdir())
        else:
            assert np.load(table.path).shape == (table.rows, len(table.columns))
            return
    assert pointers == {"/file"}
    assert left == []
