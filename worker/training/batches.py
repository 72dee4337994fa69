"""Batches: the rows of each step for the shards one worker holds, gathered in a new order or seen where they lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.backprop.steps import Steps, shard_rows

Array = NDArray[Any]

_GATHER_BYTES = 1 << 20
"""Rows are gathered for so many bytes at once: one call for many small batches, and it all stays in cache."""

_VIEWS_KEPT = 4096
"""Batches whose views are kept from epoch to epoch: to make them anew costs a step about a microsecond."""


class ShardBatch(NamedTuple):
    """One shard's part of a batch: views, valid until the next batch is asked for."""

    number: int
    x: Array
    y: Array
    weight: Array | None
    """How much each row counts, shape (rows,); None for once each."""


class Batch(NamedTuple):
    """One worker's part of a batch, and the weight of the whole of it: its rows, or the sum of their weights.

    A batch whose rows all weigh nothing, 0, has no cost and no gradient. ``divisor`` is then 1.
    """

    weight: float
    shards: tuple[ShardBatch, ...]

    @property
    def divisor(self) -> float:
        """What sums over the batch's rows are divided by."""
        return self.weight or 1.0


class Batches:
    """The batches of a run for the shards [first_shard, last_shard).

    The rows of epoch e come in the order of a permutation keyed by (seed, "shuffle", e), so that any step's
    batch can be made without those before it.

    Args:
        plan: which rows each step sees.
        x: (rows, inputs + 1).
        y: (rows,) or (rows, outputs).
        weights: (rows,) how much each row counts, or None.
        first_shard, last_shard: the shards wanted.
        seed, shuffle: from the spec.
    """

    def __init__(
        self,
        plan: Steps,
        x: Array,
        y: Array,
        weights: Array | None,
        *,
        first_shard: int,
        last_shard: int,
        seed: int,
        shuffle: bool,
    ) -> None:
        self._plan, self._seed = plan, seed
        self._weights = weights
        self.weight = float(plan.rows) if weights is None else float(np.add.reduce(weights, dtype=np.float64))
        """Of an epoch."""
        self._shards = range(first_shard, last_shard)
        self._shuffle = shuffle and plan.steps_per_epoch > 1
        low, high = self._own_rows(min(plan.batch_size, plan.rows))
        ragged_low, ragged_high = self._own_rows(plan.rows % plan.batch_size)
        row_bytes = max(1, x.dtype.itemsize * x.shape[1])
        steps = max(1, _GATHER_BYTES // (row_bytes * max(1, high - low)))
        self._steps_at_once = min(steps, plan.steps_per_epoch)
        # Of a ragged batch these shards may have more rows than of a whole one: the third of 5 has one of 2, none of 3.
        rows = max(self._steps_at_once * (high - low), ragged_high - ragged_low) if self._shuffle else 0
        self._sources = [x, y] if weights is None else [x, y, weights]
        self._gathered = [np.empty((rows, *source.shape[1:]), source.dtype) for source in self._sources]
        self._views: dict[tuple[int, int], tuple[ShardBatch, ...]] = {}

    def epoch(self, epoch: int, first: int) -> Iterator[Batch]:
        """The batches of an epoch, beginning with its batch number ``first``."""
        plan = self._plan
        if plan.steps_per_epoch == 1:
            yield Batch(self.weight, self._views_of(self._sources, plan.rows, 0))
            return
        order = plan.order(epoch, self._seed, shuffle=self._shuffle)
        batches_of = self._gather if self._shuffle else self._where_they_lie
        whole_batches = plan.rows // plan.batch_size
        for start in range(first, whole_batches, self._steps_at_once):
            stop = min(start + self._steps_at_once, whole_batches)
            yield from batches_of(order[start * plan.batch_size : stop * plan.batch_size].reshape(stop - start, -1))
        if whole_batches < plan.steps_per_epoch:
            yield from batches_of(order[whole_batches * plan.batch_size :].reshape(1, -1))

    def _own_rows(self, rows: int) -> tuple[int, int]:
        shards = self._plan.shards
        return shard_rows(rows, self._shards.start, shards)[0], shard_rows(rows, self._shards.stop - 1, shards)[1]

    def _gather(self, order: NDArray[np.int64]) -> Iterator[Batch]:
        """Batches whose rows stand in ``order``, (batches, rows)."""
        rows = order.shape[1]
        low, high = self._own_rows(rows)
        index = order[:, low:high].ravel()
        for source, gathered in zip(self._sources, self._gathered, strict=True):
            # mode="clip" lets NumPy write straight into the buffer; the index is in range by construction.
            np.take(source, index, axis=0, out=gathered[: len(index)], mode="clip")
        for position, total in enumerate(self._totals(order)):
            yield Batch(total, self._views_of(self._gathered, rows, position * (high - low) - low))

    def _where_they_lie(self, order: NDArray[np.int64]) -> Iterator[Batch]:
        """The same of rows that follow each other: nothing to gather."""
        rows, start = order.shape[1], int(order[0, 0])
        for position, total in enumerate(self._totals(order)):
            yield Batch(total, self._views_of(self._sources, rows, start + position * rows))

    def _totals(self, order: NDArray[np.int64]) -> list[float]:
        """The weight of each whole batch, whoever holds its shards."""
        if self._weights is None:
            return [float(order.shape[1])] * len(order)
        totals: list[float] = np.take(self._weights, order).sum(axis=1, dtype=np.float64).tolist()
        return totals

    def _views_of(self, arrays: Sequence[Array], rows: int, offset: int) -> tuple[ShardBatch, ...]:
        """The own shards of a batch of ``rows`` rows whose row r lies at ``offset + r`` of the arrays."""
        views = self._views.get((rows, offset))
        if views is None:
            views = tuple(self._cut(arrays, rows, offset))
            if len(self._views) < _VIEWS_KEPT:
                self._views[rows, offset] = views
        return views

    def _cut(self, arrays: Sequence[Array], rows: int, offset: int) -> Iterator[ShardBatch]:
        for shard in self._shards:
            start, stop = shard_rows(rows, shard, self._plan.shards)
            x, y, *weight = (array[offset + start : offset + stop] for array in arrays)
            yield ShardBatch(shard, x, y, weight[0] if weight else None)
