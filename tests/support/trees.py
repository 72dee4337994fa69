"""The tables of trees that tests of the service train on: columns as an upload describes them, and cells."""

from __future__ import annotations

from typing import Any

import numpy as np

LEVELS = ["ash", "elm", "oak"]


def column(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """A column as an upload describes it."""
    plain = {"missing": 0, "levels": None, "min": 0.0, "max": 1.0, "mean": 0.5, "distinct": 50}
    return {"name": name, "kind": kind, **plain, **more}


COLUMNS = [
    column("height", "numeric"),
    column("girth", "numeric"),
    column("tree", "categorical", levels=LEVELS, distinct=3),
    column("patchy", "numeric", missing=2),
    column("alone", "categorical", levels=["only"], distinct=1),
]


LABEL_COLUMNS = [
    *COLUMNS[:2],
    column("tall", "boolean", distinct=2),
    column("old", "integer", distinct=2),
    column("bark", "categorical", levels=["rough", "smooth"], distinct=2),
]
"""Three questions a row, in each of the words that there are for yes and no."""
SEVERAL = ["tall", "old", "bark"]


def labelled(rows: int) -> np.ndarray:
    """A raw matrix with ``LABEL_COLUMNS``."""
    matrix = table(rows)
    matrix[:, 2:] = (np.arange(rows)[:, None] // [1, 2, 4]) % 2
    return matrix


def table(rows: int) -> np.ndarray:
    """A raw matrix with ``COLUMNS``."""
    draw = np.random.default_rng(7)
    matrix = draw.random((rows, len(COLUMNS))).astype(np.float32)
    matrix[:, 2] = np.arange(rows) % 3
    matrix[:2, 3] = np.nan
    matrix[:, 4] = 0
    return matrix
