"""Orders that adjust one layer at a time, against the textbook done by hand."""

import numpy as np
import pytest

from tests.support.gang_of_one import GangOfOne, with_ones
from worker.backprop import textbook
from worker.training.prepared import Prepared

RANDOM = np.random.default_rng(3)
X, CODES = RANDOM.standard_normal((24, 4)), RANDOM.integers(0, 3, 24).astype(np.intp)
DATA = Prepared(with_ones(X), CODES, with_ones(X[:0]), CODES[:0])
RATE, STEPS, LAYERS = 0.3, 6, 3


def gang(tmp_path, order, shards=3, **training):
    return GangOfOne(
        tmp_path,
        DATA,
        [0, 1, 2],
        shards=shards,
        network={"hidden": [{"units": 5, "activation": "tanh"}, {"units": 4, "activation": "relu"}]},
        training={
            "cost": "cross_entropy",
            "optimizer": {"name": "sgd", "learning_rate": RATE},
            "update_order": order,
            "batch_size": 1000,
            "max_epochs": STEPS,
            "dtype": "float64",
            **training,
        },
        validation=None,
    )


def by_hand(network, parameters, order):
    """Rows of history and the last parameters, as the theory has it: gradient descent, a layer at a time."""
    rows = []
    layout = network.layout
    for _ in range(STEPS):
        costs, impacts = [], [0.0] * LAYERS
        _, first = textbook.gradient(network, parameters, X, CODES)
        for layer in order(network, first):
            cost, gradient = textbook.gradient(network, parameters, X, CODES)
            parameters = parameters.copy()
            parameters[layout.layer(layer)] -= RATE * gradient[layout.layer(layer)] / len(X)
            after, _ = textbook.gradient(network, parameters, X, CODES)
            costs.append(cost / len(X))
            impacts[layer] = (cost - after) / len(X)
        rows.append([costs[0], *impacts])
    return np.array(rows), parameters


def largest_first(network, gradient):
    size = [np.sqrt(np.mean(np.square(gradient[network.layout.layer(layer)]))) for layer in range(LAYERS)]
    return sorted(range(LAYERS), key=lambda layer: -size[layer])


ORDERS = {
    "output_to_input": lambda network, gradient: reversed(range(LAYERS)),
    "input_to_output": lambda network, gradient: range(LAYERS),
    "largest_gradient_first": largest_first,
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shards", [1, 3, 8])
def test_costs_impacts_and_weights_are_those_of_the_theory(tmp_path, order, shards):
    trained = gang(tmp_path, order, shards)
    start = trained.segment.parameters.copy()
    history = trained.train()

    rows, parameters = by_hand(trained.run.network, start, ORDERS[order])
    np.testing.assert_allclose(history[:, [0, 3, 4, 5]], rows, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(trained.segment.parameters, parameters, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("order", ORDERS)
def test_the_impacts_of_a_full_batch_step_add_up_to_what_the_step_gained(tmp_path, order):
    history = gang(tmp_path, order).train()
    gained = history[:-1, 0] - history[1:, 0]
    np.testing.assert_allclose(history[:-1, 3:].sum(axis=1), gained, rtol=1e-9, atol=1e-12)


def test_all_layers_at_once_has_no_impacts(tmp_path):
    assert gang(tmp_path, "simultaneous").train().shape == (STEPS, 3)
