"""The trace of a step is the step: gradient, clipping, update and impacts, held against the training loop."""

from __future__ import annotations

import numpy as np
import pytest

from models.spec.training import UpdateOrder
from tests.support.gang_of_one import GangOfOne, with_ones
from worker.backprop import make_penalty
from worker.backprop.trace import trace
from worker.backprop.traced_step import Rule
from worker.backprop.update_order import UPDATE_ORDERS
from worker.training.prepared import Prepared

RANDOM = np.random.default_rng(5)
X, CODES = RANDOM.standard_normal((40, 12)).astype(np.float32), RANDOM.integers(0, 3, 40).astype(np.intp)
DATA = Prepared(with_ones(X), CODES, with_ones(X[:0]), CODES[:0])
RATE, STEPS = 0.05, 3


def test_the_orders_are_those_that_a_spec_may_name():
    assert UpdateOrder.__args__ == UPDATE_ORDERS


def gang_for(folder, order, clip_norm, optimizer, **training):
    """Layers of several blocks of the norm, one of them cut short."""
    return GangOfOne(
        folder,
        DATA,
        [0, 1, 2],
        shards=3,
        network={"hidden": [{"units": 90, "activation": "tanh"}, {"units": 40, "activation": "relu", "dropout": 0.3}]},
        training={
            "cost": "cross_entropy",
            "optimizer": {"name": optimizer, "learning_rate": RATE},
            "update_order": order,
            "clip_norm": clip_norm,
            "batch_size": 40,
            "class_weight": {"1": 2.5},
            **training,
        },
        validation=None,
    )


@pytest.mark.parametrize("order", UPDATE_ORDERS)
@pytest.mark.parametrize("clip_norm", [None, 0.05, 1e6], ids=["unclipped", "clipped", "not reached"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("l2", [0.0, 0.01])
def test_it_has_the_bits_of_the_step(tmp_path, order, clip_norm, optimizer, l2):
    gang = gang_for(tmp_path, order, clip_norm, optimizer, l2=l2)
    descent, segment, blueprint = gang.trainer._descent, gang.segment, gang.blueprint
    for step in range(STEPS):
        batch = next(iter(gang.run.batches.epoch(step, 0)))
        before, slots = segment.parameters.copy(), [slot.copy() for slot in segment.slots]
        cost, _, norm, *impacts = descent.take_step(batch, step, RATE)
        rows = [np.concatenate([shard[part] for shard in batch.shards]) for part in (1, 2, 3)]
        rule = Rule(
            blueprint.optimizer, slots, make_penalty(blueprint.layout, l2=l2), clip_norm, RATE, step, update_order=order
        )
        x, y, weight = rows[0][:, :-1], rows[1], rows[2]
        found = trace(blueprint.network, before, x, y, rule, top=5, weight=weight, shards=3)

        np.testing.assert_array_equal(found.update, segment.parameters - before)
        assert (found.cost, found.gradient_norm) == (cost, norm)
        assert (found.impacts or []) == impacts
        assert (min(found.clip_factors) < 1.0) == (clip_norm == 0.05)
        if impacts:
            assert found.cost - found.cost_after == pytest.approx(sum(impacts), rel=1e-9)
    gang.trainer.close()
