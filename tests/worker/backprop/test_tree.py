"""The canonical tree: one order of addition, whoever adds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from worker.backprop.tree import bind_tree_mean, bind_tree_total, tree_depth, tree_sum


def test_the_tree_over_three_shards_adds_the_right_pair_first():
    assert tree_sum(["a", "b", "c"]) == "abc"
    values = [1e16, 1.0, 1.0]
    assert tree_sum(values) == 1e16 + (1.0 + 1.0)
    assert tree_sum(values) != (1e16 + 1.0) + 1.0


@given(st.integers(1, 64), st.integers(1, 300), st.integers(0, 2**32))
def test_the_bound_form_gives_the_bits_of_the_plain_one(shards, size, seed):
    gradients = np.random.default_rng(seed).standard_normal((shards, size)).astype(np.float32)
    registers = np.empty((tree_depth(shards), size), np.float32)

    out = np.empty(size, np.float32)

    bind_tree_mean(list(gradients), out, list(registers))(0.3)

    assert out.tobytes() == (tree_sum(list(gradients)) * np.float32(0.3)).tobytes()


@given(st.integers(1, 16), st.data(), st.integers(0, 2**32))
def test_the_mean_may_go_to_the_memory_of_a_shard(shards, data, seed):
    gradients = np.random.default_rng(seed).standard_normal((shards, 5))
    out = gradients[data.draw(st.integers(0, shards - 1))]
    mean = tree_sum(list(gradients.copy())) * 0.3

    bind_tree_mean(list(gradients), out, list(np.empty((tree_depth(shards), 5))))(0.3)

    assert out.tobytes() == mean.tobytes()


@given(st.integers(2, 64), st.integers(0, 2**32))
def test_a_whole_subtree_may_be_added_beforehand(shards, seed):
    values = list(np.random.default_rng(seed).standard_normal(shards))
    middle = shards // 2

    assert tree_sum(values) == tree_sum(values[:middle]) + tree_sum(values[middle:])


def test_the_inputs_are_left_as_they_were():
    gradients = np.arange(15, dtype=np.float64).reshape(5, 3)
    before = gradients.copy()

    bind_tree_mean(list(gradients), np.empty(3), list(np.empty((tree_depth(5), 3))))(1.0)

    assert (gradients == before).all()


@given(st.integers(1, 64), st.integers(0, 2**32))
def test_the_bound_total_gives_the_bits_of_the_plain_one(shards, seed):
    costs = np.random.default_rng(seed).standard_normal(shards)
    assert bind_tree_total(memoryview(costs))() == tree_sum(costs.tolist())
