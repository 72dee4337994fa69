"""The vendored digits are scikit-learn 1.9's, number by number."""

from __future__ import annotations

import csv
import hashlib
import io

from chainrule.data import digits_csv


def test_the_file_is_the_one_the_attribution_describes() -> None:
    digest = hashlib.sha256(digits_csv()).hexdigest()
    assert digest == "7a93e51f73dadeb4429b4fc0718b334d12864332b906bdf44f9da7599a7e0e01"


def test_it_holds_1797_rows_of_64_grey_values_and_a_label() -> None:
    table = list(csv.reader(io.StringIO(digits_csv().decode())))
    assert len(table) == 1798
    assert table[0][0] == "pixel_0_0"
    assert table[0][-1] == "label"
    assert {len(row) for row in table} == {65}
    values = {int(cell) for row in table[1:] for cell in row[:-1]}
    assert (min(values), max(values)) == (0, 16)
    assert {row[-1] for row in table[1:]} == set("0123456789")
