"""The cost history by epoch, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.records import Epoch
from service.history.thinning import Thinner

_FIRST = ("train_cost", "validation_cost")
_LAST = ("learning_rate", "gradient_norm")


def read_epochs(
    session: Session, job_id: str, *, from_step: int = 0, after_epoch: int = 0, points: int | None = None
) -> dict[str, Any]:
    """``{"columns", "rows"}`` of the epochs that ended at ``from_step`` or later, thinned out to ``points`` rows."""
    statement = (
        select(Epoch)
        .where(Epoch.job_id == job_id, Epoch.epoch > after_epoch, Epoch.step >= from_step)
        .order_by(Epoch.epoch)
    )
    epochs = session.scalars(statement).all()
    names = _metric_names(epoch.metrics for epoch in epochs)
    return {"columns": ["epoch", "step", "seconds", *names], "rows": _rows(_thinned(epochs, points), names)}


def _metric_names(metrics: Iterable[dict[str, Any]]) -> list[str]:
    """Costs first, then every metric any epoch has, then what the descent was like."""
    found = list(dict.fromkeys(name for each in metrics for name in each))
    middle = [name for name in found if name not in (*_FIRST, *_LAST)]
    return [*_FIRST, *middle, *_LAST]


def _rows(epochs: Iterable[Epoch], names: Sequence[str]) -> list[list[Any]]:
    return [[epoch.epoch, epoch.step, epoch.seconds, *(epoch.metrics.get(name) for name in names)] for epoch in epochs]


def _thinned(epochs: Sequence[Epoch], points: int | None) -> Sequence[Epoch]:
    if points is None:
        return epochs
    costs = [epoch.metrics.get("train_cost") for epoch in epochs]
    thinner = Thinner(len(epochs), points)
    thinner.add(np.array([np.nan if cost is None else cost for cost in costs], np.float64))
    return [epochs[place] for place in thinner.kept()]
