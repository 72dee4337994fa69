"""How much each row counts: by its class, by a column of its own, or by both."""

import numpy as np
import pytest

from worker.backprop.row_weights import balanced_class_weights, named_class_weights, row_weights

CODES = np.array([0, 0, 0, 1, 3, 3])
Y = np.array([0, 0, 0, 1])
BY_ROW = np.array([1.0, 0.5, 0.0, 3.0], np.float32)


def test_balanced_classes_count_alike():
    weights = balanced_class_weights(CODES, 4)
    assert weights.tolist() == [0.5, 1.5, 0.0, 0.75]
    assert [weights[CODES[code == CODES]].sum() for code in (0, 1, 3)] == [1.5, 1.5, 1.5]


def test_labels_not_named_count_once():
    assert named_class_weights({"b": 3.0}, ("a", "b")).tolist() == [1.0, 3.0]


def test_without_any_weights_there_are_none():
    assert row_weights(None, ["a", "b"], Y, None) is None


def test_a_column_of_weights_is_taken_as_it_is():
    assert row_weights(None, (), Y, BY_ROW).tolist() == BY_ROW.tolist()


def test_class_and_sample_weights_multiply():
    assert row_weights({"b": 2.0}, ["a", "b"], Y, BY_ROW).tolist() == [1.0, 0.5, 0.0, 6.0]
    assert row_weights({"b": 2.0}, ["a", "b"], Y, None).tolist() == [1.0, 1.0, 1.0, 2.0]


def test_balanced_gives_every_class_the_same_total():
    found = row_weights("balanced", ["a", "b"], Y, None)
    assert found[:3].sum() == pytest.approx(found[3])
    assert found.sum() == pytest.approx(4.0)


def test_one_output_of_zeros_and_ones_is_two_classes():
    column = Y.reshape(-1, 1).astype(np.float32)
    assert row_weights({"1": 2.0}, ["0", "1"], column, None).tolist() == [1.0, 1.0, 1.0, 2.0]
