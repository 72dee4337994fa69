"""From raw rows to what a network takes, and back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ValidationFailed
from models.tabular import Preprocessing

NAN = np.nan
COLUMNS = [
    {"name": "size", "kind": "numeric", "levels": None},
    {"name": "tree", "kind": "categorical", "levels": ["ash", "elm", "oak"]},
    {"name": "alive", "kind": "boolean", "levels": None},
    {"name": "leaves", "kind": "integer", "levels": None},
    {"name": "share", "kind": "numeric", "levels": None},
]
MATRIX = np.array(
    [[1, 2, 1, 3, 0.1], [3, 0, 0, 4, 0.2], [NAN, 1, 1, 5, 0.1], [100, NAN, NAN, 3, 0.2]],
    np.float32,
)
TRAIN = np.array([0, 1, 2])


def learn(target="leaves", task="classification", *, features=None, standardize=True, binary=False, matrix=MATRIX):
    targets = [target] if isinstance(target, str) else target
    features = features or [column["name"] for column in COLUMNS if column["name"] not in targets]
    return Preprocessing.learn(matrix, COLUMNS, features, targets, task, TRAIN, standardize=standardize, binary=binary)


def test_it_says_what_goes_in_and_what_comes_out():
    learnt = learn()
    assert learnt.features == ("size", "tree", "alive", "share")
    assert learnt.targets == ("leaves",)
    assert learnt.input_names == ["size", "tree=ash", "tree=elm", "tree=oak", "alive", "share"]
    assert (learnt.n_inputs, learnt.n_outputs) == (6, 3)
    assert learnt.classes == [3, 4, 5]


def test_numbers_are_standardized_by_the_training_rows():
    x = learn(features=["size"]).transform(MATRIX, COLUMNS)
    assert x[:, 0].tolist() == [-1.0, 1.0, 0.0, 98.0]


def test_without_standardization_only_gaps_are_filled():
    x = learn(features=["size", "alive"], standardize=False).transform(MATRIX, COLUMNS)
    assert x.tolist() == [[1, 1], [3, 0], [2, 1], [100, 2 / 3]]


def test_a_text_becomes_one_input_a_level_and_none_if_missing():
    x = learn(features=["tree"]).transform(MATRIX, COLUMNS)
    assert x.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_features_keep_the_order_asked_for():
    x = learn(features=["alive", "tree", "size"], standardize=False).transform(MATRIX, COLUMNS)
    assert x[0].tolist() == [1, 0, 0, 1, 1]
    assert x.dtype == np.float64
    assert x.flags.c_contiguous


def test_a_second_dataset_may_order_columns_and_levels_otherwise():
    other = [COLUMNS[4], COLUMNS[1] | {"levels": ["oak", "yew", "ash"]}, *COLUMNS[2:4], COLUMNS[0]]
    matrix = np.array([[0.1, 0, 1, 3, 1], [0.2, 2, 0, 4, 3], [0.1, 1, 1, 5, NAN]])
    learnt = learn(features=["size", "tree"])
    assert learnt.transform(matrix, other).tolist() == [[-1, 0, 0, 1], [1, 1, 0, 0], [0, 0, 0, 0]]


def test_a_second_dataset_without_the_columns_is_refused():
    with pytest.raises(ValidationFailed) as caught:
        learn(features=["size", "tree"]).transform(MATRIX, [{**COLUMNS[0], "kind": "categorical", "levels": ["a"]}])
    assert [fault.code for fault in caught.value.faults] == ["other_kind", "unknown_column"]


@pytest.mark.parametrize(
    ("target", "classes", "codes"),
    [
        ("leaves", [3, 4, 5], [0, 1, 2, 0]),
        ("share", [0.1, 0.2], [0, 1, 0, 1]),
    ],
)
def test_classes_are_the_distinct_values_of_all_rows(target, classes, codes):
    learnt = learn(target)
    found = learnt.encode_target(MATRIX, COLUMNS)
    assert learnt.classes == classes
    assert found.tolist() == codes
    assert found.dtype == np.intp


def test_classes_of_a_text_are_its_levels_and_of_a_truth_value_false_and_true():
    assert learn("tree").classes == ["ash", "elm", "oak"]
    assert learn("alive").classes == [False, True]
    assert [type(label) for label in learn("alive").classes] == [bool, bool]


def test_two_classes_may_have_one_output():
    learnt = learn("share", binary=True)
    y = learnt.encode_target(MATRIX, COLUMNS)
    assert learnt.n_outputs == 1
    assert y.tolist() == [[0], [1], [0], [1]]
    assert y.dtype == np.float64


def test_a_regression_has_an_output_for_each_target_in_its_own_units():
    learnt = learn(["leaves", "share"], "regression")
    y = learnt.encode_target(MATRIX, COLUMNS)
    assert (learnt.n_outputs, learnt.classes) == (2, None)
    assert y.dtype == np.float64
    assert y[:, 0].tolist() == [3, 4, 5, 3]
    assert y[:, 1] == pytest.approx([0.1, 0.2, 0.1, 0.2])


LABELS = [
    {"name": "bark", "kind": "categorical", "levels": ["rough", "smooth"]},
    {"name": "tall", "kind": "boolean", "levels": None},
    {"name": "old", "kind": "integer", "levels": None},
]
LABELLED = np.array([[0, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 1]], np.float32)


def labelled(features=("old",), targets=("tall", "bark")):
    return Preprocessing.learn(
        LABELLED, LABELS, features, targets, "classification", TRAIN, standardize=True, binary=True
    )


def test_several_labels_have_an_output_each_for_the_second_of_its_classes():
    learnt = labelled()
    y = learnt.encode_target(LABELLED, LABELS)
    assert (learnt.n_outputs, learnt.classes) == (2, None)
    assert learnt.labels == ((False, True), ("rough", "smooth"))
    assert learnt.output_labels == (True, "smooth")
    assert y.tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]
    assert y.dtype == np.float64
    assert learnt.decode_target(y)[:2] == [{"tall": True, "bark": "rough"}, {"tall": False, "bark": "smooth"}]
    assert learnt.decode_outputs(y)[2]["labels"] == {"tall": True, "bark": "smooth"}


def test_several_labels_of_a_second_dataset_may_be_in_other_words_for_the_same():
    other = [LABELS[0] | {"levels": ["smooth"]}, LABELS[1] | {"kind": "integer"}]
    assert labelled().encode_target(np.array([[0.0, 1.0], [0.0, 0.0]]), other).tolist() == [[1, 1], [0, 1]]


def test_a_label_that_was_never_seen_is_named():
    other = [LABELS[0] | {"levels": ["scaly", "smooth"]}, LABELS[1]]
    with pytest.raises(ValidationFailed, match="'scaly'"):
        labelled().encode_target(np.array([[0.0, 1.0]]), other)


def test_each_of_several_labels_that_is_missing_is_named():
    matrix = LABELLED.copy()
    matrix[0, :2] = NAN
    with pytest.raises(ValidationFailed) as caught:
        labelled().encode_target(matrix, LABELS)
    assert [fault.message.split()[0] for fault in caught.value.faults] == ["'tall'", "'bark'"]


def test_only_several_labels_have_a_place_for_them_in_the_json():
    assert labelled().to_json()["labels"] == {"tall": [False, True], "bark": ["rough", "smooth"]}
    assert "labels" not in learn().to_json()


@pytest.mark.parametrize(
    ("learnt", "y", "targets"),
    [
        (learn("tree"), np.array([2, 0]), ["oak", "ash"]),
        (learn("share", binary=True), np.array([[1.0], [0.0]]), [0.2, 0.1]),
        (learn(["leaves", "share"], "regression"), np.array([[3.0, 0.5]]), [[3.0, 0.5]]),
    ],
)
def test_targets_are_told_as_they_stand_in_the_dataset(learnt, y, targets):
    assert learnt.decode_target(y) == targets


@pytest.mark.parametrize(
    ("learnt", "shape", "dtype"),
    [
        (learn(), (0,), np.intp),
        (learn("tree"), (0,), np.intp),
        (learn("share", binary=True), (0, 1), np.float64),
        (learn(["leaves", "share"], "regression"), (0, 2), np.float64),
        (learn(["leaves", "share"]), (0, 2), np.float64),
    ],
)
def test_no_rows_have_targets_of_the_same_type(learnt, shape, dtype):
    y = learnt.encode_target(MATRIX[:0], COLUMNS)
    assert (y.shape, y.dtype) == (shape, dtype)
    assert learnt.transform(MATRIX[:0], COLUMNS).shape == (0, learnt.n_inputs)
    assert learnt.encode_rows([]).shape == (0, learnt.n_inputs)
    assert learnt.decode_outputs(np.empty((0, learnt.n_outputs))) == []


def test_a_missing_target_is_refused():
    with pytest.raises(ValidationFailed, match="'alive' is missing"):
        learn("alive").encode_target(MATRIX, COLUMNS)


def test_a_class_that_was_never_seen_is_named():
    other = [COLUMNS[1] | {"levels": ["ash", "fir", "yew"]}]
    with pytest.raises(ValidationFailed) as caught:
        learn("tree").encode_target(np.array([[0.0], [2.0], [1.0]]), other)
    assert [fault.pointer for fault in caught.value.faults] == ["/validation/dataset"] * 2
    assert "'fir'" in caught.value.faults[0].message
    assert "'yew'" in caught.value.faults[1].message


def test_a_level_that_no_row_has_is_no_fault():
    other = [COLUMNS[1] | {"levels": ["ash", "yew", "oak"]}]
    assert learn("tree").encode_target(np.array([[0.0], [2.0]]), other).tolist() == [0, 2]


def test_classes_are_the_same_in_single_and_double():
    double = np.round(MATRIX.astype(np.float64), 6)
    assert learn("share").encode_target(double, COLUMNS).tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    "learnt",
    [
        learn(),
        learn("tree"),
        learn("alive"),
        learn("share", binary=True),
        learn("size", "regression", standardize=False),
        labelled(),
    ],
)
def test_it_survives_json(learnt):
    again = Preprocessing.from_json(json.loads(json.dumps(learnt.to_json())))
    assert again == learnt
    assert again.to_json() == learnt.to_json()
    assert [type(label) for label in again.classes or ()] == [type(label) for label in learnt.classes or ()]


def test_its_json_is_for_people_too():
    assert learn("alive", features=["size", "tree"]).to_json() == {
        "task": "classification",
        "features": [
            {"name": "size", "kind": "numeric", "mean": 2.0, "scale": 1.0},
            {"name": "tree", "kind": "categorical", "levels": ["ash", "elm", "oak"]},
        ],
        "targets": ["alive"],
        "classes": [False, True],
        "binary": False,
    }


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_row_has_the_same_bits_in_whatever_block(rows, at_once):
    draw = np.random.default_rng(rows)
    matrix = draw.normal(size=(rows, 5)).astype(np.float32)
    matrix[:, 1] = draw.integers(0, 3, rows)
    matrix[draw.random((rows, 5)) < 0.1] = NAN
    learnt = learn("leaves", "regression")
    whole = learnt.transform(matrix, COLUMNS)
    parts = [learnt.transform(matrix[start : start + at_once], COLUMNS) for start in range(0, rows, at_once)]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def test_more_rows_than_a_block_are_encoded_alike():
    matrix = np.tile(MATRIX, (10_000, 1))
    learnt = learn()
    assert np.array_equal(learnt.transform(matrix, COLUMNS), np.tile(learnt.transform(MATRIX, COLUMNS), (10_000, 1)))
