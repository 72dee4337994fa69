"""Compiled operations that follow each other are one call, in their order."""

import ctypes
import weakref

import numpy as np
import pytest

from worker.backprop import Network, ShardPass, initialize, plan
from worker.backprop.compiled import bind_loop, bind_product, computes_products, in_sequence, loops_in_use

pytestmark = pytest.mark.skipif(loops_in_use() != "compiled", reason=loops_in_use())


def gives_up_the_lock(call):
    return call.func._flags_ != ctypes.PyDLL._func_flags_


def adding(total, numbers):
    return bind_loop("add_to", (total, numbers)).run


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_neighbours_become_one_and_the_order_stays(dtype):
    a, b, one, seen = np.zeros(3, dtype), np.zeros(3, dtype), np.ones(3, dtype), []
    joined = in_sequence([adding(a, one), adding(b, a), lambda: seen.append(b.tolist()), adding(a, b), adding(b, a)])
    assert len(joined) == 3
    for operation in joined:
        operation()
    assert seen == [[1.0] * 3]
    assert a.tolist() == [2.0] * 3
    assert b.tolist() == [3.0] * 3


def test_what_stands_alone_stays_what_it_is():
    alone = [adding(np.zeros(3), np.ones(3)), print]
    assert in_sequence(alone) == alone
    assert in_sequence([]) == []


def test_a_sequence_keeps_its_arrays_alive():
    total = np.zeros(1000)
    alive = weakref.ref(total)
    (both,) = in_sequence([adding(total, np.ones(1000)), adding(total, np.ones(1000))])
    del total
    both()
    assert (alive() == 2.0).all()


@pytest.mark.skipif(not computes_products(), reason="product.c was not compiled here, or this processor has no AVX-512")
def test_what_takes_long_together_gives_up_the_interpreters_lock():
    def product(size):
        factor = np.ones((size, size), np.float32)
        return bind_product(factor, factor, np.empty_like(factor), np.empty(32 * size, np.float32)).run

    short, middling = product(16), product(200)
    assert gives_up_the_lock(product(256))
    assert not gives_up_the_lock(middling)
    assert not gives_up_the_lock(*in_sequence([short, middling]))
    assert gives_up_the_lock(*in_sequence([middling, short, middling]))


@pytest.mark.skipif(not computes_products(), reason="product.c was not compiled here, or this processor has no AVX-512")
def test_a_pass_with_relu_and_cross_entropy_is_one_call():
    network = Network((20, 16, 12, 10), ("relu", "relu"))
    parameters = initialize(network, "he_normal", 1)
    shard = ShardPass(network, parameters, np.empty_like(parameters), 16)
    shard.run(np.ones((16, 20), np.float32), np.zeros(16, np.intp))
    assert len(shard._plans[16].whole_pass) == 1


@pytest.mark.parametrize("outputs", [3, 10])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_pass_has_the_bits_of_its_calls_one_by_one(monkeypatch, outputs, activation):
    """Of few outputs, products stay the BLAS's, and part the sequence; so does an activation in NumPy calls."""
    network = Network((20, 16, 12, outputs), ("relu", activation), dropout=(0.0, 0.3))
    parameters, random = initialize(network, "he_normal", 1), np.random.default_rng(2)
    x, y = random.standard_normal((24, 20), np.float32), random.integers(0, outputs, 24)
    weights = [None, random.uniform(0, 2, 24).astype(np.float32), None]  # what one step is given, the next one forgets

    def steps():
        gradient = np.empty_like(parameters)
        shard = ShardPass(network, parameters, gradient, 24)
        return [(shard.run(x, y, weight, step, 0), gradient.tobytes()) for step, weight in enumerate(weights)]

    joined = steps()
    monkeypatch.setattr(plan, "in_sequence", list)
    assert steps() == joined
    assert joined[0] != joined[1]
