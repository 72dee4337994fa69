"""Tables and specs at the edge: each trains, or is refused by name, and none makes a number that is not one."""

import numpy as np
import pytest

from models.errors import ValidationFailed
from models.spec import parse_spec, resolve
from tests.support.gang_of_one import GangOfOne
from worker.gang.history_ring import epochs_between
from worker.training.prepared import Table, learn_preprocessing, prepare

RANDOM = np.random.default_rng(8)


def column(name, values):
    whole = bool((values == np.round(values)).all())
    return {
        "name": name,
        "kind": "integer" if whole else "numeric",
        "missing": 0,
        "levels": None,
        "distinct": len(np.unique(values)),
        "min": float(values.min()),
        "max": float(values.max()),
    }


def train(folder, x, y, **document):
    """Train on columns x0, x1, … and the target y, along the way of a worker; the run that has ended."""
    matrix = np.column_stack([x, y]).astype(np.float64)
    names = [*(f"x{i}" for i in range(x.shape[1])), "y"]
    columns = [column(name, values) for name, values in zip(names, matrix.T, strict=True)]
    table = Table(matrix, columns, "d" * 64)
    document = {"dataset": "ds", "target": "y", "network": {"hidden": [{"units": 4}]}, **document}
    document["training"] = {"max_epochs": 5, "batch_size": 8, **document.get("training", {})}
    spec = resolve(parse_spec(document), columns, len(matrix), max_parameters=10**7)
    preprocessing = learn_preprocessing(spec, table)
    data = prepare(spec, preprocessing, table, None, folder)
    resolved = spec.model_dump(mode="json", exclude={"dataset", "target", "labels"})
    gang = GangOfOne(folder, data, list(preprocessing.classes or ()), **resolved)
    gang.history = gang.train()
    return gang


def last_epoch(gang):
    (row,) = epochs_between(gang.segment, gang.ring.epochs - 1, gang.ring.epochs).tolist()
    return dict(zip(gang.blueprint.epoch_columns, row, strict=True))


def assert_sound(gang):
    assert np.isfinite(gang.history).all()
    assert np.isfinite(gang.segment.parameters).all()


def table_of(rows, inputs=3, classes=2):
    return RANDOM.standard_normal((rows, inputs)), np.arange(rows) % classes


@pytest.mark.parametrize("shards", [3, 8, 64])
def test_fewer_rows_than_shards(tmp_path, shards):
    gang = train(tmp_path, *table_of(2), shards=shards, validation=None)
    assert_sound(gang)
    assert len(gang.history) == 5


def test_a_ragged_last_batch_counts_by_its_rows(tmp_path):
    """With a learning rate of nothing, the mean cost of an epoch is that of one batch of all rows."""
    still = {"optimizer": {"name": "sgd", "learning_rate": 1e-30}, "dtype": "float64", "max_epochs": 1}
    x, y = table_of(21)
    costs = []
    for batch_size in (8, 21):
        folder = tmp_path / str(batch_size)
        folder.mkdir()
        gang = train(folder, x, y, training={**still, "batch_size": batch_size}, validation=None, shards=2)
        costs.append(last_epoch(gang)["train_cost"])
    assert costs[0] == pytest.approx(costs[1], rel=1e-12)


def test_one_row_is_refused_for_a_classification_and_learnt_by_a_regression(tmp_path):
    with pytest.raises(ValidationFailed, match="/target"):
        train(tmp_path, np.ones((1, 2)), np.zeros(1), validation=None)
    gang = train(tmp_path, np.ones((1, 2)), np.array([2.5]), task="regression", validation=None)
    assert_sound(gang)
    assert len(gang.history) == 5


def test_one_feature(tmp_path):
    assert_sound(train(tmp_path, *table_of(40, inputs=1)))


def test_a_constant_feature_is_no_division_by_zero_and_no_help(tmp_path):
    x, y = table_of(40)
    x[:, 1] = 7.0
    gang = train(tmp_path, x, y)
    assert_sound(gang)
    assert (gang.blueprint.data.train_x[:, 1] == 0.0).all()


def test_a_class_that_is_missing_from_the_validation_rows(tmp_path):
    """One row in forty of class 2: too rare for a tenth that is held back."""
    x, y = table_of(40)
    y[0] = 2
    gang = train(tmp_path, x, y, training={"max_epochs": 2})
    assert 2 not in gang.blueprint.data.validation_y
    metrics = last_epoch(gang)
    assert_sound(gang)
    for name in ("cost", "accuracy", "balanced_accuracy", "precision", "recall", "f1"):
        assert np.isfinite(metrics[f"validation_{name}"]), name


def test_a_thousand_classes(tmp_path):
    x, y = table_of(3000, inputs=5, classes=1000)
    gang = train(tmp_path, x, y, training={"max_epochs": 2, "batch_size": 500}, shards=4)
    metrics = last_epoch(gang)
    assert_sound(gang)
    assert gang.segment.parameters.size == 6 * 4 + 5 * 1000
    assert 0.0 <= metrics["validation_top_5"] <= 1.0
    assert metrics["validation_cost"] == pytest.approx(np.log(1000), rel=0.2)


def test_in_float64_a_run_is_the_same_but_for_rounding(tmp_path):
    x, y = table_of(60)
    ends = []
    for dtype in ("float32", "float64"):
        folder = tmp_path / dtype
        folder.mkdir()
        gang = train(folder, x, y, training={"dtype": dtype, "optimizer": {"name": "sgd"}}, validation=None)
        assert gang.segment.parameters.dtype == dtype
        ends.append(gang.history[:, 0])
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-3)
