"""A step of any order goes down the slope that central differences measure, layer by layer.

With plain gradient descent the change of a layer divided by minus the learning rate is its gradient. It is held against
what the mean cost with its penalty does, by the textbook's forward pass, when each parameter is moved a little, at the
weights as they were when the layer was adjusted.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.spec.training import UpdateOrder
from tests.support.gang_of_one import GangOfOne, with_ones
from tests.worker.backprop.networks import OUTPUTS_AND_COSTS, make_case, networks
from worker.backprop import textbook
from worker.backprop.activations import ACTIVATIONS
from worker.backprop.costs import COSTS
from worker.backprop.network import Network
from worker.training.prepared import Prepared

MOVE = 1e-6
RATE = 0.05
ORDERS = UpdateOrder.__args__
REGULARIZERS = [(0.0, 0.0), (0.3, 0.0), (0.0, 0.7), (0.2, 0.5)]


def gang_for(folder, case, order, l1, l2, *, shards, batch_size):
    """A gang that trains the case's network on its rows from its parameters."""
    network = case.network
    x, classes = with_ones(case.x), list(range(network.outputs)) if network.output == "softmax" else []
    hidden = zip(network.widths[1:-1], network.activations, strict=True)
    return GangOfOne(
        folder,
        Prepared(x, case.y, x[:0], case.y[:0]),
        classes,
        case.parameters,
        task="regression" if network.output == "linear" else "classification",
        network={"hidden": [{"units": units, "activation": activation} for units, activation in hidden]},
        training={
            "cost": network.cost,
            "optimizer": {"name": "sgd", "learning_rate": RATE},
            "update_order": order,
            "batch_size": batch_size,
            "shuffle": False,
            "l1": l1,
            "l2": l2,
            "dtype": "float64",
        },
        shards=shards,
        validation=None,
    )


def steps_of(gang):
    """Of each step of the first epoch: the parameters before and after it, its rows, and its row of history."""
    parameters, descent = gang.segment.parameters, gang.trainer._descent
    for step, batch in enumerate(gang.run.batches.epoch(0, 0)):
        before = parameters.copy()
        row = descent.take_step(batch, step, RATE)
        x, y = (np.concatenate([shard[part] for shard in batch.shards]) for part in (1, 2))
        yield before, parameters.copy(), (x[:, :-1], y), row
    gang.trainer.close()


def mean_cost(network, parameters, rows):
    x, y = rows
    return COSTS[network.cost](textbook.forward(network, parameters, x)[-1][0], y)[0].mean()


def slope(network, parameters, rows, l1, l2):
    """∂J/∂θ by central differences: J is the mean cost, and l1 Σ |w| + l2 / 2 Σ w² over the weights."""
    is_weight = np.zeros(parameters.size, bool)
    for layer in range(network.layout.layers):
        is_weight[network.layout.weight_slice(layer)] = True

    def objective(theta):
        w = theta[is_weight]
        return mean_cost(network, theta, rows) + l1 * np.abs(w).sum() + l2 / 2 * np.square(w).sum()

    moves = MOVE * np.eye(parameters.size)
    return np.array([objective(parameters + move) - objective(parameters - move) for move in moves]) / (2 * MOVE)


def groups_of(order, layout, gradient):
    """The layers in the order of their adjustment, together those that are adjusted at once."""
    forward = list(range(layout.layers))
    if order == "simultaneous":
        return [forward]
    if order == "largest_gradient_first":
        size = [np.sqrt(np.mean(np.square(gradient[layout.layer(layer)]))) for layer in forward]
        return [[layer] for layer in sorted(forward, key=lambda layer: -size[layer])]
    return [[layer] for layer in (forward if order == "input_to_output" else reversed(forward))]


def assert_goes_down_the_slope(folder, case, order, l1, l2, *, shards=3, batch_size=4):
    network, layout = case.network, case.network.layout
    gang = gang_for(folder, case, order, l1, l2, shards=shards, batch_size=batch_size)
    for before, after, rows, (cost, rate, norm, *impacts) in steps_of(gang):
        theta, squares, expected = before.copy(), 0.0, {}
        first = slope(network, theta, rows, l1, l2)
        assert cost == pytest.approx(mean_cost(network, theta, rows), rel=1e-12)
        for group in groups_of(order, layout, first):
            gradient = slope(network, theta, rows, l1, l2)
            cost_before = mean_cost(network, theta, rows)
            parts = np.concatenate([np.r_[layout.layer(layer)] for layer in group])
            descended = (theta[parts] - after[parts]) / rate
            assert np.abs(descended - gradient[parts]).max() < 1e-7 * max(1.0, float(np.abs(gradient).max()))
            theta[parts], squares = after[parts], squares + np.square(gradient[parts]).sum()
            expected[group[0]] = cost_before - mean_cost(network, theta, rows)
        assert norm == pytest.approx(np.sqrt(squares), rel=1e-6, abs=1e-7)
        if order != "simultaneous":
            wanted = [expected[layer] for layer in range(layout.layers)]
            np.testing.assert_allclose(impacts, wanted, rtol=1e-9, atol=1e-13 * max(1.0, cost))
    for file in folder.iterdir():  # many gangs a test: their memory would add up
        file.unlink()


@pytest.mark.parametrize("output_and_cost", OUTPUTS_AND_COSTS, ids="-".join)
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation_cost_regularizer_and_order(tmp_path, activation, output_and_cost):
    network = Network((2, 3, 2), (activation,), *output_and_cost, dtype="float64")
    for seed, regularizer in enumerate(REGULARIZERS):
        for order in ORDERS:
            assert_goes_down_the_slope(tmp_path, make_case(network, 6, seed), order, *regularizer)


@settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    network=networks(),
    n=st.integers(1, 7),
    seed=st.integers(0, 1000),
    regularizer=st.sampled_from(REGULARIZERS),
    order=st.sampled_from(ORDERS),
    shards=st.integers(1, 5),
    batch_size=st.integers(1, 8),
)
def test_any_network_of_any_shape_in_any_order(tmp_path, network, n, seed, regularizer, order, shards, batch_size):
    case = make_case(network, n, seed)
    assert_goes_down_the_slope(tmp_path, case, order, *regularizer, shards=shards, batch_size=batch_size)
