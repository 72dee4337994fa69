"""Consistent copies of the state, made about every second at a boundary: what survivors restart from.

Two files beside the segment are written in turn, by all members, each its own cut of every vector. The leader
then writes a note about the run and publishes by raising one word. Whoever dies while a copy is being made
leaves the copy before it whole. The copies are files and not part of the mapping, so that they are written
without touching a member's own memory, and read by the checkpoint writer while training goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checkpoint_file import RunState
from worker.gang.control_words import Word
from worker.gang.segment import NOTE_BYTES, PIECE, Segment, write_at

_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A published copy."""

    number: int
    state: RunState
    path: Path
    """Raw numbers of shape (parts, parameters), as a checkpoint holds them."""


class Snapshots:
    """This member's part in making snapshots of a segment."""

    def __init__(self, segment: Segment, start: int, stop: int) -> None:
        self._segment = segment
        self._start, self._stop = start, stop
        self.reading: int | None = None
        """The number of the snapshot that this process's checkpoint writer is reading."""
        self._files = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for path in _paths(segment.path)]

    def turn_is_free(self) -> bool:
        """Whether the file whose turn it is may be overwritten. For the leader, before it announces a copy."""
        return self.reading is None or self.reading % 2 != (self._segment.control[Word.PUBLISHED] + 1) % 2

    def hold_latest(self) -> Snapshot | None:
        """The last published copy, kept from being overwritten until ``reading`` is None again."""
        while True:
            snapshot = latest_snapshot(self._segment)
            self.reading = snapshot.number if snapshot else None
            # Only if nothing was published in between is what comes next written into the other file.
            if snapshot is None or self._segment.control[Word.PUBLISHED] == snapshot.number:
                return snapshot

    def copy_own_cut(self, state: NDArray[Any] | None = None) -> None:
        """Copy this member's cut of the segment's whole state, or of another, into the file whose turn it is."""
        state = self._segment.state if state is None else state
        file = self._files[(self._segment.control[Word.PUBLISHED] + 1) % 2]
        for part in range(state.shape[0]):
            for low in range(self._start, self._stop, PIECE):
                high = min(low + PIECE, self._stop)
                piece = state[part, low:high]
                write_at(file, piece, (part * state.shape[1] + low) * state.itemsize)
                if part == state.shape[0] - 1:  # the best weights: not needed until they are beaten or copied again
                    self._segment.forget(self._segment.best[low:high])

    def publish(self, run: RunState) -> None:
        """Make the copy the one to restart from. For the leader, after all members have copied."""
        number = self._segment.control[Word.PUBLISHED] + 1
        text = run.to_json().encode()
        offset = number % 2 * NOTE_BYTES
        self._segment.notes[offset : offset + 8] = len(text).to_bytes(8, "little")
        self._segment.notes[offset + 8 : offset + 8 + len(text)] = text
        self._segment.control[Word.PUBLISHED] = number

    def chunks(self, number: int) -> Iterator[bytes]:
        """The bytes of a published copy, a mebibyte at a time; they are there though the files' names be gone."""
        offset = 0
        while chunk := os.pread(self._files[number % 2], _READ_BYTES, offset):
            yield chunk
            offset += len(chunk)

    def is_finite(self, number: int) -> bool:
        """Whether all parameters of a published copy are numbers: a state that has diverged is not worth keeping."""
        left = self._segment.parameters.nbytes
        for chunk in self.chunks(number):
            if not np.isfinite(np.frombuffer(chunk[:left], self._segment.state.dtype)).all():
                return False
            left -= len(chunk)
            if left <= 0:
                break
        return True

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            os.close(file)


def latest_snapshot(segment: Segment) -> Snapshot | None:
    """The last published copy, or None when the founder died before it made one."""
    number = segment.control[Word.PUBLISHED]
    if number == 0:
        return None
    offset = number % 2 * NOTE_BYTES
    length = int.from_bytes(segment.notes[offset : offset + 8], "little")
    state = RunState.from_json(bytes(segment.notes[offset + 8 : offset + 8 + length]))
    return Snapshot(number, state, _paths(segment.path)[number % 2])


def remove_segment(path: Path) -> None:
    """Remove a segment's files. Whoever has them mapped keeps the memory until it lets go."""
    for file in (path, *_paths(path)):
        file.unlink(missing_ok=True)


def _paths(segment: Path) -> tuple[Path, Path]:
    return segment.with_suffix(".even"), segment.with_suffix(".odd")
