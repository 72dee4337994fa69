"""From numbers to places."""

from __future__ import annotations

import pytest

from chainrule.plot.scale import Scale, Series, scales


def test_a_linear_scale_maps_its_ends_to_0_and_1() -> None:
    scale = Scale(10, 20)
    assert [scale.place(value) for value in (10, 15, 20)] == [0, 0.5, 1]


def test_a_logarithmic_scale_is_even_in_factors() -> None:
    assert Scale(0.01, 1, log=True).place(0.1) == pytest.approx(0.5)


def test_a_scale_of_one_value_puts_it_in_the_middle() -> None:
    assert Scale(3, 3).place(3) == 0.5
    assert Scale(3, 3).ticks() == [3]


@pytest.mark.parametrize(
    ("scale", "ticks"),
    [
        (Scale(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (Scale(1, 150), [50, 100, 150]),
        (Scale(0.02, 2.3, log=True), [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]),
        (Scale(0.001, 5, log=True), [0.001, 0.01, 0.1, 1]),
    ],
)
def test_ticks_are_round_and_within(scale: Scale, ticks: list[float]) -> None:
    assert scale.ticks() == pytest.approx(ticks)


def test_a_curve_that_touches_zero_is_drawn_on_a_linear_scale() -> None:
    assert not scales([Series("a", ((0, 0.0), (1, 1.0)))], log=True)[1].log


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        scales([])
