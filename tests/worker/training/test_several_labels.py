"""Tables of several labels a row, along the way of a worker: split, prepared, trained, told."""

import numpy as np
import pytest

from models.spec import parse_spec, resolve
from tests.support.gang_of_one import GangOfOne
from worker.gang.history_ring import epochs_between
from worker.training.prepared import Table, learn_preprocessing, prepare
from worker.training.report import final_report

RANDOM = np.random.default_rng(6)
ROWS = 400
X = RANDOM.standard_normal((ROWS, 3))
NUMBER = {"missing": 0, "levels": None, "distinct": 2, "min": 0.0, "max": 1.0}
COLUMNS = [
    *({**NUMBER, "name": f"x{i}", "kind": "numeric", "distinct": ROWS} for i in range(3)),
    {**NUMBER, "name": "right", "kind": "boolean"},
    {**NUMBER, "name": "up", "kind": "integer"},
    {**NUMBER, "name": "far", "kind": "categorical", "levels": ["far", "near"]},
    {**NUMBER, "name": "times", "kind": "integer", "distinct": 3, "max": 2.0},
]
Y = np.column_stack([X[:, 0] > 0, X[:, 1] > 0.5, np.abs(X[:, 2]) < 1])
TABLE = Table(np.column_stack([X, Y, np.arange(ROWS) % 3]), COLUMNS, "d" * 64)
THREE = ["right", "up", "far"]


def train(folder, table=TABLE, other=None, **document):
    document = {"dataset": "ds", "target": THREE, "features": ["x0", "x1", "x2"], "shards": 3, **document}
    training = {"max_epochs": 40, "batch_size": 64, "optimizer": {"name": "adam", "learning_rate": 0.02}}
    document["training"] = {**training, **document.get("training", {})}
    document["network"] = {"hidden": [{"units": 16, "dropout": 0.1}]}
    columns, others = table.columns, other.columns if other else ()
    spec = resolve(parse_spec(document), columns, len(table.matrix), max_parameters=10**6, validation_columns=others)
    preprocessing = learn_preprocessing(spec, table)
    data = prepare(spec, preprocessing, table, other, folder)
    gang = GangOfOne(
        folder, data, list(preprocessing.output_labels), **spec.model_dump(mode="json", exclude={"dataset", "labels"})
    )
    gang.history = gang.train()
    return gang


def last_epoch(gang):
    (row,) = epochs_between(gang.segment, gang.ring.epochs - 1, gang.ring.epochs).tolist()
    return dict(zip(gang.blueprint.epoch_columns, row, strict=True))


def test_every_label_is_learnt_and_told(tmp_path):
    gang = train(tmp_path)
    metrics = last_epoch(gang)
    for kind in ("train", "validation"):
        assert metrics[f"{kind}_accuracy"] > 0.9
        assert 0.8 < metrics[f"{kind}_exact_match"] < metrics[f"{kind}_accuracy"]
        for name in ("certainty", "f1", "precision", "recall", "balanced_accuracy"):
            assert 0.7 < metrics[f"{kind}_{name}"] <= 1.0
    report = final_report(gang.run, gang.segment, gang.trainer.step)
    assert [each["target"] for each in report["labels"]] == THREE
    assert [each["label"] for each in report["labels"]] == ["true", "1", "near"]


def test_each_label_is_held_back_in_its_share(tmp_path):
    data = train(tmp_path, training={"max_epochs": 1}).blueprint.data
    assert data.validation_y.shape == (ROWS // 10, 3)
    assert data.validation_y.mean(axis=0) == pytest.approx(Y.mean(axis=0), abs=0.06)


def test_a_run_can_be_stopped_by_the_share_of_rows_that_are_wholly_right(tmp_path):
    target = {"metric": "validation_exact_match", "value": 0.8}
    gang = train(tmp_path, stopping={"target": target}, training={"max_epochs": 500})
    assert gang.trainer.reason == "target_reached"
    assert gang.ring.epochs < 500


def test_patience_watches_what_it_is_told_to(tmp_path):
    patience = {"metric": "train_f1", "epochs": 3}
    gang = train(tmp_path, stopping={"patience": patience}, training={"max_epochs": 500}, validation=None)
    assert gang.trainer.reason == "patience_exhausted"
    assert gang.run.progress.best["metric"] == "train_f1"


def test_a_label_that_no_validation_row_has_is_no_fault(tmp_path):
    matrix = TABLE.matrix.copy()
    matrix[:, 4] = 0
    matrix[7, 4] = 1
    gang = train(tmp_path, Table(matrix, COLUMNS, "e" * 64))
    assert gang.blueprint.data.train_y[:, 1].sum() == 1
    metrics = last_epoch(gang)
    assert all(np.isfinite(value) for value in metrics.values())
    report = final_report(gang.run, gang.segment, gang.trainer.step)
    assert (report["labels"][1]["rows"], report["labels"][1]["recall"]) == (0, 0.0)


def test_rows_may_count_differently(tmp_path):
    plain, weighted = (tmp_path / name for name in ("plain", "weighted"))
    plain.mkdir()
    weighted.mkdir()
    gang = train(weighted, sample_weight="times", training={"max_epochs": 2})
    assert set(gang.blueprint.data.train_weight.tolist()) == {0.0, 1.0, 2.0}
    assert gang.history[-1, 0] != train(plain, training={"max_epochs": 2}).history[-1, 0]


def test_a_second_dataset_is_told_in_its_own_words(tmp_path):
    columns = [*COLUMNS[:5], COLUMNS[5] | {"levels": ["near"]}]
    near = Y[:, 2].astype(bool)
    matrix = TABLE.matrix[near][:, :6].copy()
    matrix[:, 5] = 0
    gang = train(tmp_path, other=Table(matrix, columns, "f" * 64), validation={"dataset": "ds_2"})
    assert (gang.blueprint.data.validation_y[:, 2] == 1).all()
    assert last_epoch(gang)["validation_accuracy"] > 0.9


@pytest.mark.parametrize("order", ["output_to_input", "largest_gradient_first"])
def test_layers_may_be_adjusted_one_at_a_time(tmp_path, order):
    gang = train(tmp_path, training={"update_order": order, "max_epochs": 20})
    assert gang.history.shape[1] == 3 + 2
    assert gang.history[-1, 0] < 0.6 * gang.history[0, 0]
