"""A column that a few cells keep from being one of numbers says which."""

import pytest

NUMBERS = [str(number / 4) for number in range(40)]


def warning(ingest, cells):
    lines = ["price;place", *(f"{cell};{place}" for place, cell in enumerate(cells))]
    return ingest("\n".join(lines))[2]["price"].get("warning")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([*NUMBERS, "n.a.x", *NUMBERS], ["line 42: 'n.a.x' is no number", "leave the cell empty"]),
        ([*NUMBERS, "1,5", *NUMBERS], ["line 42: '1,5' is no number", "decimal points"]),
        (["1,5", "2,5", "", "3"], ["line 2: '1,5' (and 1 other cells)", "decimal points"]),
        (["5"] * 30 + ["?", "?"], ["line 32: '?' (and 1 other cells)"]),
    ],
)
def test_the_first_cell_that_is_no_number_is_named(ingest, cells, words):
    message = warning(ingest, cells)
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize("cells", [NUMBERS, ["oak", "elm", "1"], ["1", "2", "many"], ["yes", "no"], ["a,b", "1"]])
def test_texts_that_are_meant_are_left_alone(ingest, cells):
    assert warning(ingest, cells) is None
