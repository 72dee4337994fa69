import gc
import itertools
import tracemalloc

import numpy as np
import pytest

from worker.backprop.layout import Layout
from worker.backprop.optimizers import OPTIMIZERS, make_optimizer
from worker.backprop.optimizers.textbook import RULES

SIZE = 101
RANDOM = np.random.default_rng(0)
START = RANDOM.normal(size=SIZE)
GRADIENTS = RANDOM.normal(size=(50, SIZE)) * RANDOM.uniform(1e-4, 10.0, SIZE)


def train(name, cuts=(0, SIZE), dtype=np.float64, steps=50, weights=None, **hyperparameters):
    """50 steps with a falling rate over the recorded gradients, the vector cut as said."""
    optimizer = make_optimizer(name, **hyperparameters)
    parameters, mean = START.astype(dtype), np.empty(SIZE, dtype)
    slots = [np.zeros(SIZE, dtype) for _ in optimizer.slot_names]
    updates = []
    for low, high in itertools.pairwise(cuts):
        own = weights.weights_within(low, high) if weights is not None else None
        updates.append(optimizer.bind(parameters[low:high], mean[low:high], [s[low:high] for s in slots], own))
    for step in range(1, steps + 1):
        mean[...] = GRADIENTS[step - 1]
        for update in updates:
            update(step, 0.01 / step)
    return parameters, slots


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_fifty_steps_in_place_are_fifty_steps_of_the_paper(name):
    theta, slots = START, [np.zeros(SIZE) for _ in make_optimizer(name).slot_names]
    for t in range(1, 51):
        theta, slots = RULES[name](theta, GRADIENTS[t - 1], slots, t, 0.01 / t)
    np.testing.assert_allclose(train(name)[0], theta, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_where_the_vector_is_cut_changes_no_bit(name, dtype):
    whole, whole_slots = train(name, dtype=dtype)
    for cuts in ((0, 1, SIZE), (0, 50, SIZE), (0, 17, 34, 99, SIZE), tuple(range(SIZE + 1))):
        parameters, slots = train(name, cuts, dtype)
        assert parameters.tobytes() == whole.tobytes()
        assert [slot.tobytes() for slot in slots] == [slot.tobytes() for slot in whole_slots]


def test_decay_spares_the_biases():
    layout = Layout((9, 5, 8))  # 50 and 48 parameters
    assert layout.size == 98
    with_decay = train("adamw", weights=Layout((9, 5, 8)), weight_decay=0.5, steps=1)[0]
    without = train("adam", steps=1)[0]
    changed = with_decay != without
    for i in range(2):
        assert layout.weight(i, changed[:98]).all()
        assert not layout.bias(i, changed[:98]).any()


def test_a_zero_gradient_moves_nothing():
    for name in OPTIMIZERS:
        optimizer = make_optimizer(name)
        parameters = START.copy()
        optimizer.bind(parameters, np.zeros(SIZE), [np.zeros(SIZE) for _ in optimizer.slot_names], ())(1, 0.1)
        assert (parameters == START).all(), name


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["momentum", "nesterov", "rmsprop", "adam", "adamw"])
def test_what_decays_ends_at_zero_and_not_among_the_subnormal_numbers(name, dtype):
    optimizer = make_optimizer(name)
    slots = [np.full(3, 3e-37 if dtype == np.float32 else 1e-306, dtype) for _ in optimizer.slot_names]
    update = optimizer.bind(np.ones(3, dtype), np.zeros(3, dtype), slots)
    for step in range(1, 129):
        update(step, 0.01)
    assert not np.array(slots).any()


def test_a_spec_can_be_passed_whole():
    optimizer = make_optimizer(name="adam", learning_rate=0.1, beta1=0.8, beta2=0.9, epsilon=1e-6)
    assert optimizer.slot_names == ("gradients", "squares")


def test_an_unknown_optimizer_is_refused():
    with pytest.raises(ValueError, match="optimizer: 'luck' is unknown"):
        make_optimizer("luck")


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_a_thousand_updates_allocate_no_array(name):
    """NumPy converts truth values in a small buffer of its own; a block has 64 KiB."""
    optimizer = make_optimizer(name)
    parameters, gradient = np.ones(16_384, np.float32), np.full(16_384, 1e-3, np.float32)
    update = optimizer.bind(parameters, gradient, [np.zeros(16_384, np.float32) for _ in optimizer.slot_names])
    update(1, 0.001)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for step in range(2, 1000):
        update(step, 0.001)
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 512
    assert peak - before < 48 * 1024
