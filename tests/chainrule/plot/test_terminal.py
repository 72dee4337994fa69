"""A picture in characters."""

from __future__ import annotations

from chainrule.plot.scale import Series
from chainrule.plot.terminal import draw

FALLING = Series("cost", tuple((float(i), 2.0**-i) for i in range(10)))


def test_a_falling_curve_goes_from_the_upper_left_to_the_lower_right() -> None:
    lines = draw([FALLING], width=60, height=8).plain.splitlines()
    first, last = lines[0], lines[7]
    assert first[12] != " "
    assert first.rstrip()[-1] != last.rstrip()[-1] or len(first.rstrip()) < len(last.rstrip())
    assert len(last.rstrip()) > 55


def test_no_line_is_wider_than_asked() -> None:
    assert max(len(line) for line in draw([FALLING], width=60).plain.splitlines()) <= 60


def test_the_legend_names_each_curve_with_its_last_value() -> None:
    assert "cost 0.001953" in draw([FALLING]).plain


def test_a_single_point_is_drawn() -> None:
    assert draw([Series("cost", ((1.0, 1.0),))]).plain
