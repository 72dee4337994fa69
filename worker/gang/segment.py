"""The shared segment of one generation: the memory a gang trains in.

It is a file, mapped by every member. One member founds it; the others find it by the name in the generation's
row. Its regions, each on a cache line of its own:

    control      words the leader writes: boundary, decision, abort, published snapshot
    arrivals     the barrier's counters, a line a member
    costs        (shards,) float64: the cost of each shard's rows in the present step
    norms        (norm blocks,): squares of the gradient, added over blocks of NORM_BLOCK
    ring         (RING_STEPS, columns) float64: cost, learning rate, gradient norm, … of the last steps
    epochs       (RING_EPOCHS, columns) float64: the metrics of the last epochs
    factor       one float64: what the plateau rule has made of the learning rate
    notes        two texts, one a snapshot: what is known of the run beside its numbers
    state        (1 + slots + 1, parameters): the parameters, the optimizer's slots, the best parameters so far
    published    (pitched parameters,): the parameters once more, where all members read them; empty for large networks
    gradients    (shards, parameters)
    outputs      (tested rows, outputs): what the network says of the rows that are tested after every epoch
    tested       (tested rows,) float64: the cost of each block of them; there are at most as many blocks
"""

from __future__ import annotations

import errno
import mmap
import os
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import GangBroken, StorageFull
from worker.gang.barrier import COUNTER_STRIDE

RING_STEPS = 1 << 18
"""Steps whose cost the segment remembers: ten seconds of the fastest network while the database is away."""
RING_EPOCHS = 1 << 12
NOTE_BYTES = 1 << 16
_LINE = 64
_WORTH_FORGETTING = 1 << 20
PIECE = 1 << 20
"""Elements of the state that are copied at a time where they are forgotten afterwards."""
_CONTROL_WORDS = 16


@dataclass(frozen=True, slots=True)
class SegmentShape:
    """All that decides how large the segment is and where its regions lie."""

    shards: int
    parameters: int
    published: int
    """Elements of the parameters' pitched form (see ``Layout``), 0 where there is none."""
    norm_blocks: int
    """The sum over the layers of ``norm_blocks(layer)``: enough for the whole and for each layer by itself."""
    slots: int
    dtype: str
    tested_rows: int
    outputs: int
    step_columns: int
    epoch_columns: int

    @property
    def parts(self) -> int:
        """Vectors of the state: parameters, slots, best."""
        return 2 + self.slots


def write_at(file: int, values: NDArray[Any], offset: int) -> None:
    """Write all of the values, contiguous ones, so many bytes behind the beginning of the file."""
    view = memoryview(values.data).cast("B") if values.size else memoryview(b"")
    written = 0
    while written < len(view):
        written += os.pwrite(file, view[written:], offset + written)


def is_finite(vector: NDArray[Any]) -> bool:
    """Whether all elements are numbers; looked at piece by piece, for memory's sake."""
    return all(bool(np.isfinite(vector[low : low + PIECE]).all()) for low in range(0, vector.size, PIECE))


class Segment:
    """The mapped memory, as arrays and words."""

    def __init__(self, path: Path, shape: SegmentShape, descriptor: int) -> None:
        """Map an open file. Whoever opened it may close it."""
        self.path, self.shape, self._file = path, shape, os.dup(descriptor)
        weakref.finalize(self, os.close, self._file)
        regions, self.size_bytes = _regions(shape)
        self._buffer = buffer = mmap.mmap(descriptor, self.size_bytes)
        words = memoryview(buffer)

        def array(name: str) -> NDArray[Any]:
            offset, dtype, dimensions = regions[name]
            return np.ndarray(dimensions, dtype=dtype, buffer=buffer, offset=offset)

        def view(name: str) -> memoryview:
            offset, dtype, dimensions = regions[name]
            size = int(np.prod(dimensions)) * np.dtype(dtype).itemsize
            return words[offset : offset + size]

        # Views of single words: reading one costs 30 ns, a third of what it costs through an array.
        self.control: memoryview[int] = view("control").cast("q")
        self.arrivals: memoryview[int] = view("arrivals").cast("q")
        self.costs: memoryview[float] = view("costs").cast("d")
        self.ring_bytes = view("ring")
        self.factor: memoryview[float] = view("factor").cast("d")
        self.notes: memoryview[int] = view("notes")
        self.ring = array("ring")
        self.epochs = array("epochs")
        self.norms = array("norms")
        self.state = array("state")[:, : shape.parameters]
        self.published = array("published")
        self.gradients = array("gradients")[:, : shape.parameters]
        self.outputs = array("outputs")
        self.tested = array("tested")
        self._address = int(np.frombuffer(buffer, np.uint8).ctypes.data)

    def forget(self, part: NDArray[Any]) -> None:
        """Give back this process's hold on the pages of a part of the segment. What is in them stays, for everybody.

        A page that a process has touched once counts as its own until it ends: the founder, who fills the whole state,
        would hold all of the others' cuts. To touch them again costs a fault a page, so small parts are not worth it.
        """
        if not _is_forgotten(part):
            return
        start = int(part.ctypes.data) - self._address
        first = start // mmap.PAGESIZE * mmap.PAGESIZE
        self._buffer.madvise(mmap.MADV_DONTNEED, first, start + part.nbytes - first)

    def forget_all(self) -> None:
        """Give back everything: training is over, and little of the segment is still to be looked at."""
        self.forget(np.frombuffer(self._buffer, np.uint8))

    def keep_best(self, start: int, stop: int) -> None:
        """Make the parameters [start, stop) the best ones so far.

        What will be forgotten is written to the file, and not through this process's pages of it, of which each would
        cost a fault: 0.25 instead of 1.2 ms for 930,000 parameters.
        """
        cut = self.parameters[start:stop]
        if not _is_forgotten(cut):
            np.copyto(self.best[start:stop], cut)
            return
        behind = int(self.best.ctypes.data) - self._address + start * self.best.itemsize
        write_at(self._file, cut, behind)

    @property
    def parameters(self) -> NDArray[Any]:
        """The parameters being trained, shape (parameters,)."""
        parameters: NDArray[Any] = self.state[0]
        return parameters

    @property
    def slots(self) -> list[NDArray[Any]]:
        """The optimizer's slots, each of shape (parameters,)."""
        return [self.state[1 + index] for index in range(self.shape.slots)]

    @property
    def best(self) -> NDArray[Any]:
        """The best parameters so far, shape (parameters,)."""
        best: NDArray[Any] = self.state[-1]
        return best

    @classmethod
    def found(cls, path: Path, shape: SegmentShape) -> Segment:
        """Make the file, reserve its memory, and map it.

        Raises:
            StorageFull: shared memory has no room. Without the reservation it would show as a bus error later.
        """
        _, size_bytes = _regions(shape)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, size_bytes)
            segment = cls(path, shape, descriptor)
        except OSError as error:
            path.unlink(missing_ok=True)
            if error.errno == errno.ENOSPC:
                raise StorageFull(f"{path} ({size_bytes:,} bytes of shared memory)") from error
            raise
        finally:
            os.close(descriptor)
        segment.factor[0] = 1.0
        return segment

    @classmethod
    def join(cls, path: Path, shape: SegmentShape) -> Segment:
        """Map the segment another member founded.

        Raises:
            GangBroken: it is gone, or not of this shape.
        """
        _, size_bytes = _regions(shape)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            raise GangBroken("the gang's shared memory is gone") from None
        try:
            if os.fstat(descriptor).st_size != size_bytes:
                raise GangBroken("the gang's shared memory is not of the expected size")
            return cls(path, shape, descriptor)
        finally:
            os.close(descriptor)


def _is_forgotten(part: NDArray[Any]) -> bool:
    return part.nbytes >= _WORTH_FORGETTING and hasattr(mmap, "MADV_DONTNEED")


def _regions(shape: SegmentShape) -> tuple[dict[str, tuple[int, str, tuple[int, ...]]], int]:
    """Where each region begins, its dtype and its dimensions; and how large all of them are."""
    item = np.dtype(shape.dtype).itemsize
    pitch = -(-shape.parameters * item // _LINE) * _LINE // item  # each vector begins on a line
    wanted: list[tuple[str, str, tuple[int, ...]]] = [
        ("control", "int64", (_CONTROL_WORDS,)),
        ("arrivals", "int64", (shape.shards * COUNTER_STRIDE,)),
        ("costs", "float64", (shape.shards,)),
        ("norms", shape.dtype, (shape.norm_blocks,)),
        ("ring", "float64", (RING_STEPS, shape.step_columns)),
        ("epochs", "float64", (RING_EPOCHS, shape.epoch_columns)),
        ("factor", "float64", (1,)),
        ("notes", "uint8", (2 * NOTE_BYTES,)),
        ("state", shape.dtype, (shape.parts, pitch)),
        ("published", shape.dtype, (shape.published,)),
        ("gradients", shape.dtype, (shape.shards, pitch)),
        ("outputs", shape.dtype, (shape.tested_rows, shape.outputs)),
        ("tested", "float64", (shape.tested_rows,)),
    ]
    regions = {}
    offset = 0
    for name, dtype, dimensions in wanted:
        regions[name] = (offset, dtype, dimensions)
        offset += -(-int(np.prod(dimensions)) * np.dtype(dtype).itemsize // _LINE) * _LINE
    return regions, offset
