import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.backprop.metrics import classification_report, label_report, metrics_of
from worker.backprop.metrics.certainty import roc_auc, top_k
from worker.backprop.metrics.confusion import averages, confusion_matrix, of_classes
from worker.backprop.network import Network

THREE = Network((2, 3))
P = np.array([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]], np.float64)
Y = np.array([0, 0, 1, 1, 2])


def test_metrics_of_a_classification_counted_by_hand():
    found = metrics_of(THREE, P, Y)
    assert found["accuracy"] == 4 / 5
    assert found["certainty"] == pytest.approx((0.7 + 0.5 + 0.8 + 0.3 + 0.6) / 5)
    assert found["balanced_accuracy"] == found["recall"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert found["precision"] == pytest.approx((2 / 3 + 1 + 1) / 3)
    assert found["f1"] == pytest.approx((4 / 5 + 2 / 3 + 1) / 3)
    assert "roc_auc" not in found


def test_the_confusion_matrix_is_actual_by_predicted():
    assert confusion_matrix(P.argmax(axis=1), Y, 3).tolist() == [[2, 0, 0], [1, 1, 0], [0, 0, 1]]


def test_the_report_has_every_class():
    report = classification_report(P, Y)
    assert report["confusion_matrix"].tolist() == [[2, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert report["classes"][1] == {
        "class": 1,
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "rows": 2,
    }


def test_a_class_missing_from_the_rows_does_not_count():
    found = metrics_of(THREE, P[:2], Y[:2])
    assert found["balanced_accuracy"] == found["precision"] == found["recall"] == found["f1"] == 1.0


def test_a_single_sigmoid_output_is_the_probability_of_class_one():
    network = Network((2, 1), output="sigmoid", cost="binary_cross_entropy")
    p = np.array([[0.9], [0.4], [0.6], [0.2]])
    found = metrics_of(network, p, np.array([[1.0], [0.0], [0.0], [0.0]]))
    assert found["accuracy"] == 3 / 4
    assert found["certainty"] == pytest.approx((0.9 + 0.6 + 0.4 + 0.8) / 4)
    assert found["roc_auc"] == 1.0


def test_roc_auc_is_the_share_of_pairs_in_the_right_order():
    random = np.random.default_rng(0)
    score, y = random.integers(0, 5, 60) / 4, random.integers(0, 2, 60)
    pairs = [(a > b) + 0.5 * (a == b) for a in score[y == 1] for b in score[y == 0]]
    assert roc_auc(score, y) == pytest.approx(np.mean(pairs))
    assert math.isnan(roc_auc(score, np.ones(60)))


def test_top_k_counts_labels_among_the_most_probable():
    assert top_k(P, Y, 1) == 4 / 5
    assert top_k(P, Y, 2) == 1.0
    many = np.tile(np.arange(12.0), (3, 1)) / 66
    assert metrics_of(Network((2, 12)), many, np.array([11, 7, 6]))["top_5"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("p", [np.full((12, 12), 1 / 12), np.eye(12)[(np.arange(12) + 1) % 12]])
def test_of_equally_probable_classes_the_first_ones_are_the_guesses(p):
    """A network that answers the same of every class knows nothing, and neither does one that is sure and wrong."""
    found = metrics_of(Network((2, 12)), p, np.arange(12))
    assert found["top_5"] == pytest.approx(5 / 12 if p[0, 0] else 4 / 12)


@given(st.integers(1, 40), st.integers(2, 14), st.integers(1, 4), st.integers(0, 99))
def test_top_1_is_the_accuracy_whatever_is_equal(rows, classes, values, seed):
    random = np.random.default_rng(seed)
    p, y = random.integers(0, values, (rows, classes)) / values, random.integers(0, classes, rows)
    assert top_k(p, y, 1) == metrics_of(Network((2, classes)), p, y)["accuracy"]


@pytest.mark.parametrize(
    ("network", "y"),
    [
        (Network((2, 12)), np.zeros(3, np.intp)),
        (Network((2, 1), output="sigmoid", cost="binary_cross_entropy"), np.array([[0.0], [1.0], [0.0]])),
        (Network((2, 2), output="sigmoid", cost="binary_cross_entropy"), np.eye(3, 2)),
        (Network((2, 1), output="linear", cost="huber"), np.array([[0.0], [1.0], [2.0]])),
    ],
    ids=["classes", "two classes", "several labels", "regression"],
)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_metric_of_answers_that_are_not_finite_is_a_number(network, y, value):
    answers = np.full((3, network.outputs), 0.1, np.float32)
    finite = metrics_of(network, answers, y)
    answers[1, 0] = value
    found = metrics_of(network, answers, y)
    assert found.keys() == finite.keys()
    assert all(math.isnan(metric) for metric in found.values())


def test_several_labels_a_row():
    network = Network((2, 2), output="sigmoid", cost="binary_cross_entropy")
    p = np.array([[0.9, 0.2], [0.6, 0.7], [0.3, 0.4]])
    y = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    found = metrics_of(network, p, y)
    assert found["accuracy"] == 4 / 6
    assert found["certainty"] == pytest.approx((0.9 + 0.8 + 0.4 + 0.7 + 0.7 + 0.4) / 6)
    assert found["precision"] == pytest.approx((1 / 2 + 1) / 2)
    assert found["recall"] == pytest.approx((1 + 1 / 2) / 2)
    assert found["f1"] == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert found["balanced_accuracy"] == pytest.approx(((1 + 1 / 2) / 2 + (1 + 1 / 2) / 2) / 2)
    assert found["exact_match"] == 1 / 3


def test_the_report_of_several_labels_has_each_of_them():
    p = np.array([[0.9, 0.2], [0.6, 0.7], [0.3, 0.4]])
    y = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    assert label_report(p, y) == [
        {"precision": 0.5, "recall": 1.0, "f1": 2 / 3, "rows": 1, "confusion_matrix": [[1, 1], [0, 1]]},
        {"precision": 1.0, "recall": 0.5, "f1": 2 / 3, "rows": 2, "confusion_matrix": [[1, 0], [1, 1]]},
    ]


@given(st.integers(1, 40), st.integers(2, 5), st.integers(0, 99))
def test_each_of_several_labels_counts_as_a_classification_of_two_classes_would(rows, labels, seed):
    random = np.random.default_rng(seed)
    p, y = random.random((rows, labels)).astype(np.float32), random.integers(0, 2, (rows, labels)).astype(np.float32)
    found = metrics_of(Network((2, labels), output="sigmoid", cost="binary_cross_entropy"), p, y)
    each = [confusion_matrix((p[:, j] >= 0.5).astype(np.intp), y[:, j].astype(np.intp), 2) for j in range(labels)]
    assert [report["confusion_matrix"] for report in label_report(p, y)] == [M.tolist() for M in each]
    assert found["balanced_accuracy"] == pytest.approx(np.mean([averages(M)["balanced_accuracy"] for M in each]))
    assert found["precision"] == pytest.approx(np.mean([of_classes(M).precision[1] for M in each]))
    assert found["recall"] == pytest.approx(np.mean([of_classes(M).recall[1] for M in each]))
    assert found["f1"] == pytest.approx(np.mean([of_classes(M).f1[1] for M in each]))


def test_metrics_of_a_regression():
    network = Network((2, 2), output="linear", cost="mean_absolute_error")
    y = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    answers = y + np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0]])
    found = metrics_of(network, answers, y)
    assert found["mae"] == pytest.approx(5 / 6)
    assert found["rmse"] == pytest.approx(math.sqrt(11 / 6))
    assert found["r2"] == pytest.approx((0 + (1 - 9 / 200)) / 2)


def test_r2_of_a_constant_target():
    network = Network((2, 1), output="linear", cost="mean_squared_error")
    y = np.full((3, 1), 0.1, np.float32)
    assert metrics_of(network, y, y)["r2"] == 1.0
    assert metrics_of(network, y + 1, y)["r2"] == 0.0
