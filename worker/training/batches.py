"""Batches: the rows of each step, gathered for the shards one worker holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.backprop.philox import philox
from worker.training.plan import Plan, shard_rows

Array = NDArray[Any]

_GATHER_BYTES = 1 << 20
"""Rows are gathered for so many bytes at once: one call for many small batches, and it all stays in cache."""


@dataclass(frozen=True, slots=True)
class ShardBatch:
    """One shard's part of a batch: views, valid until the next batch is asked for."""

    shard: int
    x: Array
    y: Array


@dataclass(frozen=True, slots=True)
class Batch:
    """One worker's part of a batch, and the rows the whole of it has."""

    rows: int
    shards: tuple[ShardBatch, ...]


class Batches:
    """The batches of a run for the shards [first_shard, last_shard).

    The rows of epoch e come in the order of a permutation keyed by (seed, "shuffle", e), so that any step's
    batch can be made without those before it.
    """

    def __init__(
        self, plan: Plan, x: Array, y: Array, *, first_shard: int, last_shard: int, seed: int, shuffle: bool
    ) -> None:
        self._plan, self._x, self._y, self._seed = plan, x, y, seed
        self._shards = range(first_shard, last_shard)
        self._shuffle = shuffle and plan.steps_per_epoch > 1  # the whole is the whole in any order
        low, high = self._own_rows(min(plan.batch_size, plan.rows))
        row_bytes = max(1, x.dtype.itemsize * x.shape[1])
        steps = max(1, _GATHER_BYTES // (row_bytes * max(1, high - low)))
        self._steps_at_once = min(steps, plan.steps_per_epoch)
        self._gathered_x = np.empty((self._steps_at_once * (high - low), *x.shape[1:]), x.dtype)
        self._gathered_y = np.empty((self._steps_at_once * (high - low), *y.shape[1:]), y.dtype)
        self._views: dict[tuple[int, int], Batch] = {}

    def epoch(self, epoch: int, first: int) -> Iterator[Batch]:
        """The batches of an epoch, beginning with its batch number ``first``."""
        plan = self._plan
        if plan.steps_per_epoch == 1:
            yield self._whole()
            return
        order = self._order(epoch)
        whole_batches = plan.rows // plan.batch_size
        for start in range(first, whole_batches, self._steps_at_once):
            stop = min(start + self._steps_at_once, whole_batches)
            self._gather(order[start * plan.batch_size : stop * plan.batch_size].reshape(stop - start, -1))
            for position in range(stop - start):
                yield self._view(plan.batch_size, position)
        if whole_batches < plan.steps_per_epoch:
            rest = order[whole_batches * plan.batch_size :]
            self._gather(rest.reshape(1, -1))
            yield self._view(len(rest), 0)

    def _order(self, epoch: int) -> NDArray[np.int64]:
        if self._shuffle:
            return philox(self._seed, "shuffle", epoch).permutation(self._plan.rows)
        return np.arange(self._plan.rows)

    def _whole(self) -> Batch:
        key = (self._plan.rows, -1)
        if key not in self._views:
            self._views[key] = self._cut(self._plan.rows, self._x, self._y, 0, 0)
        return self._views[key]

    def _own_rows(self, rows: int) -> tuple[int, int]:
        shards = self._plan.shards
        return shard_rows(rows, self._shards.start, shards)[0], shard_rows(rows, self._shards.stop - 1, shards)[1]

    def _gather(self, order: NDArray[np.int64]) -> None:
        low, high = self._own_rows(order.shape[1])
        index = order[:, low:high].ravel()
        # mode="clip" lets NumPy write straight into the buffer; the index is in range by construction.
        np.take(self._x, index, axis=0, out=self._gathered_x[: len(index)], mode="clip")
        np.take(self._y, index, axis=0, out=self._gathered_y[: len(index)], mode="clip")

    def _view(self, rows: int, position: int) -> Batch:
        key = (rows, position)
        if key not in self._views:
            low, high = self._own_rows(rows)
            self._views[key] = self._cut(rows, self._gathered_x, self._gathered_y, position * (high - low), low)
        return self._views[key]

    def _cut(self, rows: int, x: Array, y: Array, offset: int, low: int) -> Batch:
        """The own shards of a batch whose first own row lies at ``offset`` of x and y."""
        parts = []
        for shard in self._shards:
            start, stop = shard_rows(rows, shard, self._plan.shards)
            part = slice(offset + start - low, offset + stop - low)
            parts.append(ShardBatch(shard, x[part], y[part]))
        return Batch(rows, tuple(parts))
