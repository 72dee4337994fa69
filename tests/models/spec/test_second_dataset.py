"""A second dataset to validate on fits the first, or says where it does not."""

import pytest

from models.spec import parse_spec
from models.spec.second_dataset import second_dataset_faults


def column(name, kind, **more):
    return {"name": name, "kind": kind, "missing": 0, "levels": None, "min": 0.0, "max": 9.0, "distinct": 10, **more}


def texts(name, *levels):
    return column(name, "categorical", levels=list(levels), distinct=len(levels), min=None, max=None)


SIZE = column("size", "numeric")
KNOWN = {
    "size": SIZE,
    "colour": texts("colour", "blue", "red"),
    "digit": column("digit", "integer"),
    "wet": column("wet", "boolean", max=1.0, distinct=2),
    "old": column("old", "integer", max=1.0, distinct=2),
}


def found(columns, target, task="classification"):
    document = {"dataset": "ds_1", "target": target, "task": task, "validation": {"dataset": "ds_2"}}
    faults = second_dataset_faults(parse_spec(document), [SIZE, *columns], KNOWN, ["size"])
    assert {fault.pointer for fault in faults} <= {"/validation/dataset"}
    return [fault.message for fault in faults]


@pytest.mark.parametrize(
    ("theirs", "target", "words"),
    [
        (texts("colour", "blue", "pink"), "colour", "'colour' has a class ('pink')"),
        (column("digit", "integer", max=12.0), "digit", "'digit' has a class (12)"),
        (column("digit", "integer", min=-1.0, max=12.0), "digit", "'digit' has classes (-1, 12)"),
        (column("digit", "integer", distinct=11), "digit", "has 11 classes, some of which are none of the 10"),
        (column("digit", "numeric"), "digit", "some of which are none"),
        (column("digit", "integer", missing=3), "digit", "missing in 3 rows"),
        (column("wet", "integer", max=2.0, distinct=3), ["wet", "old"], "'wet' has a class (2)"),
        (texts("digit", "one"), "digit", "holds text"),
    ],
)
def test_a_target_that_does_not_fit_names_column_and_class(theirs, target, words):
    others = [KNOWN["old"]] if isinstance(target, list) else []
    messages = found([theirs, *others], target)
    assert len(messages) == 1
    assert words in messages[0]


def test_a_column_that_is_not_there_is_named():
    assert found([], "digit") == ["it has no column 'digit'"]


@pytest.mark.parametrize(
    "theirs",
    [
        column("digit", "integer", min=3.0, max=4.0, distinct=2),
        column("wet", "integer", max=1.0, distinct=2),
        texts("colour", "red"),
    ],
)
def test_fewer_classes_and_other_words_for_yes_and_no_are_welcome(theirs):
    assert found([theirs], theirs["name"]) == []


def test_a_regression_may_be_tested_on_other_numbers():
    assert found([column("digit", "numeric", max=1000.0, distinct=99)], "digit", "regression") == []
