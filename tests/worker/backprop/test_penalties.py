import numpy as np
import pytest

from worker.backprop.layout import Layout
from worker.backprop.penalties import make_penalty

LAYOUT = Layout((3, 4, 2))
PARAMETERS = np.random.default_rng(0).normal(size=LAYOUT.size)


def penalty_gradient(penalty, start, stop):
    gradient = np.zeros(stop - start)
    add = penalty.bind(PARAMETERS, start, stop, gradient)
    if add is not None:
        add()
    return gradient


def test_weights_are_penalized_and_biases_are_not():
    gradient = penalty_gradient(make_penalty(LAYOUT, l1=0.1, l2=0.5), 0, LAYOUT.size)
    for i in range(2):
        weight = LAYOUT.weight(i, PARAMETERS)
        np.testing.assert_allclose(LAYOUT.weight(i, gradient), 0.1 * np.sign(weight) + 0.5 * weight)
        assert not LAYOUT.bias(i, gradient).any()


def test_where_the_vector_is_cut_changes_no_bit():
    penalty = make_penalty(LAYOUT, l1=0.1, l2=0.5)
    whole = penalty_gradient(penalty, 0, LAYOUT.size)
    for cut in range(LAYOUT.size + 1):
        parts = [penalty_gradient(penalty, 0, cut), penalty_gradient(penalty, cut, LAYOUT.size)]
        assert np.concatenate(parts).tobytes() == whole.tobytes()


def test_there_is_nothing_to_call_where_nothing_is_added():
    assert make_penalty(LAYOUT).bind(PARAMETERS, 0, LAYOUT.size, PARAMETERS) is None
    bias = LAYOUT.layer(0).stop - 1
    assert make_penalty(LAYOUT, l2=0.5).bind(PARAMETERS, bias, bias + 1, PARAMETERS[bias : bias + 1]) is None


def test_the_cost_is_that_of_the_equation():
    weights = np.concatenate([LAYOUT.weight(i, PARAMETERS).ravel() for i in range(2)])
    expected = 0.1 * np.abs(weights).sum() + 0.25 * (weights**2).sum()
    assert make_penalty(LAYOUT, l1=0.1, l2=0.5).cost(PARAMETERS) == pytest.approx(expected, rel=1e-14)
    assert make_penalty(LAYOUT).cost(PARAMETERS) == 0.0
