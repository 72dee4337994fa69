"""The cost history in SQL: appended once, and checked bit by bit when steps are run again after a restart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from models.errors import GangError, ReplayMismatch
from models.records import CostChunk, Epoch, Job
from worker.gang.history_ring import HistoryRing, epochs_between, steps_between
from worker.gang.segment import Segment

CHUNK_STEPS = 8_192
"""Steps of a full chunk, 192 KiB or more: a million steps are some hundred rows."""


def saved_steps(session: Session, job_id: str) -> int:
    """Steps whose history is in the database: all from 0 up to this."""
    return session.scalar(select(func.max(CostChunk.last_step)).where(CostChunk.job_id == job_id)) or 0


def saved_epochs(session: Session, job_id: str) -> int:
    """Epochs whose history is in the database."""
    return session.scalar(select(func.max(Epoch.epoch)).where(Epoch.job_id == job_id)) or 0


def save_ring(
    session: Session, job_id: str, segment: Segment, ring: HistoryRing, names: Sequence[str], steps_per_epoch: int
) -> tuple[int, int]:
    """Bring the database up to the ring; returns the counts of steps and epochs to set once this is committed.

    Raises:
        ReplayMismatch: a step run again did not cost what it cost the first time.
    """
    steps, epochs = ring.steps, ring.epochs
    save_steps(session, job_id, ring.saved_steps, steps_between(segment, ring.saved_steps, steps))
    rows = epochs_between(segment, ring.saved_epochs, epochs)
    save_epochs(session, job_id, ring.saved_epochs, rows, names, steps_per_epoch)
    return steps, epochs


def save_steps(session: Session, job_id: str, first: int, rows: NDArray[np.float64]) -> None:
    """Add the steps from ``first`` on, shape (steps, columns); those that are there already must be equal.

    Not so where the arithmetic was mixed: there the history keeps what a step gave the first time it was made.
    """
    if not len(rows):
        return
    saved = saved_steps(session, job_id)
    if first > saved:
        raise GangError(f"job {job_id}: the history ends at step {saved}, the next report begins at {first}")
    again = min(len(rows), saved - first)
    promised = session.scalar(select(Job.mixed_since_step).where(Job.id == job_id))
    bound = again if promised is None else min(again, max(0, promised - first))
    if bound:
        compare_steps(session, job_id, first, rows[:bound])
    fresh = rows[again:]
    while len(fresh):
        taken = _append(session, job_id, saved, fresh)
        saved, fresh = saved + taken, fresh[taken:]


def _append(session: Session, job_id: str, saved: int, rows: NDArray[np.float64]) -> int:
    """Fill up the last chunk, or begin one. Returns how many rows went in."""
    statement = select(CostChunk).where(CostChunk.job_id == job_id, CostChunk.last_step == saved)
    chunk = session.scalars(statement).first()
    room = CHUNK_STEPS - (saved - chunk.first_step) if chunk else 0
    if chunk is not None and room > 0:
        part = rows[:room]
        chunk.series = chunk.series + part.tobytes()
        chunk.last_step = saved + len(part)
    else:
        part = rows[:CHUNK_STEPS]
        session.add(CostChunk(job_id=job_id, first_step=saved, last_step=saved + len(part), series=part.tobytes()))
    session.flush()
    return len(part)


def compare_steps(session: Session, job_id: str, first: int, rows: NDArray[np.float64]) -> None:
    """Hold the steps from ``first`` on against what is stored of them, bit by bit.

    Raises:
        ReplayMismatch: naming the first step that differs, or of which nothing is stored.
    """
    last, compared = first + len(rows), first
    statement = select(CostChunk).where(
        CostChunk.job_id == job_id, CostChunk.first_step < last, CostChunk.last_step > first
    )
    for chunk in session.scalars(statement.order_by(CostChunk.first_step)):
        stored = np.frombuffer(chunk.series, dtype="<f8").reshape(chunk.last_step - chunk.first_step, -1)
        low, high = max(first, chunk.first_step), min(last, chunk.last_step)
        if low > compared:
            break
        compared = high
        was, now = stored[low - chunk.first_step : high - chunk.first_step], rows[low - first : high - first]
        different = (was.view("<u8") != np.ascontiguousarray(now).view("<u8")).any(axis=1)
        if different.any():
            at = int(different.argmax())
            raise ReplayMismatch(job_id, low + at, float(was[at, 0]), float(now[at, 0]))
    if compared < last:
        raise ReplayMismatch(job_id, compared, "nothing that is kept", float(rows[compared - first, 0]))


def save_epochs(
    session: Session,
    job_id: str,
    first: int,
    rows: NDArray[np.float64],
    names: Sequence[str],
    steps_per_epoch: int,
) -> None:
    """Add the epochs after the ``first`` ones; those that are there already are left as they are."""
    known = max(0, saved_epochs(session, job_id) - first)
    added = []
    for epoch, row in enumerate(rows[known:].tolist(), first + known + 1):
        metrics = _metrics(row, names)
        seconds = metrics.pop("seconds") or 0.0
        added.append(
            {"job_id": job_id, "epoch": epoch, "step": epoch * steps_per_epoch, "seconds": seconds, "metrics": metrics}
        )
    if added:  # all in one statement: of many short epochs the reporter takes the time from the trainer
        session.execute(insert(Epoch), added)


def compare_epochs(
    session: Session, job_id: str, first: int, rows: NDArray[np.float64], names: Sequence[str], steps_per_epoch: int
) -> None:
    """Hold the metrics of the epochs after the ``first`` ones against what is stored of them.

    Raises:
        ReplayMismatch: naming the step and the metric that differs first, or the step whose epoch is not stored.
    """
    for offset, row in enumerate(rows.tolist()):
        epoch = first + offset + 1
        stored, now = session.get(Epoch, (job_id, epoch)), _metrics(row, names)
        if stored is None:
            raise ReplayMismatch(job_id, epoch * steps_per_epoch, "no metrics", "an epoch's end", what="had")
        for name, value in stored.metrics.items():
            if value != now[name]:
                raise ReplayMismatch(job_id, epoch * steps_per_epoch, value, now[name], what=f"had {name}")


def _metrics(row: Sequence[float], names: Sequence[str]) -> dict[str, Any]:
    return dict(zip(names, (_finite(value) for value in row), strict=True))


def _finite(value: float) -> float | None:
    """JSON has no infinity and no NaN."""
    return value if math.isfinite(value) else None
