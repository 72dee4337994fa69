"""A number that is not finite ends the run as diverged, wherever it shows first, and no such state is published."""

import numpy as np
import pytest

from tests.support.gang_of_one import GangOfOne, with_ones
from worker.gang.control_words import Action
from worker.gang.history_ring import epochs_between
from worker.gang.snapshots import latest_snapshot
from worker.training.prepared import Prepared

RANDOM = np.random.default_rng(3)
X = RANDOM.standard_normal((64, 4)).astype(np.float32)
CODES = (X[:, 0] > 0).astype(np.intp)
NUMBERS = np.full((64, 1), 50, np.float32) + X[:, :1]


def classifier(tmp_path, start=None, *, activation="relu", **training):
    training = {"cost": "cross_entropy", "batch_size": 64, "max_epochs": 20, **training}
    network = {"hidden": [{"units": 8, "activation": activation}]}
    data = Prepared(with_ones(X), CODES, with_ones(X[:16]), CODES[:16])
    return GangOfOne(tmp_path, data, [0, 1], start, shards=2, network=network, training=training)


def regression(tmp_path, *, held_back=X[:16], **training):
    training = {"cost": "mean_squared_error", "batch_size": 16, **training}
    network = {"hidden": [{"units": 32, "activation": "relu"}] * 2}
    data = Prepared(with_ones(X), NUMBERS, with_ones(held_back), NUMBERS[:16])
    return GangOfOne(tmp_path, data, [], task="regression", shards=2, network=network, training=training)


def kept_parameters(gang):
    snapshot = latest_snapshot(gang.segment)
    return np.fromfile(snapshot.path, snapshot.state.dtype).reshape(gang.segment.shape.parts, -1)[[0, -1]]


EXPLODING = {"optimizer": {"name": "sgd", "learning_rate": 1000.0}, "l2": 1000.0}


@pytest.mark.parametrize("epochs", range(1, 12))
def test_whichever_epoch_is_the_last_a_run_ends_with_numbers_or_as_diverged(tmp_path, epochs):
    gang = classifier(tmp_path, max_epochs=epochs, **EXPLODING)
    action = gang.trainer.train()
    finite = np.isfinite(gang.segment.parameters).all() and np.isfinite(gang.segment.outputs).all()
    assert gang.trainer.reason == ("max_epochs" if finite else "diverged")
    assert action is (Action.FINISH if finite else Action.DIVERGED)
    if latest_snapshot(gang.segment):
        assert np.isfinite(kept_parameters(gang)).all()


def test_the_last_update_is_looked_at_though_every_cost_was_finite(tmp_path):
    """The cost of a step is that of the parameters before it."""
    found = {}
    for epochs in range(1, 12):
        folder = tmp_path / str(epochs)
        folder.mkdir()
        gang = classifier(folder, max_epochs=epochs, **EXPLODING)
        found[epochs] = np.isfinite(gang.train()[:, 0]).all(), gang.trainer.reason
    assert (True, "diverged") in found.values()


def test_a_validation_cost_that_is_not_finite_ends_the_run(tmp_path):
    """The network overflows on rows that it does not train on."""
    gang = regression(tmp_path, max_epochs=3, held_back=X[:16] * np.float32(1e38))
    gang.train()
    assert gang.trainer.reason == "diverged"
    (row,) = epochs_between(gang.segment, 0, gang.ring.epochs).tolist()
    found = dict(zip(gang.blueprint.epoch_columns, row, strict=True))
    assert np.isfinite(found["train_cost"])
    assert not np.isfinite(found["validation_cost"])
    assert gang.run.progress.best is None


def test_the_best_weights_are_of_an_epoch_whose_every_cost_was_finite(tmp_path):
    gang = regression(tmp_path, max_epochs=8, optimizer={"name": "sgd", "learning_rate": 0.5})
    gang.train()
    assert gang.trainer.reason == "diverged"
    assert np.isfinite(gang.segment.best).all()
    best = gang.run.progress.best
    assert best is None or {"train_cost", "validation_cost", "validation_r2"} <= set(best)


def saturated(gang):
    """Parameters of which one is infinite, and no cost tells: tanh of it is 1, with a slope of 0."""
    start = gang.blueprint.initial_parameters()
    start[gang.blueprint.layout.layer(0).stop - 1] = np.inf  # a bias of the hidden layer
    return start


@pytest.mark.parametrize("action", [Action.SNAPSHOT, Action.PAUSE, Action.CANCEL, Action.TIME_LIMIT, Action.REFORM])
def test_an_infinite_weight_is_found_at_the_next_boundary(tmp_path, action):
    gang = classifier(tmp_path, activation="tanh", batch_size=8)
    gang.segment.parameters[:] = saturated(gang)
    gang.gang.request(action)
    assert gang.trainer.train() is Action.DIVERGED
    assert gang.trainer.reason == "diverged"
    assert gang.trainer.step == 1
    assert np.isfinite([gang.segment.costs[shard] for shard in range(2)]).all()
    assert latest_snapshot(gang.segment) is None


def test_an_infinite_weight_is_found_at_the_end_of_the_epoch(tmp_path):
    gang = classifier(tmp_path, activation="tanh", batch_size=8)
    gang.segment.parameters[:] = saturated(gang)
    assert gang.trainer.train() is Action.DIVERGED
    assert gang.trainer.step == 8
    assert gang.run.progress.best is None


def with_a_steep_cost(tmp_path, **training):
    """A line through rows so far away that the squares of its gradient overflow, though its cost does not."""
    data = Prepared(with_ones(X * np.float32(1e21)), NUMBERS, with_ones(X[:0]), NUMBERS[:0])
    optimizer = {"name": "sgd", "learning_rate": 1e-12}
    training = {"cost": "huber", "batch_size": 8, "max_epochs": 3, "optimizer": optimizer, **training}
    start = np.zeros(5, np.float32)
    document = {"task": "regression", "network": {"hidden": []}, "validation": None, "shards": 2}
    return GangOfOne(tmp_path, data, [], start, training=training, **document)


@pytest.mark.parametrize("order", ["simultaneous", "output_to_input"])
@pytest.mark.parametrize("clip_norm", [None, 1.0])
def test_a_norm_beyond_the_dtype_ends_the_run_one_step_later(tmp_path, clip_norm, order):
    """Clipped to a norm of 1, the gradient would be 0 and the network stay as it is, step after step."""
    gang = with_a_steep_cost(tmp_path, clip_norm=clip_norm, update_order=order)
    history = gang.train()
    assert np.isfinite(history[:, 0]).all()
    assert history[0, 2] == np.inf
    assert gang.trainer.reason == "diverged"
    assert len(history) == 2


def test_a_norm_beyond_the_dtype_ends_the_run_after_its_last_step_too(tmp_path):
    gang = with_a_steep_cost(tmp_path, clip_norm=1.0, batch_size=64, max_epochs=1)
    assert gang.trainer.train() is Action.DIVERGED
    assert latest_snapshot(gang.segment) is None
