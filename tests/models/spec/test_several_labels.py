"""A classification of several targets: a row may have any of several labels."""

import pytest

from models.errors import ValidationFailed
from models.spec import parse_spec, resolve
from models.spec.metrics import known_metrics
from models.spec.resolve import network_widths


def column(name, kind, distinct=2, low=0.0, high=1.0, levels=None, missing=0):
    return {
        "name": name, "kind": kind, "missing": missing, "levels": levels, "distinct": distinct, "min": low, "max": high
    }  # fmt: skip


COLUMNS = [
    column("size", "numeric", 90, 0.0, 9.5),
    column("tall", "boolean"),
    column("old", "integer"),
    column("bark", "categorical", levels=["rough", "smooth"]),
    column("colour", "categorical", 3, levels=["blue", "green", "red"]),
    column("age", "integer", 40, 1, 90),
    column("shoes", "integer", 2, 1, 2),
    column("share", "numeric", 2, 0.0, 0.5),
    column("same", "integer", 1, 0, 0),
    column("yes", "boolean", 1),
    column("only", "categorical", 1, levels=["only"]),
    column("gaps", "boolean", missing=3),
]
THREE = {"dataset": "ds_1", "target": ["tall", "old", "bark"], "features": ["size"]}


def resolved(document):
    return resolve(parse_spec(document), COLUMNS, 100, max_parameters=1_000_000)


def faults(document):
    with pytest.raises(ValidationFailed) as caught:
        resolved(document)
    return {fault.pointer: fault.message for fault in caught.value.faults}


def test_each_target_is_an_output_and_the_cost_follows():
    spec = resolved(THREE)
    assert spec.several_labels
    assert spec.training.cost == "binary_cross_entropy"
    assert network_widths(spec, {each["name"]: each for each in COLUMNS}) == [1, 128, 3]
    assert spec.name == "classification of tall, old, bark"
    assert resolved(spec.model_dump(mode="json")) == spec


def test_all_other_columns_are_features():
    assert "tall" not in resolved({**THREE, "features": None}).features


def test_a_list_of_one_target_is_a_classification_like_any_other():
    spec = resolved({**THREE, "target": ["colour"]})
    assert not spec.several_labels
    assert spec.training.cost == "cross_entropy"


def test_several_targets_of_a_regression_are_no_labels():
    assert not resolved({**THREE, "target": ["age", "share"], "task": "regression"}).several_labels


def test_an_epoch_records_how_many_rows_have_every_label_right():
    names = known_metrics(resolved(THREE), 0)
    assert "validation_exact_match" in names
    assert "validation_roc_auc" not in names
    assert "validation_exact_match" not in known_metrics(resolved({**THREE, "target": "tall"}), 2)
    resolved({**THREE, "stopping": {"target": {"metric": "validation_exact_match", "value": 0.9}}})


def test_the_name_of_very_many_targets_is_cut():
    many = [column(f"label_{number}", "boolean") for number in range(100)]
    document = {"dataset": "ds_1", "target": [each["name"] for each in many]}
    spec = resolve(parse_spec(document), [COLUMNS[0], *many], 100, max_parameters=1_000_000)
    assert len(spec.name) == 200
    assert spec.name.endswith("…")
    parse_spec(spec.model_dump(mode="json"))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("colour", "3 different texts"),
        ("age", "other numbers than 0 and 1"),
        ("shoes", "other numbers than 0 and 1"),
        ("share", "other numbers than 0 and 1"),
        ("same", "same value in every row"),
        ("yes", "same value in every row"),
        ("only", "same value in every row"),
        ("gaps", "missing in 3 rows"),
        ("tall", "listed twice"),
        ("tail", "no column 'tail'"),
    ],
)
def test_a_column_that_is_no_label_is_refused_at_its_place(target, words):
    found = faults({**THREE, "target": ["tall", target, "old"]})
    assert list(found) == ["/target/1"]
    assert words in found["/target/1"]


@pytest.mark.parametrize("cost", ["cross_entropy", "mean_squared_error"])
def test_another_cost_is_refused_with_the_one_there_is(cost):
    found = faults({**THREE, "training": {"cost": cost}})
    assert list(found) == ["/training/cost"]
    assert "several labels a row; choose binary_cross_entropy" in found["/training/cost"]


@pytest.mark.parametrize("weight", ["balanced", {"true": 2.0}, {"pink": 1.0}])
def test_class_weights_are_refused_with_what_there_is_instead(weight):
    found = faults({**THREE, "training": {"class_weight": weight}})
    assert list(found) == ["/training/class_weight"]
    assert "use sample_weight" in found["/training/class_weight"]


def test_a_column_of_weights_is_none_of_the_labels():
    assert resolved({**THREE, "sample_weight": "age"}).sample_weight == "age"
    assert "is the target" in faults({**THREE, "sample_weight": "old"})["/sample_weight"]
