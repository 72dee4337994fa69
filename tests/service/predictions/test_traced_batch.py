"""GET /jobs/{id}/backprop?batch=true: the batch of a step, held against the training that took the step."""

from __future__ import annotations

import numpy as np
import pytest

from models.checkpoint_file import read_checkpoint
from models.records import Checkpoint
from models.spec import parse_spec
from models.tabular import split
from service.predictions import trace_limits, traced_rows
from tests.support.gang_of_one import GangOfOne
from tests.support.trees import COLUMNS, LEVELS, table
from worker.backprop import Layout
from worker.backprop.update_order import UPDATE_ORDERS
from worker.gang.control_words import Action, Word
from worker.training.prepared import Table, prepare

PER_EPOCH = 6
"""90 of 100 rows are trained on, in batches of 17."""
BALANCED = {"class_weight": "balanced"}
PLAIN = {"network": {"hidden": [{"units": 4}]}, "shards": 3}
DROPPED = {"network": {"hidden": [{"units": 4, "dropout": 0.5}]}, "shards": 3}


@pytest.fixture
def train(world, tmp_path):
    """Trains a job in this process up to some step; keeps that state and, of a longer run, every step's cost."""

    def run(step, training, **spec):
        training = {"batch_size": 17, "max_epochs": 3, "cost": "cross_entropy", "seed": 5, **training}
        document = {**spec, "training": training, "validation": {"fraction": 0.1}}
        job_id = world.job(state="succeeded", spec=document, steps_total=3 * PER_EPOCH)
        learnt = world.learn(job_id)
        parsed = parse_spec(world.spec(**document))
        matrix = Table(table(100), COLUMNS, "d" * 64)
        data = prepare(parsed, learnt, matrix, None, tmp_path / "cache")
        whole, part = (_gang(tmp_path / f"{job_id}-{name}", data, document) for name in ("whole", "part"))
        costs = whole.train()[:, 0].tolist()
        if step:
            part.segment.control[Word.ACTION], part.segment.control[Word.BOUNDARY] = int(Action.PAUSE), step
            part.train()
        world.checkpoint(job_id, step, vector=part.segment.state.copy())
        world.steps(job_id, costs)
        return job_id, costs

    return run


def _gang(folder, data, document):
    folder.mkdir()
    return GangOfOne(folder, data, LEVELS, **document)


def ask(client, job_id, **query):
    answer = client.get(f"/api/v1/jobs/{job_id}/backprop", query_string={"batch": "true", **query})
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize(
    ("training", "spec"),
    [
        ({}, PLAIN),
        ({}, DROPPED),
        (BALANCED, {**DROPPED, "sample_weight": "height"}),
        ({"class_weight": {"elm": 2.5}, "shuffle": False}, PLAIN),
        ({"update_order": "output_to_input"}, DROPPED),
        ({"update_order": "largest_gradient_first", "l2": 0.01}, PLAIN),
        ({"batch_size": 500, "max_epochs": 18}, {**PLAIN, "sample_weight": "height"}),
    ],
    ids=["plain", "dropout", "weights", "unshuffled", "output to input", "largest first", "full batch"],
)
@pytest.mark.parametrize("step", [0, 3, 11])
def test_a_batch_costs_to_the_bit_what_its_step_recorded(client, train, training, spec, step):
    job_id, costs = train(step, training, **spec)
    status, found = ask(client, job_id, step=step)
    assert status == 200, found
    assert found["cost"] == found["batch"]["recorded_cost"] == costs[step]


def test_the_update_leads_to_the_state_that_follows(client, world, train):
    job_id, _ = train(4, {}, **DROPPED)
    _, found = ask(client, job_id, step=4, top=5)
    later, _ = train(5, {}, **DROPPED)
    _, then = ask(client, later, step=5, top=100)
    weights = {_place(item): item["weight"] for item in then["adjustments"]}
    for item in found["adjustments"]:
        assert item["weight"] + item["update"] == pytest.approx(weights[_place(item)], rel=1e-6)


@pytest.mark.parametrize("clip_norm", [None, 0.05])
@pytest.mark.parametrize("order", UPDATE_ORDERS)
def test_it_shows_the_order_the_updates_and_the_impacts_of_training(client, world, train, order, clip_norm):
    training = {"update_order": order, "clip_norm": clip_norm}
    job_id, _ = train(4, training, **DROPPED)
    later, _ = train(5, training, **DROPPED)
    _, found = ask(client, job_id, step=4)
    layout = Layout((2, 4, 3))
    update = (_state(world, later, 5)[0] - _state(world, job_id, 4)[0]).astype(np.float64)
    layers = found["layers"]
    for layer in layers:
        expected = np.sqrt(np.square(update[layout.layer(layer["layer"])]).mean())
        assert layer["update_rms"] == pytest.approx(expected, rel=1e-12)
        assert (layer["clip_factor"] < 1) == (clip_norm is not None)
    fixed = {"simultaneous": None, "output_to_input": [1, 0], "input_to_output": [0, 1]}
    assert found["update_order"] == order
    assert found["layer_order"] == fixed.get(order, found["layer_order"])
    gained = found["cost"] - found["cost_after"]
    if order == "simultaneous":
        assert [layer["impact"] for layer in layers] == [None, None]
    else:
        assert sum(layer["impact"] for layer in layers) == pytest.approx(gained, rel=1e-9)


def test_clipping_does_not_hide_how_steep_the_cost_is(client, train):
    plain, _ = train(0, {}, **PLAIN)
    clipped, _ = train(0, {"clip_norm": 0.05}, **PLAIN)
    _, free = ask(client, plain)
    _, held = ask(client, clipped)
    assert [layer["gradient_rms"] for layer in held["layers"]] == [layer["gradient_rms"] for layer in free["layers"]]
    assert held["gradient_norm"] == free["gradient_norm"]
    for layer in held["layers"]:
        assert layer["clip_factor"] == pytest.approx(0.05 / held["gradient_norm"], rel=1e-9)
    for mine, theirs in zip(held["adjustments"], free["adjustments"], strict=True):
        assert mine["gradient"] == theirs["gradient"]
        assert mine["first_order"] == mine["gradient"] * mine["update"]


def _state(world, job_id, step):
    """Parameters, two slots and the best parameters, as they are kept."""
    with world.database.read() as session:
        row = session.get_one(Checkpoint, (job_id, step))
    return np.array(read_checkpoint(world.store.local_path(row.artifact))[1]).reshape(4, -1)


def _place(item):
    return item["layer"], item["from"], item["to"]


def test_it_says_which_rows_of_which_epoch_they_are_and_what_they_weigh(client, train):
    job_id, _ = train(11, BALANCED, **DROPPED)  # the last of an epoch has what is left: 90 - 5 · 17
    _, found = ask(client, job_id, step=11, limit=3)
    training, _ = split(100, table(100)[:, 2], 0.1, 5)
    assert (found["row"], found["rows"], len(found["row_numbers"])) == (None, 5, 3)
    assert set(found["row_numbers"]) <= set(training.tolist())
    assert found["targets"] == [LEVELS[row % 3] for row in found["row_numbers"]]
    batch = found["batch"]
    assert (batch["epoch"], batch["shards"], batch["dropout"], batch["beyond_the_end"]) == (2, 3, True, False)
    assert batch["weight"] == pytest.approx(5.0, rel=1e-6)  # each class has 30 of the 90 rows


def test_of_a_step_that_was_not_done_nothing_is_recorded(client, world, train):
    job_id, costs = train(3, {}, **PLAIN)
    world.checkpoint(job_id, len(costs))
    status, found = ask(client, job_id)
    assert (status, found["step"], found["batch"]["recorded_cost"]) == (200, 18, None)
    assert (found["batch"]["epoch"], found["batch"]["beyond_the_end"]) == (4, True)


@pytest.mark.parametrize("query", [{"row": 0}, {"rows": 2}, {"row": 1, "rows": 2}])
def test_rows_and_a_batch_exclude_each_other(client, train, query):
    job_id, _ = train(0, {}, **PLAIN)
    status, found = ask(client, job_id, **query)
    assert status == 422
    assert [(fault["pointer"], fault["code"]) for fault in found["faults"]] == [
        (f"/query/{name}", "excluded") for name in query
    ]


def test_a_batch_that_is_too_large_is_refused_with_what_to_ask_instead(client, train, monkeypatch):
    monkeypatch.setattr(traced_rows, "MOST_IN_BATCH", 16)
    job_id, _ = train(0, {}, **PLAIN)
    status, found = ask(client, job_id)
    assert status == 422
    message = "the batch has 17 rows; up to 16 are traced: trace some with row and rows"
    assert found["faults"] == [{"pointer": "/query/batch", "message": message, "code": "too_large"}]


def test_a_batch_that_is_too_much_work_is_refused_with_what_to_ask_instead(client, train, monkeypatch):
    job_id, _ = train(0, {}, **PLAIN)
    monkeypatch.setattr(trace_limits, "MOST_WORK", 100 * 27 * 4)
    status, found = ask(client, job_id)
    assert status == 422
    message = (
        "17 rows through 27 parameters are too much for one trace: up to 80 are traced: pick some with row and rows"
    )
    assert found["faults"] == [{"pointer": "/query/batch", "message": message, "code": "too_large"}]
