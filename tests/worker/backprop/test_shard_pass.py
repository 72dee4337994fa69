import gc
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worker.backprop.networks import make_case, networks
from worker.backprop import textbook
from worker.backprop.network import Network
from worker.backprop.shard_pass import ShardPass

DIGITS = Network((64, 32, 10), ("relu",))


def run(case, max_rows=None, **arguments):
    gradient = np.full_like(case.parameters, np.nan)
    shard = ShardPass(case.network, case.parameters, gradient, max_rows or len(case.x))
    return shard.run(case.x, case.y, **arguments), gradient


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    network=networks(most_units=20),
    n=st.integers(1, 12),
    seed=st.integers(0, 1000),
    weighted=st.booleans(),
)
def test_it_computes_what_the_textbook_says(network, n, seed, weighted):
    case = make_case(network, n, seed)
    weight = np.random.default_rng(seed).uniform(0.0, 3.0, n) if weighted else None
    expected_cost, expected = textbook.gradient(*case, weight)
    cost, gradient = run(case, weight=weight)
    assert cost == pytest.approx(expected_cost, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-12)
    outputs = ShardPass(network, case.parameters, None, n).outputs(case.x)
    np.testing.assert_allclose(outputs, textbook.outputs(network, case.parameters, case.x), rtol=1e-12, atol=1e-14)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(network=networks(dtype="float32", most_units=20), n=st.integers(1, 12), seed=st.integers(0, 1000))
def test_in_float32_it_is_as_close_as_float32_allows(network, n, seed):
    case = make_case(network, n, seed)
    expected_cost, expected = textbook.gradient(*case)
    cost, gradient = run(case)
    assert cost == pytest.approx(expected_cost, rel=1e-4, abs=1e-4)
    np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-4 * max(1.0, float(np.abs(expected).max())))


def test_no_rows_give_a_zero_gradient_and_no_cost():
    case = make_case(DIGITS, 0)
    cost, gradient = run(case, max_rows=4)
    assert cost == 0.0
    assert not gradient.any()
    shard = ShardPass(DIGITS, case.parameters, gradient, 4)
    assert shard.cost(case.x, case.y) == 0.0
    assert shard.outputs(case.x).shape == (0, 10)


def test_a_thousand_classes():
    case = make_case(Network((8, 16, 1000), ("tanh",), dtype="float64"), 7)
    cost, gradient = run(case)
    expected_cost, expected = textbook.gradient(*case)
    assert cost == pytest.approx(expected_cost, rel=1e-12)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-14)


def test_a_column_of_ones_brought_along_changes_no_bit():
    case = make_case(DIGITS, 16)
    ones = np.ones((16, 1), np.float32)
    cost, gradient = run(case)
    other_cost, other = run(case._replace(x=np.concatenate([case.x, ones], axis=1)))
    assert other_cost == cost
    assert other.tobytes() == gradient.tobytes()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(network=networks(dtype="float32", most_units=40, dropout=True), n=st.integers(1, 33), seed=st.integers(0, 99))
def test_bits_depend_on_the_rows_alone_not_on_buffers_or_history(network, n, seed):
    case = make_case(network, n, seed)
    cost, gradient = run(case, step=3, shard=2)
    other_gradient = np.empty_like(gradient)
    shard = ShardPass(network, case.parameters, other_gradient, 50)
    for rows in (50, 1, n):  # passes of other sizes through the same buffers
        other = make_case(network, rows, seed + 1)
        shard.run(other.x, other.y, step=1)
        shard.outputs(other.x)
    assert shard.run(case.x, case.y, step=3, shard=2) == cost
    assert other_gradient.tobytes() == gradient.tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "gelu", "softplus"])
def test_bits_do_not_depend_on_where_the_arrays_lie(activation, dtype):
    network = Network((13, 37, 21, 5), (activation, activation), dtype=dtype)
    case = make_case(network, 9)
    size = case.parameters.size
    seen = set()
    for offset in range(0, 40, 3):
        parameters, gradient = np.empty(size + 40, dtype)[offset:][:size], np.empty(size + 40, dtype)[40 - offset :]
        x = np.empty(9 * 13 + 40, dtype)[offset:][: 9 * 13].reshape(9, 13)
        parameters[...], x[...] = case.parameters, case.x
        cost = ShardPass(network, parameters, gradient[:size], 9 + offset).run(x, case.y)
        seen.add((cost, gradient[:size].tobytes()))
    assert len(seen) == 1


def lies_elsewhere(x, way, extra):
    """The same rows in a part of a larger array that begins ``extra`` elements into it."""
    rows, columns = x.shape
    if way == "offset":
        view = np.full(x.size + extra, np.nan, x.dtype)[extra:].reshape(rows, columns)
    elif way == "every k-th row":
        view = np.full((rows * (1 + extra), columns), np.nan, x.dtype)[extra :: 1 + extra]
    elif way == "some columns":
        view = np.full((rows, columns + 2 * extra), np.nan, x.dtype)[:, extra : extra + columns]
    else:
        view = np.full((rows * (1 + extra), columns + extra), np.nan, x.dtype)[extra :: 1 + extra, extra:]
    view[...] = x
    return view


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    inputs=st.sampled_from([1, 7, 64, 100, 300, 784]),
    units=st.sampled_from([5, 32, 128, 256]),
    n=st.sampled_from([1, 2, 13, 32, 64, 130]),
    way=st.sampled_from(["offset", "every k-th row", "some columns", "every k-th row, some columns"]),
    extra=st.integers(1, 9),
    brings_ones=st.booleans(),
)
def test_bits_do_not_depend_on_where_and_how_far_apart_the_rows_lie(dtype, inputs, units, n, way, extra, brings_ones):
    case = make_case(Network((inputs, units, 3), ("tanh",), dtype=dtype), n)
    x = np.column_stack([case.x, np.ones(n, dtype)]) if brings_ones else case.x
    there = lies_elsewhere(x, way, extra)
    gradient, single = np.empty_like(case.parameters), np.empty_like(case.parameters)
    shard = ShardPass(case.network, case.parameters, gradient, n)
    one = ShardPass(case.network, case.parameters, single, n)
    found = []
    for rows in (np.ascontiguousarray(x), there):
        cost = shard.run(rows, case.y)
        assert one.run_layer(0, rows, case.y) == shard.cost(rows, case.y) == cost
        found.append(
            (cost, gradient.tobytes(), single[: (inputs + 1) * units].tobytes(), shard.outputs(rows).tobytes())
        )
    assert found[0] == found[1]


def test_passes_may_share_their_buffers():
    first, second = make_case(DIGITS, 16, 1), make_case(DIGITS, 15, 2)
    gradients = [np.empty_like(first.parameters) for _ in range(2)]
    one = ShardPass(DIGITS, first.parameters, gradients[0], 16)
    two = ShardPass(DIGITS, first.parameters, gradients[1], 15, buffers=one.buffers)
    for _ in range(2):
        one.run(first.x, first.y)
        two.run(second.x, second.y)
    assert gradients[0].tobytes() == run(first)[1].tobytes()
    assert gradients[1].tobytes() == run(second._replace(parameters=first.parameters))[1].tobytes()


def test_class_codes_of_any_integer_type_give_the_same():
    case = make_case(DIGITS, 16)
    costs = {run(case._replace(y=case.y.astype(dtype)))[0] for dtype in (np.intp, np.int32, np.uint8)}
    assert len(costs) == 1


def test_a_weight_of_two_is_the_row_twice():
    case = make_case(Network((4, 3, 2), ("tanh",), dtype="float64"), 3)
    twice = case._replace(x=case.x[[0, 1, 1, 2]], y=case.y[[0, 1, 1, 2]])
    cost, gradient = run(case, weight=np.array([1.0, 2.0, 1.0]))
    expected_cost, expected = run(twice)
    assert cost == pytest.approx(expected_cost, rel=1e-14)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-15)


def test_extreme_logits_neither_overflow_nor_lose_the_cost():
    network = Network((1, 2), dtype="float32")
    parameters = np.array([1000.0, -1000.0, 0.0, 0.0], np.float32)
    gradient = np.empty_like(parameters)
    cost = ShardPass(network, parameters, gradient, 1).run(np.ones((1, 1), np.float32), np.array([1]))
    assert cost == 2000.0
    assert gradient.tolist() == [1.0, -1.0, 1.0, -1.0]


@pytest.mark.parametrize("n", [2, 100])
@pytest.mark.parametrize("size", [1e200, 1e308, np.inf, np.nan])
def test_a_diverged_network_has_a_cost_that_is_not_finite(size, n):
    network = Network((1, 1), output="linear", cost="mean_squared_error", dtype="float64")
    shard = ShardPass(network, np.array([size, 0.0]), np.empty(2), n)
    with np.errstate(all="ignore"):
        assert not np.isfinite(shard.run(np.ones((n, 1)), np.zeros((n, 1))))


def test_a_pass_without_a_gradient_only_runs_forward():
    case = make_case(DIGITS, 4)
    shard = ShardPass(DIGITS, case.parameters, None, 4)
    assert shard.outputs(case.x).shape == (4, 10)
    assert shard.cost(case.x, case.y) == run(case)[0]
    with pytest.raises(ValueError, match="without a gradient"):
        shard.run(case.x, case.y)


def test_outputs_are_written_where_asked():
    case = make_case(DIGITS, 4)
    out = np.empty((4, 10), np.float32)
    shard = ShardPass(DIGITS, case.parameters, None, 4)
    assert shard.outputs(case.x, out=out) is out
    np.testing.assert_allclose(out.sum(axis=1), 1.0, rtol=1e-6)


def test_a_trace_shows_activations_and_deltas_of_every_layer():
    network = Network((5, 4, 3), ("tanh",), dtype="float64")
    case = make_case(network, 6)
    gradient = np.empty_like(case.parameters)
    shard = ShardPass(network, case.parameters, gradient, 6)
    shard.run(case.x, case.y)
    (a, delta), (_, output_delta) = shard.trace(6)
    np.testing.assert_allclose(a, np.tanh(case.x @ network.layout.weight(0, case.parameters) + case.parameters[20:24]))
    np.testing.assert_allclose(case.x.T @ delta, network.layout.weight(0, gradient))
    np.testing.assert_allclose(a.T @ output_delta, network.layout.weight(1, gradient))


@pytest.mark.parametrize(("activation", "buffer_bytes"), [("relu", 8192 * 4), ("gelu", 8192)])
def test_a_thousand_steps_allocate_no_array(activation, buffer_bytes):
    """An array of a hidden layer has 512 KiB here. For the length of a call NumPy has a buffer to cast relu's mask in,
    of 8,192 elements, and one to spread softmax's 256 sums over the outputs.

    The rows are a view, as a job's are. Any other array is asked anew where it lies, by a dict whose keys Python
    interns, and after so many of them it rebuilds its table of all interned strings: 4 MiB, once a long run.
    """
    case = make_case(Network((64, 512, 10), (activation,)), 256)
    gradient = np.empty_like(case.parameters)
    shard = ShardPass(case.network, case.parameters, gradient, 256)
    x = np.concatenate([case.x, np.ones((256, 1), np.float32)], axis=1)[:]
    gc.collect()
    tracemalloc.start()
    for _ in range(100):
        shard.run(x, case.y)
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for _ in range(1000):
        shard.run(x, case.y)
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before <= 64  # a cost
    assert peak - before < buffer_bytes + 4096


@pytest.mark.parametrize(
    ("output", "cost", "outputs"),
    [
        ("softmax", "cross_entropy", 4),
        ("sigmoid", "binary_cross_entropy", 1),
        ("sigmoid", "binary_cross_entropy", 3),
        ("linear", "mean_squared_error", 2),
        ("linear", "mean_absolute_error", 2),
        ("linear", "huber", 2),
    ],
)
def test_a_test_gives_the_outputs_and_the_cost_that_is_trained(output, cost, outputs):
    network = Network((5, 4, outputs), ("tanh",), output, cost, dropout=(0.5,))
    case = make_case(network, 30)
    shard = ShardPass(network, case.parameters, None, 30)
    answers = np.empty((30, outputs), np.float32)
    assert shard.test(case.x, case.y, answers) == shard.cost(case.x, case.y)
    assert answers.tobytes() == shard.outputs(case.x).tobytes()
    assert shard.test(case.x[:0], case.y[:0], answers[:0]) == 0.0


@pytest.mark.parametrize(("output", "cost"), [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy")])
def test_the_cost_of_a_test_has_no_upper_bound(output, cost):
    """The probability of the label is 0 in float32; how wrong it is, is told apart all the same."""
    network = Network((1, 1 + (output == "softmax")), output=output, cost=cost)
    answers, found = np.empty((1, network.outputs), np.float32), []
    for z in (1000.0, 2000.0):
        weight = [z, 0.0, 0.0, 0.0] if output == "softmax" else [z, 0.0]
        y = np.ones(1, np.intp) if output == "softmax" else np.zeros((1, 1), np.float32)
        shard = ShardPass(network, np.array(weight, np.float32), None, 1)
        found.append(shard.test(np.ones((1, 1), np.float32), y, answers))
        assert answers[0, 0] == 1.0
    assert found == [1000.0, 2000.0]
