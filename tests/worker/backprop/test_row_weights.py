import numpy as np

from worker.backprop.row_weights import balanced_class_weights, named_class_weights, row_weights

CODES = np.array([0, 0, 0, 1, 3, 3])


def test_balanced_classes_count_alike():
    weights = balanced_class_weights(CODES, 4)
    assert weights.tolist() == [0.5, 1.5, 0.0, 0.75]
    assert [weights[CODES[code == CODES]].sum() for code in (0, 1, 3)] == [1.5, 1.5, 1.5]


def test_labels_not_named_count_once():
    assert named_class_weights({"b": 3.0}, ("a", "b")).tolist() == [1.0, 3.0]


def test_class_and_sample_weights_multiply():
    by_class, by_row = np.array([1.0, 2.0]), np.array([1.0, 0.5, 3.0])
    codes = np.array([0, 1, 1])
    assert row_weights(codes, by_class, by_row).tolist() == [1.0, 1.0, 6.0]
    assert row_weights(codes, by_class, None).tolist() == [1.0, 2.0, 2.0]
    assert row_weights(codes, None, by_row) is by_row
    assert row_weights(None, None, None) is None
