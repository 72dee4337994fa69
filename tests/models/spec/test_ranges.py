"""What the dtype cannot hold is refused before anything becomes infinite."""

import pytest

from models.errors import ValidationFailed
from models.spec import parse_spec, resolve

HUGE = 1e39


def column(name, high=1.0):
    return {"name": name, "kind": "numeric", "missing": 0, "levels": None, "min": 0.0, "max": high, "distinct": 60}


COLUMNS = [column("size"), column("price"), column("weight"), column("far", HUGE)]
SMALL = {"dataset": "ds_1", "task": "regression", "target": "price", "features": ["size"]}


def faults(change, second=()):
    try:
        resolve(parse_spec({**SMALL, **change}), COLUMNS, 100, max_parameters=10**9, validation_columns=second)
    except ValidationFailed as error:
        return {fault.pointer: fault.message for fault in error.faults}
    return {}


RAW = {"preprocessing": {"standardize": False}}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"target": "far"}, "/target"),
        ({"target": ["price", "far"]}, "/target/1"),
        ({"sample_weight": "far"}, "/sample_weight"),
        ({**RAW, "features": ["size", "far"]}, "/features/1"),
        ({**RAW, "features": None}, "/preprocessing/standardize"),
    ],
)
def test_a_number_beyond_float32_is_refused_and_fits_float64(change, pointer):
    found = faults(change)
    assert list(found) == [pointer]
    assert "up to 1e+39, beyond those of float32" in found[pointer]
    assert 'set training.dtype to "float64"' in found[pointer]
    assert faults({**change, "training": {"dtype": "float64"}}) == {}


def test_a_standardized_feature_may_be_of_any_size():
    assert faults({"features": ["size", "far"]}) == {}


def test_the_dataset_to_validate_on_is_held_against_the_range_too():
    second = [column("size"), column("price", HUGE)]
    assert list(faults({"validation": {"dataset": "ds_2"}}, second)) == ["/validation/dataset"]


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop", "adagrad"])
def test_an_epsilon_that_the_dtype_has_no_number_for_is_refused(name):
    training = {"optimizer": {"name": name, "epsilon": 1e-46}}
    found = faults({"training": training})
    assert list(found) == ["/training/optimizer/epsilon"]
    assert "at least 1.2e-38" in found["/training/optimizer/epsilon"]
    assert faults({"training": {**training, "dtype": "float64"}}) == {}
