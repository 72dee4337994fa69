"""What of a history is drawn."""

from __future__ import annotations

import math

from chainrule.plot.curves import curves
from chainrule.plot.scale import Series


def test_each_column_is_a_curve_and_gaps_are_left_out() -> None:
    history = {
        "columns": ["epoch", "train_cost", "validation_cost"],
        "rows": [[1, 2.0, None], [2, math.nan, 3.0], [3, 1.0, 2.5]],
    }
    assert curves(history, ["train_cost", "validation_cost", "unknown"], "epoch") == [
        Series("train cost", ((1, 2.0), (3, 1.0))),
        Series("validation cost", ((2, 3.0), (3, 2.5))),
    ]


def test_a_column_without_numbers_is_no_curve() -> None:
    assert curves({"columns": ["epoch", "train_cost"], "rows": [[1, None]]}, ["train_cost"], "epoch") == []
