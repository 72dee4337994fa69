"""What follows from the spec and the number of rows: which rows each step sees, and how many steps there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.backprop.philox import philox


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a run.

    A step's number counts the steps done before it, from 0; so does an epoch's here. Epochs are shown from 1.
    """

    rows: int
    batch_size: int
    max_epochs: int
    shards: int

    @property
    def steps_per_epoch(self) -> int:
        """Batches an epoch, the last one possibly ragged."""
        return -(-self.rows // self.batch_size)

    @property
    def steps_total(self) -> int:
        """Steps of the whole run, if nothing ends it early."""
        return self.steps_per_epoch * self.max_epochs

    def batch(self, step: int) -> tuple[int, int]:
        """The rows [start, stop) of the epoch's order that this step sees."""
        start = step % self.steps_per_epoch * self.batch_size
        return start, min(start + self.batch_size, self.rows)

    def order(self, epoch: int, seed: int, *, shuffle: bool) -> NDArray[np.int64]:
        """The rows in the order of an epoch: a permutation keyed by (seed, "shuffle", epoch), so that any epoch's can
        be made without those before it. Without shuffling, and where a batch is the whole, as they are.
        """
        if shuffle and self.steps_per_epoch > 1:
            return philox(seed, "shuffle", epoch).permutation(self.rows)
        return np.arange(self.rows)

    def rows_of(self, step: int, seed: int, *, shuffle: bool) -> NDArray[np.int64]:
        """The rows of one step's batch, in its order."""
        start, stop = self.batch(step)
        return self.order(step // self.steps_per_epoch, seed, shuffle=shuffle)[start:stop]


def shard_rows(rows: int, shard: int, shards: int) -> tuple[int, int]:
    """The part [start, stop) of a batch of ``rows`` rows that belongs to a shard; it may be empty."""
    return rows * shard // shards, rows * (shard + 1) // shards
