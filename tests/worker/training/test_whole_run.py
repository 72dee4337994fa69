"""A whole run against PyTorch, and the law that shards are only arithmetic."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.errors import GangBroken
from tests.support.gang_of_one import GangOfOne, with_ones
from worker.backprop.tree import tree_sum
from worker.gang.control_words import Action, Word
from worker.gang.snapshots import latest_snapshot
from worker.training.prepared import Prepared

RECORD = json.loads((Path(__file__).parents[1] / "backprop" / "pytorch.json").read_text())
"""What PyTorch computed; ``record_pytorch.py`` beside the file made it, the file names the version."""
X, CODES = np.array(RECORD["x"]), np.array(RECORD["codes"], np.intp)
NONE = Prepared(with_ones(X), CODES, with_ones(X[:0]), CODES[:0])


def full_batch(tmp_path, shards, **training):
    return GangOfOne(
        tmp_path,
        NONE,
        [0, 1, 2],
        np.array(RECORD["start"]),
        shards=shards,
        network={"hidden": [{"units": RECORD["widths"][1], "activation": "tanh"}]},
        training={
            "cost": "cross_entropy",
            "optimizer": {"name": "sgd", "learning_rate": RECORD["learning_rate"]},
            "batch_size": 1000,
            "max_epochs": 20,
            "dtype": "float64",
            **training,
        },
        validation=None,
    )


@pytest.mark.parametrize("shards", [1, 2, 3, 8, 64])
def test_the_first_twenty_steps_of_a_full_batch_run_cost_what_they_cost_in_pytorch(tmp_path, shards):
    gang = full_batch(tmp_path, shards)
    costs = gang.train()[:, 0]

    np.testing.assert_allclose(costs, RECORD["full_batch"]["costs"], rtol=1e-9)
    np.testing.assert_allclose(gang.segment.parameters, RECORD["full_batch"]["parameters"], rtol=1e-9, atol=1e-12)


FIFTY_STEPS = {name: ({"name": name}, {}, run) for name, run in RECORD["optimizers"].items()} | {
    f"momentum-{name}": ({"name": "momentum"}, {"name": name, **run["settings"]}, run)
    for name, run in RECORD["schedules"].items()
}


@pytest.mark.parametrize("name", FIFTY_STEPS)
def test_fifty_steps_of_every_optimizer_and_schedule_are_those_of_pytorch(tmp_path, name):
    optimizer, schedule, expected = FIFTY_STEPS[name]
    gang = full_batch(
        tmp_path,
        3,
        optimizer={**optimizer, "learning_rate": RECORD["learning_rate"]},
        schedule=schedule or {"name": "constant"},
        batch_size=RECORD["batch"],
        max_epochs=10,
        shuffle=False,
    )
    history = gang.train()
    np.testing.assert_allclose(history[:, 0], expected["costs"], rtol=1e-9)
    np.testing.assert_allclose(history[:, 1], expected["rates"], rtol=1e-9)
    np.testing.assert_allclose(gang.segment.parameters, expected["parameters"], rtol=1e-9)


@pytest.mark.parametrize("shards", [2, 3, 5, 8, 40, 64])
def test_n_shards_give_the_gradient_that_one_shard_gives(tmp_path, shards):
    def gradient(count):
        gang = full_batch(tmp_path, count, max_epochs=1)
        gang.train()
        return tree_sum([np.array(shard) for shard in gang.segment.gradients])

    np.testing.assert_allclose(gradient(shards), gradient(1), rtol=1e-12, atol=1e-13)


def test_the_recorded_norm_is_the_mean_gradients(tmp_path):
    gang = full_batch(tmp_path, 4, max_epochs=1)
    norm = gang.train()[0, 2]
    mean = tree_sum([np.array(shard) for shard in gang.segment.gradients]) / len(X)
    assert norm == pytest.approx(np.linalg.norm(mean), rel=1e-12)


def test_clipping_takes_the_gradient_to_the_norm_it_names(tmp_path):
    gang = full_batch(tmp_path, 2, max_epochs=1, clip_norm=1e-3)
    gang.train()
    moved = np.linalg.norm(gang.segment.parameters - np.array(RECORD["start"]))
    assert moved == pytest.approx(1e-3 * RECORD["learning_rate"], rel=1e-9)


def test_a_cost_or_a_gradient_that_is_not_finite_ends_the_run_as_diverged(tmp_path):
    gang = full_batch(tmp_path, 2, optimizer={"name": "sgd", "learning_rate": 1000.0}, l2=1000.0, max_epochs=200)
    history = gang.train()
    assert gang.trainer.reason == "diverged"
    assert not np.isfinite(history[-1]).all()
    assert np.isfinite(history[:-1]).all()


def test_a_run_that_is_over_is_not_trained_any_further_by_whoever_takes_it_up(tmp_path):
    gang = full_batch(tmp_path, 2)
    gang.trainer.train()
    before = gang.segment.state.tobytes()
    state = latest_snapshot(gang.segment).state

    assert state.progress["reason"] == "max_epochs"
    again = gang.successor(state)
    assert again.train() is Action.FINISH
    assert again.reason == "max_epochs"
    assert gang.segment.state.tobytes() == before


def test_a_generation_that_was_ended_by_the_reporter_stops_though_nobody_waits(tmp_path):
    gang = full_batch(tmp_path, 2)
    gang.segment.control[Word.ABORT] = 1
    with pytest.raises(GangBroken):
        gang.trainer.train()
    assert gang.trainer.step == 0
