"""What one trace may compute, and what is said when it is too much."""

from __future__ import annotations

import pytest

from models.errors import ValidationFailed
from service.predictions import trace_limits
from service.predictions.trace_limits import affordable_top
from worker.backprop import Layout

LAYOUT = Layout((9, 4, 2))
"""50 parameters in two layers; a step of all at once makes five passes, one a layer at a time eleven."""


@pytest.fixture(autouse=True)
def _little_work(monkeypatch):
    monkeypatch.setattr(trace_limits, "MOST_WORK", 1_000 * 50 * 20)


def refused(*args, **more):
    with pytest.raises(ValidationFailed) as caught:
        affordable_top(*args, **{"is_batch": False, **more})
    (fault,) = caught.value.faults
    assert fault.code == "too_large"
    return fault.pointer, fault.message


def test_ten_weights_are_usual_and_fewer_where_ten_are_too_many():
    assert affordable_top(None, 1_000, LAYOUT, "simultaneous", is_batch=False) == 10
    assert affordable_top(None, 1_000, LAYOUT, "output_to_input", is_batch=False) == 9
    assert affordable_top(None, 2_000, LAYOUT, "simultaneous", is_batch=True) == 5


def test_what_is_asked_for_is_given_or_refused():
    assert affordable_top(15, 1_000, LAYOUT, "simultaneous", is_batch=False) == 15
    assert refused(16, 1_000, LAYOUT, "simultaneous") == (
        "/query/top",
        "16 weights, each with 1,000 rows through 50 parameters, are too much for one trace: "
        "ask for up to 15, or trace fewer rows",
    )


def test_rows_that_are_too_many_even_without_weights_are_refused_with_how_many_are_not():
    said = "5,000 rows through 50 parameters are too much for one trace: up to 4,000 are traced"
    assert refused(0, 5_000, LAYOUT, "simultaneous") == ("/query/rows", said)
    picked = f"{said}: pick some with row and rows"
    assert refused(None, 5_000, LAYOUT, "simultaneous", is_batch=True) == ("/query/batch", picked)


def test_a_few_rows_cost_what_reading_the_parameters_does():
    assert affordable_top(100, 1, LAYOUT, "simultaneous", is_batch=False) == 100
    assert refused(196, 1, LAYOUT, "simultaneous")[0] == "/query/top"
