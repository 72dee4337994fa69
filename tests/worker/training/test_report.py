"""The report at the end: which weights it is of, and what it says of each class."""

import json

import numpy as np
import pytest

from tests.support.gang_of_one import GangOfOne, with_ones
from worker.training.prepared import Prepared
from worker.training.report import MOST_MATRIX_CLASSES, final_report

RANDOM = np.random.default_rng(5)
LABELS = ["ash", "elm", "oak"]
CODES = RANDOM.integers(0, 3, 90)
X = (np.eye(3)[CODES] * 3 + RANDOM.standard_normal((90, 3))).astype(np.float32)


def gang(tmp_path, labels, data, *, epochs=5, **document):
    training = {"cost": "cross_entropy", "max_epochs": epochs, "optimizer": {"name": "adam", "learning_rate": 0.05}}
    return GangOfOne(tmp_path, data, labels, shards=2, network={"hidden": []}, training=training, **document)


def trees():
    return Prepared(with_ones(X[30:]), CODES[30:], with_ones(X[:30]), CODES[:30])


def report_of(trained):
    return final_report(trained.run, trained.segment, trained.trainer.step)


def test_it_is_of_the_best_weights_and_counts_every_validation_row(tmp_path):
    trained = gang(tmp_path, LABELS, trees())
    trained.train()
    found = report_of(trained)
    best = trained.run.progress.best

    assert (found["weights"], found["step"], found["rows"]) == ("best", best["step"], 30)
    assert [each["label"] for each in found["classes"]] == LABELS
    matrix = np.array(found["confusion_matrix"])
    assert matrix.sum() == 30
    assert np.trace(matrix) / 30 == pytest.approx(best["validation_accuracy"])
    assert np.mean([each["recall"] for each in found["classes"]]) == pytest.approx(best["validation_recall"])
    wrong = [matrix[LABELS.index(each["actual"]), LABELS.index(each["predicted"])] for each in found["confusions"]]
    assert [each["rows"] for each in found["confusions"]] == wrong == sorted(wrong, reverse=True)
    assert sum(wrong) == 30 - np.trace(matrix)
    json.dumps(found)


def test_before_the_first_epoch_is_over_it_is_of_the_last_weights(tmp_path):
    found = report_of(gang(tmp_path, LABELS, trees()))
    assert (found["weights"], found["step"]) == ("last", 0)


def test_a_class_without_validation_rows_has_zeros_and_no_fault(tmp_path):
    kept = CODES[:30] != 2
    data = Prepared(with_ones(X[30:]), CODES[30:], with_ones(X[:30][kept]), CODES[:30][kept])
    trained = gang(tmp_path, LABELS, data)
    trained.train()
    oak = report_of(trained)["classes"][2]
    assert (oak["label"], oak["recall"], oak["rows"]) == ("oak", 0.0, 0)


def test_many_classes_have_their_confusions_instead_of_the_matrix(tmp_path):
    labels = list(range(MOST_MATRIX_CLASSES + 1))
    codes = np.arange(60) % len(labels)
    data = Prepared(with_ones(X[:60]), codes, with_ones(X[:60]), codes)
    found = report_of(gang(tmp_path, labels, data))
    assert found["confusion_matrix"] is None
    assert len(found["classes"]) == len(labels)
    assert 0 < len(found["confusions"]) <= 20


def test_a_regression_and_a_run_without_validation_have_none(tmp_path):
    y = X[:, :1]
    for name, labels, data, more in [
        ("a", [], Prepared(with_ones(X), y, with_ones(X), y), {"task": "regression"}),
        ("b", LABELS, Prepared(with_ones(X), CODES, with_ones(X[:0]), CODES[:0]), {"validation": None}),
    ]:
        folder = tmp_path / name
        folder.mkdir()
        if labels:
            assert report_of(gang(folder, labels, data, **more)) is None
        else:
            cost = {"training": {"cost": "mean_squared_error"}}
            assert report_of(GangOfOne(folder, data, [], network={"hidden": []}, **cost, **more)) is None


def test_of_several_labels_each_has_its_own_figures(tmp_path):
    y = np.column_stack([CODES == 0, CODES != 1]).astype(np.float32)
    data = Prepared(with_ones(X[30:]), y[30:], with_ones(X[:30]), y[:30])
    training = {"cost": "binary_cross_entropy", "max_epochs": 20, "optimizer": {"name": "adam", "learning_rate": 0.05}}
    trained = GangOfOne(
        tmp_path, data, [True, "no elm"], target=["ash", "other"], network={"hidden": []}, training=training
    )
    trained.train()
    found, best = report_of(trained), trained.run.progress.best

    assert (found["weights"], found["step"], found["rows"]) == ("best", best["step"], 30)
    assert found["exact_match"] == best["validation_exact_match"]
    assert [(each["target"], each["label"]) for each in found["labels"]] == [("ash", "true"), ("other", "no elm")]
    assert [each["rows"] for each in found["labels"]] == y[:30].sum(axis=0).tolist()
    assert np.mean([each["recall"] for each in found["labels"]]) == pytest.approx(best["validation_recall"])
    matrices = np.array([each["confusion_matrix"] for each in found["labels"]])
    assert matrices.sum(axis=(1, 2)).tolist() == [30, 30]
    assert np.trace(matrices.sum(axis=0)) / 60 == pytest.approx(best["validation_accuracy"])
    json.dumps(found)
