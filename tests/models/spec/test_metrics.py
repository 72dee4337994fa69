"""The metrics that a job can watch, and which way is better."""

import pytest

from models.spec import metrics, parse_spec
from models.spec.metrics import known_metrics, less_is_better

CLASSIFICATION = {"dataset": "ds", "target": "label", "task": "classification"}
REGRESSION = {"dataset": "ds", "target": "price", "task": "regression"}


def watchable():
    return {
        *known_metrics(parse_spec(CLASSIFICATION), 2),
        *known_metrics(parse_spec(CLASSIFICATION), 11),
        *known_metrics(parse_spec(REGRESSION), 0),
    }


def test_costs_and_errors_fall_and_everything_else_rises():
    falling = {name.partition("_")[2] for name in watchable() if less_is_better(name)}
    assert falling == {"cost", "rmse", "mae"}


@pytest.mark.parametrize("name", metrics._LESS_IS_BETTER)
def test_whatever_is_said_to_fall_can_be_watched(name):
    assert f"train_{name}" in watchable()
    assert f"validation_{name}" in watchable()
