"""The gradient of a layer: compiled or the BLAS's, A δᵀ; compiled, added over the rows of data in their order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.backprop import Network, ShardPass, initialize, layer_gradient, textbook
from worker.backprop.buffers import Buffers
from worker.backprop.compiled import computes_gradients
from worker.backprop.layer_gradient import bind_first_gradient, bind_layer_gradient

compiled_only = pytest.mark.skipif(
    not computes_gradients(), reason="gradient.c was not compiled here, or this processor has no AVX-512"
)


@pytest.fixture(params=[pytest.param(True, marks=compiled_only), False], ids=["compiled", "BLAS"])
def form(request, monkeypatch):
    monkeypatch.setattr(layer_gradient, "computes_gradients", lambda: request.param)


def the_fewest_units_are_enough(monkeypatch):
    monkeypatch.setattr(layer_gradient, "_FEWEST_UNITS", 1)


def gradient_of(a, delta, *, of_rows):
    """In the middle of a memory whose ends are to stay as they were."""
    inputs, (units, n) = len(a), delta.shape
    memory = np.full((inputs + 2, units), 7.0, a.dtype)
    gradient = memory[1:-1]
    packed = Buffers(Network((1, units), dtype=a.dtype.name), n).packed(units, n)
    if of_rows:
        bind_first_gradient(delta, packed, gradient)(np.ascontiguousarray(a.T))
    else:
        bind_layer_gradient(a, delta, packed, gradient)()
    assert (memory[[0, -1]] == 7.0).all()
    return gradient


SIZES = st.one_of(st.integers(1, 40), st.integers(1, 300))


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("of_rows", [True, False], ids=["of rows of data", "of activations"])
@given(
    inputs=SIZES, units=SIZES, n=st.one_of(SIZES, st.sampled_from([255, 256, 257, 512, 700])), seed=st.integers(0, 99)
)
@settings(deadline=None)
def test_every_shape_to_its_edges(of_rows, inputs, units, n, seed):
    """Of whole numbers, so that any order of additions gives the same."""
    random = np.random.default_rng(seed)
    a, delta = (random.integers(-8, 9, (size, n)).astype(np.float32) for size in (inputs, units))
    with pytest.MonkeyPatch.context() as monkeypatch:
        the_fewest_units_are_enough(monkeypatch)
        found = gradient_of(a, delta, of_rows=of_rows)
    assert (found == a.astype(np.int64) @ delta.astype(np.int64).T).all()


@compiled_only
@pytest.mark.parametrize("of_rows", [True, False], ids=["of rows of data", "of activations"])
@pytest.mark.parametrize(("inputs", "units", "n"), [(785, 128, 32), (129, 10, 32), (30, 70, 300), (100, 33, 513)])
def test_the_compiled_form_adds_row_after_row_and_rounds_no_product(monkeypatch, of_rows, inputs, units, n):
    random = np.random.default_rng(inputs)
    a, delta = (random.standard_normal((size, n), np.float32) for size in (inputs, units))
    expected = np.zeros((inputs, units), np.float32)
    for row in range(n):
        product = np.multiply.outer(a[:, row].astype(np.float64), delta[:, row])  # exact
        expected = (expected + product).astype(np.float32)
    the_fewest_units_are_enough(monkeypatch)
    assert gradient_of(a, delta, of_rows=of_rows).tobytes() == expected.tobytes()


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("n", [7, 64, 300])
def test_a_pass_is_the_textbooks_in_either_form(n):
    network = Network((300, 64, 96, 10), ("relu", "tanh"))
    random = np.random.default_rng(n)
    parameters, gradient = initialize(network, "he_normal", 1), np.empty(network.layout.size, np.float32)
    x, y = random.standard_normal((n, 300), np.float32), random.integers(0, 10, n)
    cost = ShardPass(network, parameters, gradient, n).run(x, y)
    expected_cost, expected = textbook.gradient(network, parameters.astype(np.float64), x.astype(np.float64), y)
    assert cost == pytest.approx(expected_cost, rel=1e-5)
    assert gradient == pytest.approx(expected, rel=1e-3, abs=1e-3)


@pytest.mark.usefixtures("form")
def test_rows_of_data_may_lie_anywhere_and_change_from_step_to_step():
    network = Network((300, 64, 3), ("relu",))
    random = np.random.default_rng(1)
    parameters, gradient = initialize(network, "he_normal", 1), np.empty(network.layout.size, np.float32)
    shard, data = ShardPass(network, parameters, gradient, 64), np.ones((200, 602), np.float32)
    data[:, :300] = random.standard_normal((200, 300))
    y = random.integers(0, 3, 64)

    def gradient_with(x):
        shard.run(x, y)
        return gradient.tobytes()

    with_gaps, first, second = data[:64, :301], data[:64, :301].copy(), data[100:164, :301].copy()
    assert gradient_with(with_gaps) == gradient_with(first) == gradient_with(data[:64, :300])
    assert gradient_with(second) != gradient_with(first)
    assert gradient_with(first) == gradient_with(with_gaps)


def test_few_units_and_float64_are_left_to_the_blas(monkeypatch):
    monkeypatch.setattr(layer_gradient, "computes_gradients", lambda: True)

    def is_compiled(inputs, units, dtype=np.float32):
        return layer_gradient._can_be_compiled(np.empty((units, 4), dtype), np.empty((inputs, units), dtype))

    assert is_compiled(785, 128)
    assert not is_compiled(257, 2)
    assert not is_compiled(785, 128, np.float64)
