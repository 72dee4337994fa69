"""What a step costs besides its arithmetic: nothing that grows, and no array."""

import gc
import itertools
import tracemalloc

import numpy as np
import pytest

from models.spec.training import UpdateOrder
from tests.support.gang_of_one import GangOfOne
from tests.worker.training.specs import OPTIMIZERS, REGRESSIONS, several_labels, table
from worker.backprop.activations import ACTIVATIONS
from worker.backprop.compiled import loops_in_use, numpy_calls_only

ROWS, BATCH, SHARDS, HIDDEN, OUTPUTS = 640, 64, 2, 512, 10
STEPS_PER_EPOCH = ROWS // BATCH
FEW = 8 * 1024
"""In bytes: the Python objects of a step, all gone at its end. The smallest array in the network's middle, one byte for
each of a shard's activations, is twice as large.

In it are the buffers that NumPy takes for the length of a call where it spreads a row over many or adds float32 in
float64: of a few numbers for each row of a shard, here 32, and of no more than 8,192 for however many."""
CAST = 8192
"""Elements of the buffer that NumPy casts in, freed within the call. The one exception: relu's NumPy calls multiply δ
with a mask of bytes, which takes as long as to cast the mask first."""
ORDER = 3 * ROWS * 8
"""An epoch's order of the rows and what is gathered of it at a time, while the order before is still held."""


def gang(folder, *, cost="cross_entropy", activation="tanh", dropout=0.2, weighted=False, **training):
    classifies, several = cost not in REGRESSIONS, cost == "binary_cross_entropy"
    training = {"cost": cost, "batch_size": BATCH, "max_epochs": 1000, "clip_norm": 1.0, "l2": 1e-4, **training}
    return GangOfOne(
        folder,
        table(ROWS, 64, cost, OUTPUTS, training.get("dtype", "float32"), validation_rows=64, weighted=weighted),
        list(range(OUTPUTS)) if classifies else [],
        task="classification" if classifies else "regression",
        target=several_labels(OUTPUTS) if several else "label",
        network={"hidden": [{"units": HIDDEN, "activation": activation, "dropout": dropout}]},
        training=training,
        shards=SHARDS,
    )


class Watch:
    """What steps allocate, one epoch after the other as the trainer takes them, without the tests between them."""

    def __init__(self, gang):
        self.run, self.descent, self.epochs = gang.run, gang.trainer._descent, itertools.count()
        self.most_of_a_step = self.most_of_an_epoch = 0

    def train(self, steps):
        for _ in range(steps // STEPS_PER_EPOCH):
            self.train_an_epoch(next(self.epochs))

    def train_an_epoch(self, epoch):
        start, peak = tracemalloc.get_traced_memory()[0], 0
        for step, batch in enumerate(self.run.batches.epoch(epoch, 0), epoch * STEPS_PER_EPOCH):
            before, peak_between = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            self.descent.take_step(batch, step, self.run.learning_rate(step, epoch))
            peak_within = tracemalloc.get_traced_memory()[1]
            tracemalloc.reset_peak()
            self.most_of_a_step = max(self.most_of_a_step, peak_within - before)
            peak = max(peak, peak_between, peak_within)
        self.most_of_an_epoch = max(self.most_of_an_epoch, peak - start)


def assert_allocates_no_array(gang, steps, *, cast_bytes=0):
    assert gang.run.plan.steps_per_epoch == STEPS_PER_EPOCH
    watch = Watch(gang)
    tracemalloc.start()
    try:
        watch.train(3 * STEPS_PER_EPOCH)  # what is made once is there
        gc.collect()
        watch.most_of_a_step = watch.most_of_an_epoch = 0
        before = tracemalloc.get_traced_memory()[0]
        watch.train(steps)
        gc.collect()
        growth = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert growth < 1024
    assert watch.most_of_a_step < FEW + cast_bytes
    assert watch.most_of_an_epoch < ORDER + FEW + cast_bytes


@pytest.mark.parametrize("order", UpdateOrder.__args__)
def test_a_thousand_steps_allocate_no_array_in_any_order(tmp_path, order):
    assert_allocates_no_array(gang(tmp_path, update_order=order), 1000)


@pytest.mark.parametrize(
    "asked",
    [
        *({"activation": activation} for activation in sorted(ACTIVATIONS)),
        *({"cost": cost} for cost in ("binary_cross_entropy", *REGRESSIONS)),
        *({"optimizer": {"name": name}} for name in OPTIMIZERS),
        {"weighted": True},
        {"weighted": True, "cost": "huber"},
        {"dropout": 0.0},
        {"clip_norm": None},
        {"l1": 1e-4, "l2": 0.0},
        {"shuffle": False},
    ],
    ids=lambda asked: "-".join(str(value) for value in asked.values()),
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_whatever_a_job_asks_for_its_steps_allocate_no_array(tmp_path, dtype, asked):
    cast_bytes = CAST * np.dtype(dtype).itemsize if asked.get("activation") == "relu" else 0
    with_loops = loops_in_use() == "compiled"
    assert_allocates_no_array(gang(tmp_path, dtype=dtype, **asked), 60, cast_bytes=0 if with_loops else cast_bytes)


@pytest.mark.parametrize(
    "asked", [{"activation": "relu"}, {"optimizer": {"name": "adam"}, "clip_norm": None, "l2": 0.0}]
)
def test_nor_do_numpy_calls_where_no_loops_were_compiled(tmp_path, asked):
    with numpy_calls_only():
        assert_allocates_no_array(gang(tmp_path, **asked), 60, cast_bytes=CAST * 4)
