"""What is accepted and seldom meant is told."""

import pytest

from models.spec import parse_spec, resolve
from models.spec.warnings import warnings_of

ROWS = 1000


def column(name, kind="numeric", **more):
    return {"name": name, "kind": kind, "missing": 0, "levels": None, "min": -1.0, "max": 1.0, "mean": 0.0} | {
        "distinct": 500,
        **more,
    }


def texts(name, count):
    levels = [f"{number:04}" for number in range(count)]
    return column(name, "categorical", levels=levels, distinct=count, min=None, max=None, mean=None)


COLUMNS = [
    column("size"),
    column("price", min=75_000.0, max=7_700_000.0, mean=540_000.0),
    column("scaled"),
    column("shifted", min=1000.0, max=1001.0, mean=1000.5),
    column("empty", missing=ROWS, min=None, max=None, mean=None, distinct=0),
    texts("id", 900),
    texts("town", 400),
]


def warned(**change):
    document = {"dataset": "ds_1", "task": "regression", "target": "scaled", "features": ["size"], **change}
    spec = resolve(parse_spec(document), COLUMNS, ROWS, max_parameters=10**9, validation_columns=COLUMNS)
    same_rows = spec.validation is not None and spec.validation.dataset == "ds_1"
    return {warning.pointer: warning for warning in warnings_of(spec, COLUMNS, ROWS, same_rows=same_rows)}


def test_an_ordinary_job_has_none():
    assert warned() == {}


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"target": "price"}, "/target", "unscaled_target"),
        ({"target": "shifted"}, "/target", "unscaled_target"),
        ({"target": ["scaled", "price"]}, "/target/1", "unscaled_target"),
        ({"features": ["size", "empty"]}, "/features/1", "empty_feature"),
        ({"features": ["id"]}, "/features/0", "nearly_unique_feature"),
        ({"validation": {"dataset": "ds_1"}}, "/validation/dataset", "validated_on_training_rows"),
        (
            {"training": {"max_epochs": 5, "schedule": {"name": "warm_up", "epochs": 6}}},
            "/training/schedule/epochs",
            "unfinished_warm_up",
        ),
    ],
)
def test_a_warning_names_its_place_and_has_a_code(change, pointer, code):
    found = warned(**change)
    assert list(found) == [pointer]
    assert found[pointer].code == code


def test_an_unscaled_target_is_told_its_range_and_the_remedy():
    message = warned(target="price")["/target"].message
    assert "'price' goes from 75,000 to 7.7e+06, its mean is 540,000" in message
    assert "scale the column" in message


@pytest.mark.parametrize("change", [{"features": ["town"]}, {"target": "id", "task": "classification"}])
def test_honest_texts_are_left_alone(change):
    assert warned(**change) == {}
