"""Which rows a step sees can be told of any step by itself."""

import numpy as np
import pytest

from worker.backprop.philox import philox
from worker.backprop.steps import Steps

PLAN = Steps(rows=10, batch_size=4, max_epochs=3, shards=2)


def test_the_steps_of_an_epoch_see_every_row_once():
    rows = np.concatenate([PLAN.rows_of(step, 5, shuffle=True) for step in (3, 4, 5)])
    assert sorted(rows) == list(range(10))
    assert rows.tolist() == philox(5, "shuffle", 1).permutation(10).tolist()


def test_the_last_batch_of_an_epoch_may_be_ragged():
    assert [len(PLAN.rows_of(step, 5, shuffle=True)) for step in range(4)] == [4, 4, 2, 4]


@pytest.mark.parametrize("plan", [Steps(10, 10, 2, 2), Steps(1, 1, 2, 2)])
def test_a_batch_of_all_rows_has_them_as_they_are(plan):
    assert plan.rows_of(1, 5, shuffle=True).tolist() == list(range(plan.rows))


def test_without_shuffling_every_epoch_begins_with_the_first_row():
    assert PLAN.rows_of(3, 5, shuffle=False).tolist() == [0, 1, 2, 3]
