"""The compiled loops have the bits of the NumPy calls they stand for."""

import math
import shutil
import weakref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from worker.backprop.activation_kernels import bind_activation
from worker.backprop.compiled import bind_chain, bind_loop, loops_in_use, numpy_calls_only
from worker.backprop.compiled import library as module
from worker.backprop.gradient_norm import NORM_BLOCK, bind_norm, bind_squares, squares_of
from worker.backprop.optimizers import OPTIMIZERS, make_optimizer
from worker.backprop.optimizers.optimizer import SCALE
from worker.backprop.softmax_kernels import cross_entropy_in_calls
from worker.backprop.tree import addition_loops, bind_tree_mean, tree_depth

pytestmark = pytest.mark.skipif(loops_in_use() != "compiled", reason=loops_in_use())

DTYPES = (np.float32, np.float64)


def both_ways(bind_and_run):
    """The bytes of what a function makes with loops, and with NumPy calls."""
    results = [bind_and_run()]
    with numpy_calls_only():
        results.append(bind_and_run())
    return [[array.tobytes() for array in result] for result in results]


def numbers(dtype, shape, *, seed):
    """Of all magnitudes, some of them subnormal, some zero."""
    random = np.random.default_rng(seed)
    exponents = random.uniform(-45, 15, shape) if dtype == np.float32 else random.uniform(-320, 100, shape)
    with np.errstate(under="ignore", over="ignore"):
        drawn = (random.standard_normal(shape) * 10.0**exponents).astype(dtype)
    drawn[random.uniform(size=shape) < 0.05] = 0.0
    return drawn


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
@given(st.sampled_from(DTYPES), st.integers(1, 200), st.integers(0, 2**32), st.integers(1, 100))
@settings(deadline=None)
def test_every_optimizer(name, dtype, size, seed, steps):
    def update():
        optimizer = make_optimizer(name)
        theta, gradient = numbers(dtype, size, seed=seed), numbers(dtype, size, seed=seed + 1)
        slots = [np.zeros(size, dtype) for _ in optimizer.slot_names]
        bound = optimizer.bind(theta, gradient, slots)
        with np.errstate(all="ignore"):
            for step in range(1, steps + 1):
                bound(step, 0.1 / step)
                gradient *= dtype(0.7)
        return [theta, gradient, *slots]

    by_loop, by_calls = both_ways(update)
    assert by_loop == by_calls


@given(st.sampled_from(DTYPES), st.integers(1, 17), st.integers(1, 200), st.integers(0, 2**32))
@settings(deadline=None)
def test_the_mean_gradient(dtype, shards, size, seed):
    def mean():
        out = np.empty(size, dtype)
        gradients = numbers(dtype, (shards, size), seed=seed)
        bind_tree_mean(list(gradients), out, list(np.empty((tree_depth(shards), size), dtype)))(1 / 3)
        return [out]

    by_loop, by_calls = both_ways(mean)
    assert by_loop == by_calls


@given(st.sampled_from(DTYPES), st.integers(1, 5000), st.integers(0, 2**32))
@settings(deadline=None)
def test_the_sums_of_squares(dtype, size, seed):
    gradient = numbers(dtype, size, seed=seed)

    def sums():
        with np.errstate(all="ignore"):
            return [squares_of(gradient)]

    by_loop, by_calls = both_ways(sums)
    assert by_loop == by_calls


@given(st.sampled_from(DTYPES), st.integers(1, 300), st.integers(0, 2**32))
@settings(deadline=None)
def test_the_norm_from_the_sums_of_squares(dtype, blocks, seed):
    squares = np.abs(numbers(dtype, blocks, seed=seed))

    def norm():
        bound = bind_norm(squares)
        return [np.array([bound(), bound()])]

    by_loop, by_calls = both_ways(norm)
    assert by_loop == by_calls
    assert bind_norm(squares)() == pytest.approx(math.sqrt(math.fsum(squares.tolist())), rel=1e-14)


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
@given(st.sampled_from(DTYPES), st.integers(1, 5000), st.integers(1, 9), st.integers(0, 2**32), st.integers(1, 40))
@settings(deadline=None)
def test_all_that_a_step_ends_with_in_one_loop(name, dtype, size, shards, seed, steps):
    """The mean of the shards' gradients, its squares, and the rule, of any number of shards."""
    gradients = list(numbers(dtype, (shards, size), seed=seed))
    optimizer = make_optimizer(name)

    def begin():
        slots = [np.zeros(size, dtype) for _ in optimizer.slot_names]
        return numbers(dtype, size, seed=seed + 1), slots, np.empty(-(-size // NORM_BLOCK), dtype)

    def registers():
        return list(np.empty((tree_depth(shards), size), dtype))

    def in_one():
        (theta, slots, squares), (additions, summands) = begin(), addition_loops(gradients, registers())
        prepare, rest = optimizer.bind_step(theta, summands, slots, squares, [slice(0, size // 2)])
        run = bind_chain([*additions, rest], theta) if additions else rest.run
        for step in range(1, steps + 1):
            prepare(step, 0.1 / step)
            rest.numbers[SCALE] = 1 / 3
            run()
        return [theta, *slots, squares]

    def one_after_the_other():
        (theta, slots, squares), g = begin(), np.empty(size, dtype)
        set_mean = bind_tree_mean(gradients, g, registers())
        of_squares = bind_squares(g, squares, np.empty(squares.size * NORM_BLOCK, dtype))
        update = optimizer.bind(theta, g, slots, [slice(0, size // 2)])
        for step in range(1, steps + 1):
            set_mean(1 / 3)
            of_squares.run()
            update(step, 0.1 / step)
        return [theta, *slots, squares]

    with np.errstate(all="ignore"):
        found = in_one()
        with numpy_calls_only():
            expected = one_after_the_other()
    assert [array.tobytes() for array in found] == [array.tobytes() for array in expected]


@given(st.sampled_from(DTYPES), st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32))
@settings(deadline=None)
def test_relu_back(dtype, units, n, seed):
    def slope():
        a, d = np.maximum(numbers(dtype, (units, n), seed=seed), 0), numbers(dtype, (units, n), seed=seed + 1)
        scratch = np.empty((2, units, n), dtype)
        for call in bind_activation("relu", a, d, (), tuple(scratch)).backward:
            call()
        return [d]

    by_loop, by_calls = both_ways(slope)
    assert by_loop == by_calls


@given(st.data(), st.sampled_from(DTYPES), st.integers(2, 40), st.integers(1, 70), st.integers(0, 2**32))
@settings(deadline=None)
def test_cross_entropy_around_numpys_exponentials(data, dtype, classes, n, seed):
    codes = data.draw(arrays(np.intp, n, elements=st.integers(0, classes - 1)))
    random = np.random.default_rng(seed)
    z = random.uniform(-100, 100, (classes, n)).astype(dtype)
    weight = random.uniform(0, 2, n).astype(dtype) if data.draw(st.booleans()) else None

    def cost():
        delta = z.copy()
        return [np.array(cross_entropy_in_calls(delta)(codes, weight)), delta]

    by_loop, by_calls = both_ways(cost)
    assert by_loop == by_calls


def test_arrays_that_overlap_or_have_gaps_are_left_to_numpy():
    memory = np.zeros(30)
    assert bind_loop("sgd", (memory[:10], memory[10:20])) is not None
    assert bind_loop("sgd", (memory[:10], memory[9:19])) is None
    assert bind_loop("sgd", (memory[:10:2], memory[10:15])) is None


def test_a_loop_keeps_its_arrays_alive():
    """An address alone would not."""
    theta = np.ones(1000)
    alive = weakref.ref(theta)
    loop = bind_loop("sgd", (theta, np.ones(1000)), (0.5,))
    del theta
    assert alive() is not None
    loop.run()
    assert (alive() == 0.5).all()


def test_a_class_out_of_range_writes_nothing_elsewhere():
    memory = np.ones((4, 3))
    z = memory[1:3]
    cross_entropy_in_calls(z)(np.array([-1, 99, 1]), None)
    assert (memory[[0, 3]] == 1.0).all()


def test_loops_of_another_source_are_not_used(tmp_path, monkeypatch):
    here = Path(module.__file__).parent
    for name in ("cross_entropy.c", "product.c", "loops.c", "loops_float32.so", "loops_float64.so"):
        shutil.copy(here / name, tmp_path)
    monkeypatch.setattr(module, "_HERE", tmp_path)
    assert module.library_of.__wrapped__("float32") is not None
    (tmp_path / "loops.c").write_text("/* another */")
    assert module.library_of.__wrapped__("float32") is None


def test_a_file_that_is_no_library_is_not_used(tmp_path, monkeypatch):
    shutil.copy(Path(module.__file__).with_name("loops.c"), tmp_path)
    monkeypatch.setattr(module, "_HERE", tmp_path)
    assert module.library_of.__wrapped__("float64") is None
    (tmp_path / "loops_float64.so").write_text("garbage")
    assert module.library_of.__wrapped__("float64") is None
