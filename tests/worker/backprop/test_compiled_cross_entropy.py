"""Softmax and cross entropy as one compiled call, held to float64."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.backprop.compiled import computes_products
from worker.backprop.softmax_kernels import compiled_cross_entropy, cross_entropy_in_calls

pytestmark = pytest.mark.skipif(
    not computes_products(), reason="cross_entropy.c was not compiled here, or this processor has no AVX-512"
)
ULP = 2.0**-23


def cost_and_delta(z, y, weight=None):
    """In the middle of a memory whose ends are to stay as they were."""
    memory = np.full((len(z) + 2, z.shape[1]), 7.0, np.float32)
    delta = memory[1:-1]
    delta[...] = z
    cost = compiled_cross_entropy(delta)(np.asarray(y), weight)
    assert (memory[[0, -1]] == 7.0).all()
    return cost, delta


def expected(z, y):
    """Each row's cost and the probabilities in float64, of the differences z - m as float32 has them."""
    behind = (z - z.max(axis=0)).astype(np.float64)
    s = np.exp(behind).sum(axis=0)
    return np.log(s) - behind[y, np.arange(len(y))], np.exp(behind) / s


@given(
    classes=st.integers(1, 40),
    n=st.integers(1, 70),
    size=st.floats(1e-6, 60.0),
    weighted=st.booleans(),
    seed=st.integers(0, 2**32),
)
@settings(deadline=None)
def test_cost_and_delta_are_those_of_float64_to_a_few_units_of_the_last_place(classes, n, size, weighted, seed):
    random = np.random.default_rng(seed)
    z, y = (random.standard_normal((classes, n)) * size).astype(np.float32), random.integers(0, classes, n)
    weight = random.uniform(0.5, 2, n).astype(np.float32) if weighted else None
    cost, delta = cost_and_delta(z, y, weight)
    costs, p = expected(z, y)
    onehot = np.arange(classes)[:, None] == y
    w = np.ones(n) if weight is None else weight.astype(np.float64)
    assert (np.abs(delta - (p - onehot) * w) <= (0.5 * classes + 6) * ULP * np.maximum(p, onehot) * w + 1e-37).all()
    assert abs(cost - (costs * w).sum()) <= 4 * ULP * ((costs + 1) * w).sum()


def test_probabilities_are_right_over_the_whole_range():
    x = np.linspace(-87.0, 0.0, 1_000_003).astype(np.float32)
    _, delta = cost_and_delta(np.stack([np.zeros_like(x), x]), np.zeros(len(x), np.intp))
    exact = np.exp(x.astype(np.float64)) / (1.0 + np.exp(x.astype(np.float64)))
    assert (np.abs(delta[1] - exact) <= 3 * np.spacing(exact.astype(np.float32))).all()


def test_what_is_too_small_for_the_dtype_is_zero():
    _, delta = cost_and_delta(np.array([[0.0, 0.0, 0.0], [-104.0, -1e30, -np.inf]], np.float32), [0, 0, 0])
    assert (delta == 0.0).all()


def test_a_row_that_is_sure_of_another_class_costs_as_much_as_its_distance():
    cost, delta = cost_and_delta(np.array([[0.0], [1000.0]], np.float32), [0])
    assert cost == 1000.0
    assert delta.ravel().tolist() == [-1.0, 1.0]


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_no_number_shows_in_the_cost_and_in_its_own_row_alone(wrong, place):
    z = np.ones((3, 20), np.float32)
    z[place, 17] = wrong
    cost, delta = cost_and_delta(z, np.zeros(20, np.intp))
    assert math.isnan(cost)
    assert np.isnan(delta[:, 17]).all()
    assert np.isfinite(np.delete(delta, 17, axis=1)).all()


@given(n=st.integers(1, 50), first=st.integers(0, 49), seed=st.integers(0, 2**32))
@settings(deadline=None)
def test_a_row_has_the_same_bits_wherever_it_stands(n, first, seed):
    random = np.random.default_rng(seed)
    z, y = random.standard_normal((7, n)).astype(np.float32), random.integers(0, 7, n)
    part = slice(min(first, n - 1), None)
    _, whole = cost_and_delta(z, y)
    _, some = cost_and_delta(np.ascontiguousarray(z[:, part]), y[part])
    assert np.ascontiguousarray(whole[:, part]).tobytes() == some.tobytes()


def test_a_class_out_of_range_is_taken_as_the_nearest_one():
    z = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert cost_and_delta(z, [-1, 99, 1])[0] == cost_and_delta(z, [0, 1, 1])[0]


def test_it_agrees_with_the_numpy_calls():
    random = np.random.default_rng(1)
    z, y = random.standard_normal((10, 64)).astype(np.float32), np.arange(64) % 10
    cost, delta = cost_and_delta(z, y)
    in_calls = z.copy()
    assert cross_entropy_in_calls(in_calls)(y, None) == pytest.approx(cost, rel=1e-6)
    assert in_calls == pytest.approx(delta, rel=1e-5, abs=1e-7)
