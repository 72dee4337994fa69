"""Central differences: the gradient is what the cost does when a parameter is moved a little."""

import itertools
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.worker.backprop.networks import OUTPUTS_AND_COSTS, make_case, networks, networks_of
from worker.backprop.activations import ACTIVATIONS
from worker.backprop.penalties import make_penalty
from worker.backprop.shard_pass import ShardPass

STEP = 1e-6
REGULARIZERS = [(0.0, 0.0), (0.3, 0.0), (0.0, 0.7), (0.2, 0.5)]


def objective_and_gradient(case, l1=0.0, l2=0.0, weight=None):
    """J(θ) as a function, and ∂J/∂θ at the case's parameters."""
    network, parameters, x, y = case
    moved = parameters.copy()
    gradient = np.empty_like(parameters)
    shard, penalty = ShardPass(network, moved, gradient, len(x)), make_penalty(network.layout, l1=l1, l2=l2)
    shard.run(x, y, weight)
    mean = gradient / len(x)
    add_penalty = penalty.bind(parameters, 0, parameters.size, mean)
    if add_penalty is not None:
        add_penalty()

    def objective(theta):
        moved[...] = theta
        return shard.cost(x, y, weight) / len(x) + penalty.cost(theta)

    return objective, mean


def central_differences(objective, theta):
    result = np.empty_like(theta)
    for i in range(theta.size):
        moved = theta.copy()
        moved[i] = theta[i] + STEP
        above = objective(moved)
        moved[i] = theta[i] - STEP
        result[i] = (above - objective(moved)) / (2 * STEP)
    return result


def assert_is_gradient(case, l1=0.0, l2=0.0, weight=None):
    objective, gradient = objective_and_gradient(case, l1, l2, weight)
    expected = central_differences(objective, case.parameters)
    scale = max(1.0, float(np.abs(expected).max()))
    assert np.abs(gradient - expected).max() < 1e-7 * scale


@pytest.mark.parametrize("output_and_cost", OUTPUTS_AND_COSTS, ids="-".join)
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation_with_every_cost_and_regularizer_in_any_shape(activation, output_and_cost):
    @settings(max_examples=8, deadline=None)
    @seed(crc32(f"{activation} {output_and_cost}".encode()))
    @given(network=networks_of(activation, *output_and_cost), n=st.sampled_from([5, 1, 3]), start=st.integers(0, 1000))
    def in_any_shape(network, n, start):
        for l1, l2 in REGULARIZERS:
            assert_is_gradient(make_case(network, n, start), l1, l2)

    in_any_shape()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    network=networks(),
    n=st.integers(1, 5),
    start=st.integers(0, 1000),
    regularizer=st.sampled_from(REGULARIZERS),
    weighted=st.booleans(),
)
def test_any_network_of_any_shape(network, n, start, regularizer, weighted):
    weight = np.random.default_rng(start).uniform(0.0, 3.0, n) if weighted else None
    assert_is_gradient(make_case(network, n, start), *regularizer, weight)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(network=networks(dropout=True), n=st.integers(1, 5), start=st.integers(0, 1000))
def test_with_the_dropout_masks_of_a_step(network, n, start):
    _, parameters, x, y = make_case(network, n, start)
    gradient = np.empty_like(parameters)
    moved = parameters.copy()
    shard = ShardPass(network, moved, gradient, n)
    shard.run(x, y, step=4, shard=1)

    def objective(theta):
        moved[...] = theta
        return shard.cost(x, y, dropout=(4, 1))

    expected = central_differences(objective, parameters)
    assert np.abs(gradient - expected).max() < 1e-6 * max(1.0, float(np.abs(expected).max()))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(network=networks(dropout=True), n=st.integers(0, 5), start=st.integers(0, 1000))
def test_one_layer_alone_has_the_gradient_it_has_among_all(network, n, start):
    _, parameters, x, y = make_case(network, n, start)
    whole, single = np.empty_like(parameters), np.full_like(parameters, np.nan)
    cost = ShardPass(network, parameters, whole, 5).run(x, y, step=2, shard=1)
    one = ShardPass(network, parameters, single, 5)
    for i in itertools.chain(range(network.layout.layers), reversed(range(network.layout.layers))):
        single[...] = np.nan
        assert one.run_layer(i, x, y, step=2, shard=1) == cost
        part = network.layout.layer(i)
        assert (single[part] == whole[part]).all()
        assert np.isnan(np.delete(single, np.r_[part])).all()
