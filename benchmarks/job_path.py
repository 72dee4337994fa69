"""One run over HTTP, timed by the job's own history."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from benchmarks.shapes import Shape
from chainrule import Client
from chainrule.payloads import History

_LOOK_S = 3.0
"""Seldom: on two cores whoever looks takes time from the gang, some ten milliseconds each time."""


@dataclass(frozen=True)
class Figures:
    """What one run took."""

    steps_per_second: float
    samples_per_second: float
    wait_s: float
    """From the accepted submission until a worker had claimed the job."""
    weights_sha256: str


def measure(
    client: Client, shape: Shape, dataset_id: str, workers: int, optimizer: str, *, shuffle: bool = False
) -> Figures:
    """Train one job and read its figures; the first epoch, in which memory is touched for the first time, is left out.

    Raises: SystemExit when the job does not succeed.
    """
    job = client.jobs.submit(shape.spec(dataset_id, workers, optimizer, shuffle=shuffle))
    while job["finished_at"] is None:
        time.sleep(_LOOK_S)
        job = client.jobs.get(job["id"])
    if job["state"] != "succeeded":
        raise SystemExit(f"{shape.name}: the job ended as {job['state']}: {job['reason']} {job['message']}")
    history = client.results.history(job["id"])
    steps, seconds = (_span(history, column) for column in ("step", "seconds"))
    rate = steps / seconds
    return Figures(
        steps_per_second=rate,
        samples_per_second=rate * shape.rows * shape.epochs / shape.steps,
        wait_s=_time(job["started_at"]) - _time(job["created_at"]),
        weights_sha256=str(job["weights_sha256"]),
    )


def _span(history: History, column: str) -> float:
    """How far a column went from the end of the first epoch to the end of the last one."""
    values = [row[history["columns"].index(column)] for row in history["rows"]]
    return float(values[-1] or 0.0) - float(values[0] or 0.0)


def _time(text: str | None) -> float:
    return datetime.fromisoformat(str(text)).timestamp()
