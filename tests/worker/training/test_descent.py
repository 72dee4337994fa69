"""A step of any order goes down the slope that central differences measure, layer by layer.

With plain gradient descent the change of a layer divided by minus the learning rate is its gradient. It is held against
what the mean cost with its penalty does, by the textbook's forward pass, when each parameter is moved a little, at the
weights as they were when the layer was adjusted. Each row counts as much as it weighs, and dropout's masks are those of
the step.
"""

from zlib import crc32

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from models.spec.training import UpdateOrder
from tests.support.gang_of_one import GangOfOne, with_ones
from tests.worker.backprop.networks import OUTPUTS_AND_COSTS, make_case, networks, networks_of
from worker.backprop import textbook
from worker.backprop.activations import ACTIVATIONS
from worker.backprop.costs import COSTS
from worker.backprop.dropout import bind_mask
from worker.gang import segment
from worker.training.prepared import Prepared

MOVE = 1e-6
RATE = 0.05
ORDERS = UpdateOrder.__args__
REGULARIZERS = [(0.0, 0.0), (0.3, 0.0), (0.0, 0.7), (0.2, 0.5)]


@pytest.fixture(autouse=True)
def _short_memory(monkeypatch):
    """Thousands of gangs are founded here: to reserve room for so many steps would take a third of the time."""
    monkeypatch.setattr(segment, "RING_STEPS", 16)
    monkeypatch.setattr(segment, "RING_EPOCHS", 16)


def gang_for(folder, case, order, l1, l2, *, shards, batch_size, weight=None):
    """A gang that trains the case's network on its rows from its parameters."""
    network = case.network
    x, classes = with_ones(case.x), list(range(network.outputs)) if network.output == "softmax" else []
    hidden = zip(network.widths[1:-1], network.activations, network.dropout or [0.0] * network.hidden, strict=True)
    return GangOfOne(
        folder,
        Prepared(x, case.y, x[:0], case.y[:0], weight),
        classes,
        case.parameters,
        task="regression" if network.output == "linear" else "classification",
        network={
            "hidden": [
                {"units": units, "activation": activation, "dropout": dropout} for units, activation, dropout in hidden
            ]
        },
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
    """Of each step of the first epoch: the parameters before and after it, its cost by them, its row of history."""
    parameters, descent = gang.segment.parameters, gang.trainer._descent
    for step, batch in enumerate(gang.run.batches.epoch(0, 0)):
        before = parameters.copy()
        row = descent.take_step(batch, step, RATE)
        yield before, parameters.copy(), mean_cost_of(gang.run.network, batch, step), row
    gang.trainer.close()


def mean_cost_of(network, batch, step):
    """A function of the parameters: the cost of the batch by the textbook, with the weights and masks of its rows."""
    x, y = (np.concatenate([shard[part] for shard in batch.shards]) for part in (1, 2))
    weight = np.concatenate([np.ones(len(shard.x)) if shard.weight is None else shard.weight for shard in batch.shards])
    masks = [
        np.concatenate([mask_of(network, layer, step, shard) for shard in batch.shards])
        for layer in range(network.hidden if any(network.dropout) else 0)
    ]

    def mean_cost(theta):
        z, _ = textbook.forward(network, theta, x[:, :-1], masks)[-1]
        return COSTS[network.cost](z, y)[0] @ weight / (weight.sum() or 1.0)

    return mean_cost


def mask_of(network, layer, step, shard):
    """(n, units)"""
    mask = np.ones((network.widths[layer + 1], len(shard.x)))
    if len(shard.x) and network.dropout[layer]:
        bind_mask(mask, network.dropout[layer], network.seed, layer)(step, shard.number)
    return mask.T


def slope(layout, mean_cost, theta, l1, l2):
    """∂J/∂θ by central differences: J is the mean cost, and l1 Σ |w| + l2 / 2 Σ w² over the weights."""
    is_weight = np.zeros(theta.size, bool)
    for layer in range(layout.layers):
        is_weight[layout.weight_slice(layer)] = True

    def objective(theta):
        w = theta[is_weight]
        return mean_cost(theta) + l1 * np.abs(w).sum() + l2 / 2 * np.square(w).sum()

    moves = MOVE * np.eye(theta.size)
    return np.array([objective(theta + move) - objective(theta - move) for move in moves]) / (2 * MOVE)


def groups_of(order, layout, gradient):
    """The layers in the order of their adjustment, together those that are adjusted at once."""
    forward = list(range(layout.layers))
    if order == "simultaneous":
        return [forward]
    if order == "largest_gradient_first":
        size = [np.sqrt(np.mean(np.square(gradient[layout.layer(layer)]))) for layer in forward]
        return [[layer] for layer in sorted(forward, key=lambda layer: -size[layer])]
    return [[layer] for layer in (forward if order == "input_to_output" else reversed(forward))]


def assert_goes_down_the_slope(folder, case, order, l1, l2, *, shards=3, batch_size=4, weight=None):
    layout = case.network.layout
    gang = gang_for(folder, case, order, l1, l2, shards=shards, batch_size=batch_size, weight=weight)
    for before, after, mean_cost, (cost, rate, norm, *impacts) in steps_of(gang):
        theta, squares, expected = before.copy(), 0.0, {}
        first = slope(layout, mean_cost, theta, l1, l2)
        assert cost == pytest.approx(mean_cost(theta), rel=1e-12)
        for group in groups_of(order, layout, first):
            gradient = slope(layout, mean_cost, theta, l1, l2)
            cost_before = mean_cost(theta)
            parts = np.concatenate([np.r_[layout.layer(layer)] for layer in group])
            descended = (theta[parts] - after[parts]) / rate
            assert np.abs(descended - gradient[parts]).max() < 1e-7 * max(1.0, float(np.abs(gradient).max()))
            theta[parts], squares = after[parts], squares + np.square(gradient[parts]).sum()
            expected[group[0]] = cost_before - mean_cost(theta)
        assert norm == pytest.approx(np.sqrt(squares), rel=1e-6, abs=1e-7)
        if order != "simultaneous":
            wanted = [expected[layer] for layer in range(layout.layers)]
            np.testing.assert_allclose(impacts, wanted, rtol=1e-9, atol=1e-13 * max(1.0, cost))
    for file in folder.iterdir():  # many gangs a test: their memory would add up
        file.unlink()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("output_and_cost", OUTPUTS_AND_COSTS, ids="-".join)
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation_cost_regularizer_and_order_in_any_shape(tmp_path, activation, output_and_cost, order):
    @settings(max_examples=3)
    @seed(crc32(f"{activation} {output_and_cost} {order}".encode()))
    @given(network=networks_of(activation, *output_and_cost), n=st.sampled_from([6, 1, 3]), start=st.integers(0, 1000))
    def in_any_shape(network, n, start):
        for regularizer in REGULARIZERS:
            assert_goes_down_the_slope(tmp_path, make_case(network, n, start), order, *regularizer)

    in_any_shape()


@pytest.mark.parametrize("order", ORDERS)
@settings(max_examples=30, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    network=networks(dropout=True),
    n=st.integers(1, 7),
    start=st.integers(0, 1000),
    regularizer=st.sampled_from(REGULARIZERS),
    shards=st.integers(1, 5),
    batch_size=st.integers(1, 8),
    weighted=st.booleans(),
)
def test_any_network_with_dropout_and_weights_of_rows(
    tmp_path, network, n, start, regularizer, order, shards, batch_size, weighted
):
    case = make_case(network, n, start)
    weight = np.random.default_rng(start).integers(0, 3, n).astype(np.float64) if weighted else None
    assert_goes_down_the_slope(tmp_path, case, order, *regularizer, shards=shards, batch_size=batch_size, weight=weight)
