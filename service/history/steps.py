"""The cost history by step, read from its chunks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.database import Database
from models.records import CostChunk
from models.spec import parse_spec, step_columns
from service.history.thinning import Thinner


def columns_of(spec: Mapping[str, Any]) -> list[str]:
    """The names of a row's values; an order that adjusts layers one at a time has an impact for each of them."""
    return ["step", *step_columns(parse_spec(spec))]


Block = tuple[int, NDArray[np.float64]]
"""The number of the first step, and the steps from it on, shape (steps, columns)."""


def steps_done(session: Session, job_id: str) -> int:
    """Steps whose history is kept: all from 0 up to this."""
    return session.scalar(select(func.max(CostChunk.last_step)).where(CostChunk.job_id == job_id)) or 0


def read_blocks(database: Database, job_id: str, first: int, last: int) -> Iterator[Block]:
    """The steps [first, last), a chunk at a time, each in a transaction of its own: a slow reader holds nothing."""
    while first < last:
        with database.read() as session:
            block = read_block(session, job_id, first, last)
        if block is None:
            return
        yield block
        first += len(block[1])


def read_block(session: Session, job_id: str, first: int, last: int) -> Block | None:
    """The steps from ``first`` on, up to the end of their chunk or ``last``; None if there are none."""
    statement = (
        select(CostChunk)
        .where(CostChunk.job_id == job_id, CostChunk.last_step > first, CostChunk.first_step <= first)
        .limit(1)
    )
    chunk = session.scalars(statement).one_or_none()
    if chunk is None:
        return None
    series = np.frombuffer(chunk.series, dtype="<f8").reshape(chunk.last_step - chunk.first_step, -1)
    found = series[first - chunk.first_step : last - chunk.first_step]
    return (first, found) if len(found) else None


def recorded_cost(session: Session, job_id: str, step: int) -> float | None:
    """What a step recorded as the mean cost of its batch, at the weights it began with; None if it was not done."""
    block = read_block(session, job_id, step, step + 1)
    return None if block is None else float(block[1][0, 0])


def read_thinned(database: Database, job_id: str, first: int, last: int, points: int) -> list[list[Any]]:
    """At most ``points`` rows of [first, last), in two passes over the chunks so that none of them need be kept."""
    thinner = Thinner(last - first, points)
    for _, series in read_blocks(database, job_id, first, last):
        thinner.add(series[:, 0])
    rows: list[list[Any]] = []
    kept = thinner.kept() + first
    for block in read_blocks(database, job_id, first, last):
        start, series = block
        rows += rows_of(block, kept[(kept >= start) & (kept < start + len(series))] - start)
    return rows


def rows_of(block: Block, which: NDArray[np.int64] | None = None) -> list[list[Any]]:
    """Rows as ``columns_of`` names them, null for what is not a finite number; all of the block, or some."""
    first, series = block
    places = np.arange(len(series)) if which is None else which
    steps = (places + first).tolist()
    return [
        [step, *(value if math.isfinite(value) else None for value in values)]
        for step, values in zip(steps, series[places].tolist(), strict=True)
    ]
