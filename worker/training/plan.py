"""What follows from the spec and the number of rows: which rows each step sees, and how many steps there are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
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


def shard_rows(rows: int, shard: int, shards: int) -> tuple[int, int]:
    """The part [start, stop) of a batch of ``rows`` rows that belongs to a shard; it may be empty."""
    return rows * shard // shards, rows * (shard + 1) // shards
