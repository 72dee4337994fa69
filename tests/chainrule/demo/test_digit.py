"""Digits in characters."""

from __future__ import annotations

from chainrule.demo.digit import pixels, side_by_side


def test_darkness_grows_with_the_value() -> None:
    drawn = side_by_side([[0, 4, 8, 12, 16, 0, 0, 0, *[0] * 56]], ["0"])
    assert drawn.splitlines()[0].rstrip() == "  ░░▒▒▓▓██"


def test_digits_stand_beside_each_other_above_their_captions() -> None:
    lines = side_by_side([[16] * 64, [0] * 64], ["one", "two"]).splitlines()
    assert len(lines) == 9
    assert lines[8].split() == ["one", "two"]


def test_a_row_is_64_pixels_and_a_label() -> None:
    assert pixels([*["3"] * 64, "9"]) == [3] * 64
