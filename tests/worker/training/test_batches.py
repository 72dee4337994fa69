"""Batches: every row once an epoch, in an order that any step can be entered at, whoever holds which shards."""

from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker.backprop.steps import Steps, shard_rows
from worker.training.batches import Batches


def batches(plan, first_shard=0, last_shard=None, weights=None, shuffle=True):
    x = np.arange(plan.rows * 2.0).reshape(plan.rows, 2)
    y = np.arange(plan.rows)
    last = plan.shards if last_shard is None else last_shard
    return Batches(plan, x, y, weights, first_shard=first_shard, last_shard=last, seed=5, shuffle=shuffle)


def rows_by_step(source, epoch, first=0):
    """For each step, the rows of each shard."""
    return [[shard.y.tolist() for shard in batch.shards] for batch in source.epoch(epoch, first)]


plans = st.builds(
    Steps,
    rows=st.integers(1, 200),
    batch_size=st.integers(1, 64),
    max_epochs=st.just(3),
    shards=st.integers(1, 9),
)


@given(plans, st.integers(0, 3))
def test_an_epoch_shows_every_row_once(plan, epoch):
    seen = [row for step in rows_by_step(batches(plan), epoch) for shard in step for row in shard]
    assert sorted(seen) == list(range(plan.rows))


@given(plans, st.data())
def test_any_step_can_be_entered_at(plan, data):
    first = data.draw(st.integers(0, plan.steps_per_epoch - 1))
    assert rows_by_step(batches(plan), 1, first) == rows_by_step(batches(plan), 1)[first:]


@given(plans, st.data())
@example(Steps(rows=5, batch_size=3, max_epochs=3, shards=5), None)
def test_a_shard_sees_the_same_rows_whoever_holds_it(plan, data):
    """In the example the third shard has no row of the whole batch, and one of the ragged one."""
    drawn = data.draw(st.sets(st.integers(0, plan.shards))) if data else {2, 3}
    whole, held = rows_by_step(batches(plan), 2), pairwise(sorted({0, plan.shards, *drawn}))
    parts = [rows_by_step(batches(plan, first, last), 2) for first, last in held]
    assert [list(chain(*each)) for each in zip(*parts, strict=True)] == whole


def test_x_and_y_stay_together():
    for batch in batches(Steps(100, 16, 1, 3)).epoch(0, 0):
        for shard in batch.shards:
            assert (shard.x[:, 0] == 2 * shard.y).all()


def test_epochs_come_in_different_orders_and_the_same_epoch_in_one():
    plan = Steps(100, 16, 3, 1)
    assert rows_by_step(batches(plan), 0) != rows_by_step(batches(plan), 1)
    assert rows_by_step(batches(plan), 0) == rows_by_step(batches(plan), 0)


def test_without_shuffling_rows_come_as_they_are():
    plan = Steps(10, 4, 1, 2)
    expected = [[[0, 1], [2, 3]], [[4, 5], [6, 7]], [[8], [9]]]
    assert rows_by_step(batches(plan, shuffle=False), 0) == expected


def test_without_shuffling_rows_are_seen_where_they_lie():
    source = batches(Steps(10, 4, 1, 2), shuffle=False)
    (table, *_) = source._sources
    assert all(
        np.shares_memory(shard.x, table) for batch in source.epoch(0, 0) for shard in batch.shards if len(shard.x)
    )


def test_a_batch_weighs_what_all_its_rows_weigh_though_a_worker_holds_few_of_them():
    plan = Steps(10, 4, 1, 2)
    weights = np.arange(10.0)
    found = [batch.weight for batch in batches(plan, 1, 2, weights, shuffle=False).epoch(0, 0)]
    assert found == [6.0, 22.0, 17.0]


@pytest.mark.parametrize("rows", [0, 1, 5, 64])
@pytest.mark.parametrize("shards", [1, 2, 7, 64])
def test_the_shards_of_a_batch_are_its_rows_in_order(rows, shards):
    parts = [shard_rows(rows, shard, shards) for shard in range(shards)]
    assert [row for start, stop in parts for row in range(start, stop)] == list(range(rows))
