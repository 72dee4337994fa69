"""What outputs say."""

from __future__ import annotations

import numpy as np
import pytest

from models.tabular.answers import decode_classes, decode_labels, decode_values


def test_the_likeliest_class_is_the_label():
    assert decode_classes(["ash", "elm"], np.array([[0.25, 0.75], [1.0, 0.0]], np.float32), binary=False) == [
        {"label": "elm", "probabilities": {"ash": 0.25, "elm": 0.75}},
        {"label": "ash", "probabilities": {"ash": 1.0, "elm": 0.0}},
    ]


def test_one_output_is_the_probability_of_the_second_class():
    assert decode_classes([3, 5], np.array([[0.75], [0.25]]), binary=True) == [
        {"label": 5, "probabilities": {"3": 0.25, "5": 0.75}},
        {"label": 3, "probabilities": {"3": 0.75, "5": 0.25}},
    ]


@pytest.mark.parametrize(
    ("classes", "names"), [([False, True], ["false", "true"]), ([1, 2], ["1", "2"]), ([0.5, 1.0], ["0.5", "1.0"])]
)
def test_labels_keep_their_type_and_probabilities_go_by_text(classes, names):
    (answer,) = decode_classes(classes, np.array([[0.5, 0.5]]), binary=False)
    assert answer["label"] is classes[0]
    assert list(answer["probabilities"]) == names


def test_a_regression_answers_with_a_value_or_with_one_for_each_target():
    assert decode_values(["y"], np.array([[1.5], [2.0]])) == [{"value": 1.5}, {"value": 2.0}]
    assert decode_values(["y", "z"], np.array([[1.5, 2.0]], np.float32)) == [{"values": {"y": 1.5, "z": 2.0}}]


def test_each_of_several_labels_is_told_in_its_own_words_from_one_half_on():
    pairs = [(False, True), (0, 1), ("rough", "smooth")]
    first, second = decode_labels(
        ["tall", "old", "bark"], pairs, np.array([[0.75, 0.25, 0.5], [0, 1, 0.49]], np.float32)
    )
    assert first == {
        "labels": {"tall": True, "old": 0, "bark": "smooth"},
        "probabilities": {"tall": 0.75, "old": 0.25, "bark": 0.5},
    }
    assert first["labels"]["tall"] is True
    assert second["labels"] == {"tall": False, "old": 1, "bark": "rough"}
