"""The test after every epoch, on validation rows and on a sample of the training rows."""

import numpy as np
import pytest

from tests.support.gang_of_one import GangOfOne, with_ones
from worker.backprop import Network, textbook
from worker.gang.history_ring import epochs_between
from worker.training.prepared import Prepared
from worker.training.run import evaluation_rows

RANDOM = np.random.default_rng(5)
CENTRES = RANDOM.standard_normal((3, 4)) * 2


def table(rows, *, first=0):
    codes = (np.arange(rows) + first) % 3
    return (CENTRES[codes] + RANDOM.standard_normal((rows, 4))).astype(np.float32), codes.astype(np.intp)


def data(rows, held_back):
    (x, y), (test_x, test_y) = table(rows), table(held_back)
    return Prepared(with_ones(x), y, with_ones(test_x), test_y)


def train(tmp_path, prepared, **document):
    training = {"cost": "cross_entropy", "batch_size": 32, "max_epochs": 30, **document.pop("training", {})}
    network = {"hidden": [{"units": 8, "dropout": 0.3}]}
    gang = GangOfOne(tmp_path, prepared, [0, 1, 2], network=network, training=training, shards=2, **document)
    gang.train()
    return gang


def last_epoch(gang):
    (row,) = epochs_between(gang.segment, gang.ring.epochs - 1, gang.ring.epochs).tolist()
    return dict(zip(gang.blueprint.epoch_columns, row, strict=True))


def test_both_kinds_of_rows_are_tested_with_the_weights_at_the_end_and_without_dropout(tmp_path):
    prepared = data(200, 40)
    gang = train(tmp_path, prepared)
    found, parameters = last_epoch(gang), gang.segment.parameters
    for name, x, y in (
        ("train", prepared.train_x, prepared.train_y),
        ("validation", prepared.validation_x, prepared.validation_y),
    ):
        answers = textbook.outputs(gang.blueprint.network, parameters, x[:, :-1])
        assert found[f"{name}_accuracy"] == pytest.approx((answers.argmax(axis=1) == y).mean())
        assert found[f"{name}_certainty"] == pytest.approx(answers[np.arange(len(y)), y].mean(), rel=1e-5)


def test_the_training_cost_is_that_of_the_epochs_own_steps(tmp_path):
    gang = train(tmp_path, data(200, 40), training={"max_epochs": 1, "batch_size": 200})
    answers = textbook.outputs(gang.blueprint.network, gang.segment.parameters, gang.blueprint.data.train_x[:, :-1])
    after = -np.log(answers[np.arange(200), gang.blueprint.data.train_y]).mean()
    assert last_epoch(gang)["train_cost"] != pytest.approx(after, rel=1e-3)


def test_the_validation_cost_is_as_large_as_the_network_is_wrong(tmp_path):
    """Taken of probabilities it would end where they come out as 0: at 87 in float32."""
    prepared = data(200, 40)
    wrong = Prepared(prepared.train_x * np.float32(1000), prepared.train_y, prepared.validation_x * 1000, table(40)[1])
    gang = train(tmp_path, wrong, training={"max_epochs": 1, "optimizer": {"name": "sgd", "learning_rate": 1e-30}})
    forward = gang.run.evaluator
    cost = forward.cost(wrong.validation_x, wrong.validation_y) / 40
    assert cost > 100
    assert last_epoch(gang)["validation_cost"] == pytest.approx(cost, rel=1e-6)


def test_without_validation_rows_the_training_rows_are_tested(tmp_path):
    gang = train(tmp_path, data(200, 0), validation=None)
    names = set(last_epoch(gang))
    assert {"train_cost", "train_accuracy", "train_f1"} < names
    assert not any(name.startswith("validation_") for name in names)


def test_a_run_can_be_stopped_by_how_well_it_knows_its_training_rows(tmp_path):
    target = {"metric": "train_accuracy", "value": 0.9}
    gang = train(tmp_path, data(300, 30), stopping={"target": target}, training={"max_epochs": 500})
    assert gang.trainer.reason == "target_reached"
    assert last_epoch(gang)["train_accuracy"] >= 0.9


@pytest.mark.parametrize(
    ("rows", "held_back", "tested"),
    [(10, 0, 10), (256, 50, 256), (257, 50, 256), (50_000, 5_000, 5000), (64_000, 0, 2000), (10**6, 0, 8192)],
)
def test_the_sample_is_about_as_large_as_the_validation_rows_within_bounds(rows, held_back, tested):
    x = np.broadcast_to(np.float32(1.0), (rows, 2))
    prepared = Prepared(x, x[:, 0], x[:held_back], x[:held_back, 0])
    assert prepared.tested_rows == held_back + tested


@pytest.mark.parametrize(
    ("widths", "tested", "shards", "at_once"),
    [
        ((64, 32, 10), 256, 2, 128),  # a small test: all members have some of it
        ((64, 32, 10), 256, 8, 64),  # but no product so small that its call costs more
        ((64, 32, 10), 10_000, 2, 1024),
        ((784, 1024, 1024, 10), 10_000, 2, 64),  # what a wide network makes of few rows fills the cache
    ],
)
def test_so_many_rows_are_tested_at_once(widths, tested, shards, at_once):
    network = Network(widths, ("relu",) * (len(widths) - 2))
    assert evaluation_rows(network, tested, shards) == at_once


def numbered(rows, width=2):
    """Rows that can be told apart by their first number, in classes that take turns."""
    x = np.zeros((rows, width), np.float32)
    x[:, 0] = np.arange(rows)
    return Prepared(with_ones(x), np.arange(rows) % 10, with_ones(x[:0]), np.arange(0))


def test_the_sample_has_every_class_though_the_classes_take_turns():
    prepared = numbered(2560)
    sample = prepared.training_sample(seed=0)
    counts = np.bincount(prepared.train_y[sample], minlength=10)
    assert counts.sum() == 256
    assert counts.min() > 10


def test_the_sample_is_sorted_and_its_seeds_alone_and_all_rows_where_there_are_few():
    sample = numbered(2560).training_sample(seed=0)
    assert (np.diff(sample) > 0).all()
    assert sample.tolist() == numbered(2560).training_sample(seed=0).tolist()
    assert sample.tolist() != numbered(2560).training_sample(seed=1).tolist()
    assert numbered(256).training_sample(seed=0) is None


@pytest.mark.parametrize("width", [2, 40_000])
def test_the_sampled_rows_are_the_ones_that_are_tested(tmp_path, width):
    """A small sample is kept; of wide rows a few at a time are gathered, never all."""
    prepared = numbered(300, width)
    training = {"cost": "mean_squared_error", "max_epochs": 1, "optimizer": {"name": "sgd", "learning_rate": 1e-30}}
    data = Prepared(prepared.train_x, prepared.train_x[:, :1], prepared.validation_x, prepared.validation_x[:, :1])
    start = np.zeros(width + 1, np.float32)
    start[0] = 1.0  # the answer is the row's number
    document = {"task": "regression", "network": {"hidden": []}, "training": training, "validation": None}
    gang = GangOfOne(tmp_path, data, [], start, shards=1, **document)
    gang.train()
    assert gang.segment.outputs[:, 0].tolist() == data.training_sample(seed=0).tolist()
    evaluation = gang.trainer._evaluation
    assert {block.rows is None for _, block in evaluation._blocks} == {width == 2}
    assert evaluation._gathered.nbytes <= 4 * 1024**2
