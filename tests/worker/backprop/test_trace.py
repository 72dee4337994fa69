"""A look into a network at work says what the textbook says."""

import numpy as np
import pytest

from worker.backprop import Network, initialize, make_optimizer, make_penalty
from worker.backprop.textbook import forward, gradient, outputs
from worker.backprop.trace import _steepest, trace
from worker.backprop.traced_step import Rule
from worker.backprop.update_order import UPDATE_ORDERS

NETWORK = Network((3, 4, 5, 2), ("relu", "tanh"), dtype="float64")
RANDOM = np.random.default_rng(3)
X, Y = RANDOM.standard_normal((6, 3)), RANDOM.integers(0, 2, 6)
THETA = initialize(NETWORK, "he_normal", 1)


def rule(name="sgd", clip_norm=None, l1=0.0, l2=0.0, step=0, slots=(), rate=0.1, order="simultaneous"):
    penalty = make_penalty(NETWORK.layout, l1=l1, l2=l2)
    return Rule(make_optimizer(name), slots, penalty, clip_norm, learning_rate=rate, step=step, update_order=order)


def cost(theta):
    return gradient(NETWORK, theta, X, Y)[0] / len(X)


def test_cost_outputs_activations_and_gradient_are_the_textbooks():
    found = trace(NETWORK, THETA, X, Y, rule(), top=0)
    total, sum_of_rows = gradient(NETWORK, THETA, X, Y)
    assert found.cost == pytest.approx(total / 6, rel=1e-12)
    np.testing.assert_allclose(found.gradient, sum_of_rows / 6, rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(found.outputs, outputs(NETWORK, THETA, X), rtol=1e-12)
    for a, (_, expected) in zip(found.activations, forward(NETWORK, THETA, X)[:-1], strict=True):
        np.testing.assert_allclose(a, expected, rtol=1e-12, atol=1e-15)


def test_the_deltas_are_what_the_cost_does_when_a_bias_is_moved():
    found = trace(NETWORK, THETA, X, Y, rule(), top=0)
    for i, delta in enumerate(found.deltas):
        np.testing.assert_allclose(
            delta.sum(axis=0) / 6, NETWORK.layout.bias(i, found.gradient), rtol=1e-10, atol=1e-15
        )


def test_the_update_is_the_optimizers_and_nothing_is_changed():
    theta, slots = THETA.copy(), [np.full(THETA.size, 0.5 / 0.1), np.full(THETA.size, 0.25 / 0.001)]
    before = [slot.copy() for slot in slots]
    found = trace(NETWORK, theta, X, Y, rule("adam", step=7, slots=slots), top=3)
    m = 0.9 * 0.5 + 0.1 * found.gradient
    v = 0.999 * 0.25 + 0.001 * found.gradient**2
    expected = -0.1 * (m / (1 - 0.9**8)) / (np.sqrt(v / (1 - 0.999**8)) + 1e-8)
    np.testing.assert_allclose(found.update, expected, rtol=1e-9)
    np.testing.assert_array_equal(theta, THETA)
    np.testing.assert_array_equal(slots, before)


def test_penalty_and_clipping_come_before_the_update_and_the_gradient_is_shown_unclipped():
    plain = trace(NETWORK, THETA, X, Y, rule(l2=0.1), top=0)
    clipped = trace(NETWORK, THETA, X, Y, rule(l2=0.1, clip_norm=0.01), top=0)
    weights = np.zeros_like(THETA)
    for i in range(3):
        weights[NETWORK.layout.weight_slice(i)] = THETA[NETWORK.layout.weight_slice(i)]
    expected = gradient(NETWORK, THETA, X, Y)[1] / 6 + 0.1 * weights
    np.testing.assert_allclose(plain.gradient, expected, rtol=1e-10, atol=1e-15)
    np.testing.assert_array_equal(clipped.gradient, plain.gradient)
    assert plain.gradient_norm == clipped.gradient_norm == pytest.approx(np.linalg.norm(expected), rel=1e-12)
    assert plain.clip_factors == [1.0, 1.0, 1.0]
    assert clipped.clip_factors == pytest.approx([0.01 / plain.gradient_norm] * 3, rel=1e-12)
    assert np.linalg.norm(clipped.update) == pytest.approx(0.1 * 0.01)
    np.testing.assert_allclose(clipped.update, -0.1 * clipped.clip_factors[0] * plain.gradient, rtol=1e-9, atol=1e-18)


@pytest.mark.parametrize("order", UPDATE_ORDERS)
@pytest.mark.parametrize("more", [{"clip_norm": 0.01}, {"l1": 0.3}, {"l2": 0.7}], ids=["clipped", "l1", "l2"])
def test_a_small_step_measures_what_is_expected_of_it(order, more):
    found = trace(NETWORK, THETA, X, Y, rule(rate=1e-4, order=order, **more), top=10)
    for item in found.adjustments:
        assert item.first_order == item.gradient * item.update
        assert item.measured == pytest.approx(item.first_order, rel=0.01)


@pytest.mark.parametrize("order", UPDATE_ORDERS[1:])
def test_a_weight_is_moved_where_its_layer_is_adjusted(order):
    found = trace(NETWORK, THETA, X, Y, rule(order=order), top=THETA.size)
    before = {}
    theta = THETA.copy()
    for layer in found.order:
        before[layer] = theta.copy()
        part = NETWORK.layout.layer(layer)
        theta[part] += found.update[part]
        slopes = gradient(NETWORK, before[layer], X, Y)[1] / 6
        np.testing.assert_allclose(found.gradient[part], slopes[part], rtol=1e-9, atol=1e-15)
        assert found.impacts[layer] == pytest.approx(cost(before[layer]) - cost(theta), rel=1e-9, abs=1e-15)
    assert found.cost_after == pytest.approx(cost(theta), rel=1e-12)
    for item in found.adjustments:
        start = next(before[i] for i in range(3) if item.index < NETWORK.layout.layer(i).stop)
        moved = start.copy()
        moved[item.index] += item.update
        assert item.measured == pytest.approx(cost(moved) - cost(start), rel=1e-6, abs=1e-14)


@pytest.mark.parametrize(
    ("gradient", "top", "places"),
    [
        ([1.0, -3.0, 2.0, 3.0], 3, [1, 3, 2]),
        ([0.0, 0.0, 0.0], 2, [0, 1]),
        ([2.0, 5.0, 2.0, -2.0], 2, [1, 0]),
        ([np.nan, 1.0, -np.inf], 2, [2, 1]),
        ([1.0, 2.0], 5, [1, 0]),
        ([1.0], 0, []),
    ],
    ids=["by size", "all equal", "equals", "no numbers", "fewer than asked", "none"],
)
def test_the_steepest_are_found_without_sorting_all(gradient, top, places):
    assert _steepest(np.array(gradient), top) == places


def test_the_weights_with_the_most_room_come_first_and_their_contribution_is_measured():
    found = trace(NETWORK, THETA, X, Y, rule(rate=1e-3), top=5)
    slopes = np.abs(found.gradient)
    assert [item.index for item in found.adjustments] == np.argsort(-slopes, kind="stable")[:5].tolist()
    for item in found.adjustments:
        moved = THETA.copy()
        moved[item.index] += found.update[item.index]
        assert item.measured == pytest.approx(cost(moved) - cost(THETA), rel=1e-6)
        assert item.first_order == pytest.approx(found.gradient[item.index] * found.update[item.index])
        assert item.measured == pytest.approx(item.first_order, rel=0.01)


def test_rows_that_count_twice_are_as_good_as_two_rows():
    twice = np.repeat(np.arange(6), [2, 1, 1, 2, 1, 1])
    weight = np.array([2.0, 1.0, 1.0, 2.0, 1.0, 1.0])
    weighted = trace(NETWORK, THETA, X, Y, rule(), top=2, weight=weight, shards=4)
    repeated = trace(NETWORK, THETA, X[twice], Y[twice], rule(), top=2)
    assert weighted.weight == repeated.weight == 8.0
    assert weighted.cost == pytest.approx(repeated.cost, rel=1e-12)
    np.testing.assert_allclose(weighted.gradient, repeated.gradient, rtol=1e-10, atol=1e-15)
    for mine, theirs in zip(weighted.adjustments, repeated.adjustments, strict=True):
        assert mine.index == theirs.index
        assert mine.measured == pytest.approx(theirs.measured, rel=1e-6)


@pytest.mark.parametrize("shards", [2, 3, 9])
def test_shards_show_the_same_rows_in_the_same_order(shards):
    whole, cut = trace(NETWORK, THETA, X, Y, rule(), top=0), trace(NETWORK, THETA, X, Y, rule(), top=0, shards=shards)
    np.testing.assert_allclose(cut.gradient, whole.gradient, rtol=1e-10, atol=1e-15)
    for mine, theirs in zip([*cut.activations, *cut.deltas], [*whole.activations, *whole.deltas], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-15)


def test_rows_that_all_count_nothing_cost_nothing():
    found = trace(NETWORK, THETA, X, Y, rule(), top=0, weight=np.zeros(6), shards=2)
    assert (found.cost, found.weight) == (0.0, 1.0)
    assert not found.gradient.any()
