"""PyTorch as a witness: recorded values (``record_pytorch.py``, version in the file) to 1e-9 relative in float64."""

import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from models.spec.optimizer import OptimizerSpec
from models.spec.schedule import ScheduleSpec
from worker.backprop.activations import ACTIVATIONS
from worker.backprop.network import COSTS, Network
from worker.backprop.optimizers import OPTIMIZERS, make_optimizer
from worker.backprop.schedules import Plateau, make_schedule
from worker.backprop.shard_pass import ShardPass

RECORD = json.loads(Path(__file__).with_name("pytorch.json").read_text())
WIDTHS = tuple(RECORD["widths"])
START, X = np.array(RECORD["start"]), np.array(RECORD["x"])
CODES, NUMBERS = np.array(RECORD["codes"]), np.array(RECORD["numbers"])
ROWS = len(X)


def names_in(union):
    """Of the parts of a spec that a user may choose from."""
    return {get_args(part.model_fields["name"].annotation)[0] for part in get_args(get_args(union)[0])}


def test_the_record_holds_fifty_steps_of_everything_there_is():
    assert set(RECORD["optimizers"]) == set(OPTIMIZERS) == names_in(OptimizerSpec)
    assert set(RECORD["schedules"]) == names_in(ScheduleSpec)
    assert set(RECORD["activations"]) == set(ACTIVATIONS)
    assert set(RECORD["costs"]) == {cost for costs in COSTS.values() for cost in costs}
    for run in (*RECORD["optimizers"].values(), *RECORD["schedules"].values()):
        assert [len(run["costs"]), len(run["rates"]), len(run["parameters"])] == [50, 50, START.size]


def train(optimizer_name, steps, batch, schedule="constant", **settings):
    """Costs, rates and final parameters, as the training loop goes about it with one shard."""
    network = Network(WIDTHS, ("tanh",), dtype="float64")
    steps_per_epoch = ROWS // batch
    parameters, gradient = START.copy(), np.empty_like(START)
    shard, optimizer = ShardPass(network, parameters, gradient, batch), make_optimizer(optimizer_name)
    weights = network.layout.weights_within(0, parameters.size)
    update = optimizer.bind(parameters, gradient, [np.zeros_like(START) for _ in optimizer.slot_names], weights)
    factor = make_schedule(schedule, steps_per_epoch=steps_per_epoch, steps_total=steps, **settings)
    plateau, costs, rates = Plateau(), [], []
    for step in range(steps):
        first = step * batch % ROWS
        costs.append(shard.run(X[first : first + batch], CODES[first : first + batch]) / batch)
        gradient /= batch
        rates.append(RECORD["learning_rate"] * factor(step, step // steps_per_epoch) * plateau.rate_factor)
        update(step + 1, rates[-1])
        if schedule == "reduce_on_plateau" and (step + 1) % steps_per_epoch == 0:
            plateau = plateau.after(float(np.mean(costs[-steps_per_epoch:])), **settings)
    return {"costs": costs, "rates": rates, "parameters": parameters}


def assert_same_run(found, expected):
    for part in ("costs", "rates", "parameters"):
        np.testing.assert_allclose(found[part], expected[part], rtol=1e-9)


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_fifty_steps_of_every_optimizer(name):
    assert_same_run(train(name, 50, RECORD["batch"]), RECORD["optimizers"][name])


@pytest.mark.parametrize("name", sorted(RECORD["schedules"]))
def test_fifty_steps_with_momentum_under_every_schedule(name):
    expected = RECORD["schedules"][name]
    assert_same_run(train("momentum", 50, RECORD["batch"], name, **expected["settings"]), expected)


def test_the_first_twenty_steps_of_a_full_batch_run():
    assert_same_run(train("sgd", 20, ROWS), RECORD["full_batch"])


def assert_same_gradient(network, y, expected):
    gradient = np.empty_like(START)
    cost = ShardPass(network, START, gradient, ROWS).run(X, y)
    assert cost / ROWS == pytest.approx(expected["cost"], rel=1e-12)
    np.testing.assert_allclose(gradient / ROWS, expected["gradient"], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("activation", sorted(RECORD["activations"]))
def test_the_gradient_of_every_activation(activation):
    network = Network(WIDTHS, (activation,), dtype="float64")
    assert_same_gradient(network, CODES, RECORD["activations"][activation])


@pytest.mark.parametrize(("output", "cost"), [(output, cost) for output, costs in COSTS.items() for cost in costs])
def test_the_gradient_of_every_cost(output, cost):
    y = {"softmax": CODES, "sigmoid": (NUMBERS > 0).astype(float), "linear": NUMBERS}[output]
    assert_same_gradient(Network(WIDTHS, ("tanh",), output, cost, dtype="float64"), y, RECORD["costs"][cost])
