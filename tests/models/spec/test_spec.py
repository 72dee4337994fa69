"""The job spec: every default echoed, every fault at its pointer."""

import pytest

from models.errors import ValidationFailed
from models.spec import JobSpec, parse_spec, resolve
from models.spec.network import NetworkSpec
from models.spec.stopping import StoppingSpec
from models.spec.training import TrainingSpec

COLUMNS = [
    {"name": "size", "kind": "numeric", "missing": 0, "levels": None, "distinct": 90, "min": 0.0, "max": 9.5},
    {"name": "colour", "kind": "categorical", "missing": 0, "levels": ["blue", "green", "red"], "distinct": 3},
    {"name": "label", "kind": "integer", "missing": 0, "levels": None, "distinct": 10},
    {"name": "price", "kind": "numeric", "missing": 2, "levels": None, "distinct": 80},
    {"name": "same", "kind": "integer", "missing": 0, "levels": None, "distinct": 1, "min": 0, "max": 0},
    {"name": "change", "kind": "numeric", "missing": 0, "levels": None, "distinct": 50, "min": -2.5, "max": 1},
]
SMALL = {"dataset": "ds_1", "target": "label"}


def resolved(document, **options):
    return resolve(parse_spec(document), COLUMNS, 100, **{"max_parameters": 1_000_000, **options})


def faults(document):
    """Pointer to message of everything wrong."""
    with pytest.raises(ValidationFailed) as caught:
        resolved(document)
    return {fault.pointer: fault.message for fault in caught.value.faults}


def test_two_fields_are_enough():
    spec = resolved(SMALL)
    assert spec.features == ("size", "colour", "price", "same", "change")
    assert spec.training.cost == "cross_entropy"
    assert spec.training.optimizer.name == "adam"
    assert spec.workers.max == spec.shards == 4
    assert spec.name == "classification of label"


def test_who_names_no_optimizer_and_no_schedule_has_the_default_ones():
    training = resolved({**SMALL, "training": {"optimizer": {"learning_rate": 0.9}, "schedule": {}}}).training
    assert (training.optimizer.name, training.optimizer.learning_rate) == ("adam", 0.9)
    assert training.schedule.name == "constant"


def test_a_resolved_spec_is_a_spec_and_resolves_to_itself():
    spec = resolved(SMALL)
    assert resolved(spec.model_dump(mode="json")) == spec


def test_a_column_of_weights_is_not_predicted_from():
    assert resolved({**SMALL, "sample_weight": "size"}).features == ("colour", "price", "same", "change")


def test_the_spec_of_the_design_document_is_accepted():
    document = {
        "name": "digits",
        "dataset": "ds_1",
        "task": "classification",
        "target": "label",
        "features": None,
        "network": {"hidden": [{"units": 128, "activation": "relu", "dropout": 0.0}], "initializer": "he_normal"},
        "training": {
            "cost": "cross_entropy",
            "optimizer": {"name": "adam", "learning_rate": 0.001},
            "schedule": {"name": "constant"},
            "update_order": "simultaneous",
            "batch_size": 256,
            "max_epochs": 20,
            "shuffle": True,
            "seed": 0,
            "l1": 0.0,
            "l2": 0.0,
            "clip_norm": None,
            "class_weight": None,
            "dtype": "float32",
        },
        "preprocessing": {"standardize": True},
        "shards": 4,
        "workers": {"min": 1, "max": None},
        "validation": {"fraction": 0.1},
        "stopping": {
            "target": {"metric": "validation_accuracy", "value": 0.98},
            "patience": {"metric": "validation_cost", "epochs": 10, "min_delta": 0.0},
            "gradient_norm": None,
            "max_seconds": None,
        },
        "checkpoints": {"every_seconds": 10, "keep_last": 3},
        "max_restarts": 3,
        "priority": 0,
        "labels": {},
    }
    assert resolved(document).stopping.target.value == 0.98


def test_all_faults_are_told_at_once():
    document = {
        **SMALL,
        "colour": "red",
        "network": {"hidden": [{"units": 10_000_000}]},
        "training": {"batch_size": 0, "optimizer": {"name": "adam", "learning_rate": -1}},
    }
    assert set(faults(document)) == {
        "/colour",
        "/network/hidden/0/units",
        "/training/batch_size",
        "/training/optimizer/learning_rate",
    }


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"target": "lable"}, "/target", "no column 'lable'"),
        ({"target": "colour", "task": "regression"}, "/target", "holds text"),
        ({"target": "price", "task": "regression"}, "/target", "missing in 2 rows"),
        ({"target": "same"}, "/target", "one class only"),
        ({"features": ["label"]}, "/features/0", "is the target"),
        ({"features": ["size", "size"]}, "/features/1", "twice"),
        ({"training": {"cost": "huber"}}, "/training/cost", "not a cost for a classification"),
        ({"training": {"cost": "binary_cross_entropy"}}, "/training/cost", "needs two classes"),
        (
            {"target": "colour", "training": {"class_weight": {"red": 2.0, "pink": 2.0}}},
            "/training/class_weight/pink",
            "no class 'pink'",
        ),
        (
            {"target": "colour", "training": {"class_weight": {"a/b~": 2.0}}},
            "/training/class_weight/a~1b~0",
            "it has blue, green, red",
        ),
        ({"sample_weight": "wait"}, "/sample_weight", "no column 'wait'"),
        ({"sample_weight": "colour"}, "/sample_weight", "is categorical"),
        ({"sample_weight": "label"}, "/sample_weight", "is the target"),
        ({"sample_weight": "price"}, "/sample_weight", "missing in 2 rows"),
        ({"sample_weight": "change"}, "/sample_weight", "negative numbers, the least is -2.5"),
        ({"sample_weight": "same"}, "/sample_weight", "0 in every row"),
        ({"features": ["size"], "sample_weight": "size"}, "/features/0", "is the sample weight"),
        ({"training": {"class_weight": {"1": -1.0}}}, "/training/class_weight/1", "greater than 0"),
        ({"workers": {"min": 5}}, "/workers/min", "cannot share 4 shards"),
        ({"workers": {"min": 3, "max": 2}}, "/workers", "less than min"),
        ({"stopping": {"target": {"metric": "luck", "value": 1}}}, "/stopping/target/metric", "no metric 'luck'"),
        (
            {"stopping": {"target": {"metric": "validation_certainty", "value": 5.0}}},
            "/stopping/target/value",
            "always at most 1",
        ),
        (
            {"stopping": {"target": {"metric": "train_cost", "value": -1.0}}},
            "/stopping/target/value",
            "always at least 0",
        ),
        ({"validation": {}}, "/validation", "either"),
        ({"network": {"hidden": [{"units": 999_999}]}}, "/network/hidden", "use fewer units"),
        ({"training": {"optimizer": {"name": "magic"}}}, "/training/optimizer", "magic"),
        ({"shards": "4"}, "/shards", "integer"),
        ({"training": {"seed": -1}}, "/training/seed", "greater than or equal to 0"),
    ],
)
def test_a_fault_names_its_place_and_says_what_is_wrong(change, pointer, words):
    found = faults({**SMALL, **change})
    assert list(found) == [pointer]
    assert words in found[pointer]


@pytest.mark.parametrize(
    ("kind", "classes", "rows"),
    [("integer", 1995, 2000), ("integer", 21, 40), ("numeric", 60, 60), ("numeric", 101, 100_000)],
)
def test_a_quantity_is_not_taken_for_classes(kind, classes, rows):
    target = {"name": "price", "kind": kind, "missing": 0, "levels": None, "distinct": classes, "min": 0, "max": 9}
    with pytest.raises(ValidationFailed) as caught:
        resolve(parse_spec({**SMALL, "target": "price"}), [COLUMNS[0], target], rows, max_parameters=10**9)
    (fault,) = caught.value.faults
    assert (fault.pointer, fault.code) == ("/target", "continuous_target")
    assert "set task to regression" in fault.message


@pytest.mark.parametrize(("classes", "rows"), [(1000, 2000), (20, 21), (10_000, 50_000)])
def test_many_classes_stay_possible(classes, rows):
    target = {"name": "id", "kind": "integer", "missing": 0, "levels": None, "distinct": classes, "min": 0, "max": 9}
    resolve(parse_spec({**SMALL, "target": "id"}), [COLUMNS[0], target], rows, max_parameters=10**9)


REMEDIES = [
    ({"training": {"optimizer": "adam"}}, "/training/optimizer", 'give {"learning_rate": 0.001, "name": "adam"}'),
    ({"training": {"schedule": "cosine"}}, "/training/schedule", 'give {"name": "cosine"}'),
    (
        {"training": {"class_weight": "balancd"}},
        "/training/class_weight",
        '"balancd" does not fit; give "balanced" or {',
    ),
    ({"training": {"clip_norm": float("inf")}}, "/training/clip_norm", "must be finite"),
    ({"training": {"dtype": "float16"}}, "/training/dtype", "choose 'float32' or 'float64'"),
    ({"network": {"hidden": [64]}}, "/network/hidden/0", '64 does not fit; give {"units": 64}'),
    ({"network": {"hidden": None}}, "/network/hidden", 'null does not fit; give [{"units": 64}, {"units": 32}] or []'),
    ({"network": {"hidden": [{}]}}, "/network/hidden/0/units", "required, such as 64"),
    ({"target": []}, "/target", 'at least 1 item, not 0; give "label" or'),
    ({"target": 5}, "/target", '5 does not fit; give "label" or ["comedy", "drama"]'),
    ({"target": ["size", 5]}, "/target/1", "should be a text, not 5"),
    ({"validation": 0.2}, "/validation", 'give {"fraction": 0.1} or {"dataset": "ds_…"} or null'),
    ({"stopping": {"patience": 10}}, "/stopping/patience", 'give {"epochs": 10, "metric": "validation_cost"}'),
    (
        {"training": {"optimizer": {"name": "sgd", "momentum": 0.9}}},
        "/training/optimizer/momentum",
        "sgd has no 'momentum': leave it out, or choose the name momentum or nesterov",
    ),
    ({"batchsize": 3}, "/batchsize", "do you mean '/training/batch_size'?"),
    ({"training": {"learning_rate": 1}}, "/training/learning_rate", "do you mean '/training/optimizer/learning_rate'?"),
    ({"training": {"epochs": 1}}, "/training/epochs", "do you mean 'max_epochs'?"),
    ({"preprocessing": {"colour": 1}}, "/preprocessing/colour", "there are standardize"),
]


def test_a_metric_that_the_second_dataset_gives_no_value_is_refused():
    both = [COLUMNS[0], {**COLUMNS[4], "name": "wet", "kind": "boolean", "max": 1, "distinct": 2}]
    one = [COLUMNS[0], {**both[1], "max": 0, "distinct": 1}]
    patience = {"metric": "validation_roc_auc"}
    document = {"dataset": "a", "target": "wet", "validation": {"dataset": "b"}, "stopping": {"patience": patience}}
    spec = parse_spec(document)
    resolve(spec, both, 100, max_parameters=10**6, validation_columns=both)
    with pytest.raises(
        ValidationFailed, match="/stopping/patience/metric: validation_roc_auc needs rows of both classes"
    ):
        resolve(spec, both, 100, max_parameters=10**6, validation_columns=one)


@pytest.mark.parametrize(("change", "pointer", "words"), REMEDIES)
def test_what_has_the_wrong_form_is_told_the_right_one(change, pointer, words):
    found = faults({**SMALL, **change})
    assert list(found) == [pointer]
    assert words in found[pointer]


def test_every_example_is_one():
    """What a fault offers is taken when it is given."""
    for name, form in JobSpec.model_json_schema()["properties"].items():
        for example in form.get("examples", ()):
            parse_spec({**SMALL, name: example})
    for part in (NetworkSpec, TrainingSpec, StoppingSpec):
        for name, form in part.model_json_schema()["properties"].items():
            for example in form.get("examples", ()):
                part.model_validate({name: example})


@pytest.mark.parametrize("document", [None, [], "spec", 3, {}])
def test_what_is_not_a_spec_at_all_is_refused(document):
    assert faults(document)
