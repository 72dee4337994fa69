"""Class weights: every row counts as its class does."""

import numpy as np
import pytest

from worker.training.row_weights import row_weights

Y = np.array([0, 0, 0, 1])


def weights(class_weight, labels, y=Y):
    return row_weights(class_weight, labels, y, np.dtype(np.float32))


def test_without_class_weights_there_are_none():
    assert weights(None, ["a", "b"]) is None


@pytest.mark.parametrize(
    ("labels", "named"), [(["a", "b"], "b"), ([1, 2], "2"), ([False, True], "true"), ([0.5, 1.5], "1.5")]
)
def test_a_class_is_named_as_json_writes_it_and_the_others_count_once(labels, named):
    found = weights({named: 4.0}, labels)
    assert found.tolist() == [1.0, 1.0, 1.0, 4.0]
    assert found.dtype == np.float32


def test_balanced_gives_every_class_the_same_total():
    found = weights("balanced", ["a", "b"])
    assert found[:3].sum() == pytest.approx(found[3])
    assert found.sum() == pytest.approx(4.0)


def test_one_output_of_zeros_and_ones_is_two_classes():
    assert weights({"1": 2.0}, [0, 1], Y.reshape(-1, 1).astype(np.float32)).tolist() == [1.0, 1.0, 1.0, 2.0]
