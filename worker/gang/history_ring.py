"""The history of the last steps and epochs, in shared memory: it survives the leader, who alone writes it."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.gang.segment import RING_EPOCHS, RING_STEPS, Segment

Array = NDArray[Any]


class HistoryRing:
    """Rows by step and by epoch, the oldest overwritten.

    A reader on another thread reads rows that the counters ``steps`` and ``epochs`` have passed: they are
    complete. The counters are the run's: steps done, epochs done.
    """

    def __init__(self, segment: Segment, steps: int, epochs: int) -> None:
        self._ring_bytes, self._epochs = segment.ring_bytes, segment.epochs
        self._row = struct.Struct(f"{segment.shape.step_columns}d")
        self.steps, self.epochs = steps, epochs
        self._first_epoch = epochs
        self.saved_steps, self.saved_epochs = steps, epochs
        """How far the reader has come: rows from here on must not be overwritten."""

    def record_step(self, row: list[float]) -> None:
        """Add the row of the step just done."""
        self._row.pack_into(self._ring_bytes, self.steps % RING_STEPS * self._row.size, *row)
        self.steps += 1

    def record_epoch(self, row: list[float]) -> None:
        """Add the row of the epoch just done."""
        self._epochs[self.epochs % RING_EPOCHS] = row
        self.epochs += 1

    def last_epoch(self) -> list[float] | None:
        """The newest row by epoch of this generation, or None before its first."""
        return self._epochs[(self.epochs - 1) % RING_EPOCHS].tolist() if self.epochs > self._first_epoch else None

    def is_full(self) -> bool:
        """Whether the next row would overwrite one that is not saved yet."""
        return self.steps - self.saved_steps >= RING_STEPS or self.epochs - self.saved_epochs >= RING_EPOCHS


def steps_between(segment: Segment, first: int, last: int) -> Array:
    """A copy of the rows of the steps [first, last), shape (steps, step columns)."""
    return np.take(segment.ring, np.arange(first, last), axis=0, mode="wrap")


def epochs_between(segment: Segment, first: int, last: int) -> Array:
    """A copy of the rows of the epochs [first, last), shape (epochs, columns)."""
    return np.take(segment.epochs, np.arange(first, last), axis=0, mode="wrap")
