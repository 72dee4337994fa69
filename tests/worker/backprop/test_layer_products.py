"""The products of a layer, compiled or the BLAS's: Mᵀ A, W δ, A δᵀ; compiled, each added along its depth in order."""

import math
import mmap
import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.backprop import Network, ShardPass, blas_products, initialize, layer_products, textbook
from worker.backprop.activation_kernels import bind_activation
from worker.backprop.buffers import Buffers
from worker.backprop.compiled import Ending, bind_product, computes_products
from worker.backprop.layer_products import place_for_copies

compiled_only = pytest.mark.skipif(
    not computes_products(), reason="product.c was not compiled here, or this processor has no AVX-512"
)
FLOAT32 = np.dtype(np.float32)


@pytest.fixture(
    params=[
        pytest.param((True, False), marks=compiled_only, id="compiled"),
        pytest.param((False, True), id="the BLAS's, in tiles"),
        pytest.param((False, False), id="the BLAS's, whole"),
    ]
)
def form(request, monkeypatch):
    compiled, in_place = request.param
    monkeypatch.setattr(layer_products, "computes_products", lambda: compiled)
    monkeypatch.setattr(blas_products, "reads_small_products_in_place", lambda: in_place)


# ---- one product

LIE = {
    "by rows": lambda factor: factor,
    "turned": np.asfortranarray,
    "by rows, with gaps": lambda factor: np.pad(factor, ((0, 0), (0, 5)))[:, :-5],
    "turned, with gaps": lambda factor: np.asfortranarray(np.pad(factor, ((0, 5), (0, 0))))[:-5],
}
SIZES = st.one_of(st.integers(1, 40), st.integers(1, 300))
DEPTHS = st.one_of(SIZES, st.sampled_from([1279, 1280, 1281, 2600]))


def product_of(left, right, ending=Ending.AS_SUMMED, a=None, strips=None):
    """In the middle of memories whose ends are to stay as they were; with a place for so many strips, or for all."""
    memory = np.full((len(left) + 2, right.shape[1]), 7.0, np.float32)
    size = strips * 32 * len(right) if strips else place_for_copies([len(right)], [right.shape[1]], FLOAT32).size
    place = np.full(size + 32, 7.0, np.float32)
    bind_product(left, right, memory[1:-1], place[16:-16], ending, a).run()
    assert (memory[[0, -1]] == 7.0).all()
    assert (place[:16] == 7.0).all()
    assert (place[-16:] == 7.0).all()
    return memory[1:-1]


def whole_numbers(random, *shape):
    return random.integers(-8, 9, shape).astype(np.float32)


@compiled_only
@pytest.mark.parametrize("left_lies", LIE)
@pytest.mark.parametrize("right_lies", LIE)
@given(rows=SIZES, columns=SIZES, depth=DEPTHS, seed=st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_every_shape_to_its_edges(left_lies, right_lies, rows, columns, depth, seed):
    """Of whole numbers, so that any order of additions gives the same."""
    random = np.random.default_rng(seed)
    left, right = whole_numbers(random, rows, depth), whole_numbers(random, depth, columns)
    found = product_of(LIE[left_lies](left), LIE[right_lies](right))
    assert (found == left.astype(np.float64) @ right.astype(np.float64)).all()


@compiled_only
@pytest.mark.parametrize("left_lies", LIE)
@pytest.mark.parametrize("right_lies", LIE)
@pytest.mark.parametrize(("rows", "depth", "columns"), [(128, 785, 32), (10, 129, 40), (30, 300, 70), (20, 1300, 33)])
def test_an_element_is_added_up_in_order_and_no_product_is_rounded(left_lies, right_lies, rows, depth, columns):
    random = np.random.default_rng(depth)
    left, right = (random.standard_normal(shape, np.float32) for shape in ((rows, depth), (depth, columns)))
    expected = np.zeros((rows, columns), np.float32)
    for k in range(depth):
        product = np.multiply.outer(left[:, k].astype(np.float64), right[k])  # exact
        expected = (expected + product).astype(np.float32)
    assert product_of(LIE[left_lies](left), LIE[right_lies](right)).tobytes() == expected.tobytes()


@compiled_only
@pytest.mark.parametrize(("rows", "columns"), [(65, 1024), (70, 2048), (3, 1024), (65, 1019)])
@pytest.mark.parametrize("strips", [1, 3, 64])
def test_a_place_for_some_strips_only_and_rows_that_conflict_change_no_bit(rows, columns, strips):
    random = np.random.default_rng(columns)
    left, right = (random.standard_normal(shape, np.float32) for shape in ((rows, 90), (90, columns)))
    expected = np.hstack([product_of(left, right[:, at : at + 100].copy()) for at in range(0, columns, 100)]).tobytes()
    conflicting = np.pad(right, ((0, 0), (0, -columns % 1024)))[:, :columns]
    assert product_of(left, conflicting, strips=strips).tobytes() == expected
    assert product_of(left, np.asfortranarray(right), strips=strips).tobytes() == expected


@compiled_only
@given(rows=SIZES, columns=SIZES, depth=DEPTHS, seed=st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_relu_and_its_slope_are_those_of_the_activation(rows, columns, depth, seed):
    random = np.random.default_rng(seed)
    left, right = whole_numbers(random, rows, depth), whole_numbers(random, depth, columns)
    a = np.maximum(whole_numbers(random, rows, columns), 0)
    expected, delta = product_of(left, right), product_of(left, right)
    kernel = bind_activation("relu", expected, delta, (), (np.empty_like(a), np.empty_like(a)))
    for operation in kernel.forward:
        operation()
    assert (product_of(left, right, Ending.RELU) == expected).all()
    expected[...] = a
    for operation in kernel.backward:
        operation()
    assert product_of(left, right, Ending.RELU_SLOPE, a).tobytes() == delta.tobytes()


@compiled_only
def test_what_is_not_finite_stays_so_behind_relu():
    left, right = np.ones((3, 1), np.float32), np.array([[np.nan, np.inf, -np.inf] * 3], np.float32)
    with np.errstate(all="ignore"):
        assert np.isnan(product_of(left, right, Ending.RELU)[:, ::3]).all()
        assert (product_of(left, right, Ending.RELU)[:, 1::3] == np.inf).all()
        assert np.isnan(product_of(left, right, Ending.RELU_SLOPE, np.zeros((3, 9), np.float32))).all()


@pytest.fixture
def last_numbers(tmp_path):
    """Ones at the end of a mapped file: one number further, and the process dies of SIGBUS."""

    def of_shape(*shape):
        size = 4 * math.prod(shape)
        length = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
        with tempfile.TemporaryFile(dir=tmp_path) as file:
            file.truncate(length + mmap.PAGESIZE)
            memory = mmap.mmap(file.fileno(), length + mmap.PAGESIZE)
            file.truncate(length)
        numbers = np.frombuffer(memory, np.float32)[(length - size) // 4 : length // 4].reshape(shape)
        numbers[...] = 1.0
        return numbers

    return of_shape


@compiled_only
@pytest.mark.parametrize(("rows", "depth", "columns"), [(3, 19, 21), (16, 16, 33), (29, 1, 8), (15, 1300, 35)])
@pytest.mark.parametrize("left_is_turned", [False, True])
@pytest.mark.parametrize("right_is_turned", [False, True])
def test_nothing_behind_the_arrays_is_touched(last_numbers, rows, depth, columns, left_is_turned, right_is_turned):
    left = last_numbers(depth, rows).T if left_is_turned else last_numbers(rows, depth)
    right = last_numbers(columns, depth).T if right_is_turned else last_numbers(depth, columns)
    out, a, place = last_numbers(rows, columns), last_numbers(rows, columns), last_numbers(2 * 32 * depth)
    bind_product(left, right, out, place, Ending.RELU_SLOPE, a).run()
    assert (out == depth).all()


# ---- the passes


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize("n", [7, 64, 300])
def test_a_pass_is_the_textbooks_in_every_form(activation, n):
    network = Network((300, 64, 96, 10), (activation, "relu"))
    random = np.random.default_rng(n)
    parameters, gradient = initialize(network, "he_normal", 1), np.empty(network.layout.size, np.float32)
    x, y = random.standard_normal((n, 300), np.float32), random.integers(0, 10, n)
    cost = ShardPass(network, parameters, gradient, n).run(x, y)
    expected_cost, expected = textbook.gradient(network, parameters.astype(np.float64), x.astype(np.float64), y)
    assert cost == pytest.approx(expected_cost, rel=1e-5)
    assert gradient == pytest.approx(expected, rel=1e-3, abs=1e-3)


@compiled_only
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_pass_with_dropout_is_the_same_in_both_forms(monkeypatch, activation):
    network = Network((30, 64, 96, 10), (activation, "relu"), dropout=(0.4, 0.2), seed=3)
    random = np.random.default_rng(5)
    parameters, x = initialize(network, "he_normal", 1), random.standard_normal((64, 30), np.float32)

    def gradient():
        found = np.empty(network.layout.size, np.float32)
        ShardPass(network, parameters, found, 64).run(x, np.arange(64) % 10, None, 7, 1)
        return found

    compiled = gradient()
    monkeypatch.setattr(layer_products, "computes_products", lambda: False)
    assert compiled == pytest.approx(gradient(), rel=1e-3, abs=1e-3)
    assert (compiled != gradient()).any()


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


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("units", [(256, 512), (2048, 512), (64, 1024)])
@pytest.mark.parametrize("n", [7, 40, 130])
def test_matrices_with_gaps_and_without_give_the_same_bits(units, n):
    """The rows of some would conflict without gaps, and the product be left to the BLAS."""
    network = Network((300, *units, 3), ("relu", "tanh"))
    layout, random = network.layout, np.random.default_rng(n)
    parameters = initialize(network, "he_normal", 1)
    pitched = np.full(layout.pitched_size, np.nan, np.float32)
    for there, here in layout.pitched_parts(0, layout.size, parameters, pitched):
        there[...] = here
    x, y = random.standard_normal((n, 300), dtype=np.float32), random.integers(0, 3, n)
    found = []
    for numbers in (parameters, [layout.pitched_matrix(i, pitched) for i in range(layout.layers)]):
        gradient = np.empty_like(parameters)
        cost = ShardPass(network, numbers, gradient, n).run(x, y)
        found.append((cost, gradient.tobytes()))
    assert found[0] == found[1]


@compiled_only
def test_rows_of_another_shape_or_kind_are_refused():
    network = Network((20, 16, 3), ("relu",))
    parameters = initialize(network, "he_normal", 1)
    shard = ShardPass(network, parameters, np.empty_like(parameters), 16)
    for rows in (np.ones((16, 19), np.float32), np.ones((16, 21))):
        with pytest.raises(ValueError, match=r"rows of shape \(16, 21\) and float32"):
            shard.run(rows, np.zeros(16, np.intp))


@compiled_only
@pytest.mark.parametrize("widths", [(40, 17, 9), (1400, 90, 33, 2), (5, 1300, 40)])
@pytest.mark.parametrize("n", [300, 70, 9, 1])
def test_the_copies_of_a_pass_stay_in_their_place(widths, n):
    network = Network(widths, ("relu",) * (len(widths) - 2))
    random = np.random.default_rng(n)
    parameters, buffers = initialize(network, "he_normal", 1), Buffers(network, 300)
    guarded = np.full(buffers.place.size + 32, 7.0, np.float32)
    buffers.place = guarded[16:-16]
    shard = ShardPass(network, parameters, np.empty_like(parameters), 300, buffers=buffers)
    shard.run(random.standard_normal((n, widths[0]), np.float32), random.integers(0, widths[-1], n))
    assert (guarded[:16] == 7.0).all()
    assert (guarded[-16:] == 7.0).all()


@pytest.mark.parametrize(
    ("rows", "depth", "columns", "left_lies", "right_lies", "expected"),
    [
        (128, 785, 32, "turned", "turned", True),
        (256, 64, 256, "by rows", "turned", True),
        (785, 128, 10, "by rows", "turned", True),
        (257, 64, 2, "by rows", "turned", False),  # most of a strip for nothing
        (785, 129, 16, "by rows", "turned", False),
        (16, 785, 64, "turned", "turned", False),  # turned for one band or two
        (16, 785, 64, "turned", "by rows", True),
        (256, 1024, 64, "by rows", "turned", False),  # rows that conflict in the nearest cache
        (1024, 256, 64, "turned", "by rows", True),
        (2048, 256, 64, "turned", "by rows", False),
        (256, 256, 2048, "turned", "by rows", False),
    ],
)
def test_a_product_that_takes_longer_is_left_to_the_blas(
    monkeypatch, rows, depth, columns, left_lies, right_lies, expected
):
    monkeypatch.setattr(layer_products, "computes_products", lambda: True)

    def is_compiled(dtype):
        factors = LIE[left_lies](np.empty((rows, depth), dtype)), LIE[right_lies](np.empty((depth, columns), dtype))
        return layer_products._can_be_compiled(*factors, np.empty((rows, columns), dtype))

    assert is_compiled(np.float32) == expected
    assert not is_compiled(np.float64)
