"""What a step costs besides its arithmetic: nothing that grows, and no array."""

import gc
import tracemalloc

import numpy as np
import pytest

from tests.support.gang_of_one import GangOfOne, with_ones
from worker.training.prepared import Prepared

_HIDDEN = 512
_SMALLEST_ARRAY = 64 * _HIDDEN * 4
"""In bytes: the activations of a shard, the smallest array there is in the network's middle."""
_ORDER = 2 * 1280 * 8
"""An epoch's order of the rows, once an epoch, while the one before is still held."""


@pytest.fixture
def gang(tmp_path):
    random = np.random.default_rng(0)
    x, y = with_ones(random.standard_normal((1280, 64)).astype(np.float32)), random.integers(0, 10, 1280)
    return GangOfOne(
        tmp_path,
        Prepared(x, y, x[:128], y[:128]),
        list(range(10)),
        network={"hidden": [{"units": _HIDDEN, "dropout": 0.2}]},
        training={
            "cost": "cross_entropy",
            "batch_size": 128,
            "max_epochs": 103,
            "optimizer": {"name": "adam"},
            "clip_norm": 1.0,
            "l2": 1e-4,
        },
        shards=2,
    )


def test_a_thousand_steps_of_a_run_allocate_no_array(gang):
    """The steps of one epoch after the other, as the trainer takes them, without the tests between them."""
    run, descent = gang.run, gang.trainer._descent

    def train(epoch):
        for batch in run.batches.epoch(epoch, 0):
            descent.take_step(batch, run.plan.steps_per_epoch * epoch, run.learning_rate(0, epoch))

    train(0)
    train(1)
    gc.collect()
    tracemalloc.start()
    train(2)
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for epoch in range(3, 103):
        train(epoch)
    gc.collect()
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert run.plan.steps_per_epoch * 100 == 1000
    assert after - before < 1024
    assert peak - before < _ORDER + _SMALLEST_ARRAY / 2
