"""Which rows are held back from training: a stratified draw that depends on the seed and the rows alone."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


def split(n_rows: int, target_codes: NDArray[Any] | None, fraction: float, seed: int) -> tuple[Rows, Rows]:
    """The training rows and the validation rows, each sorted.

    Each class gives its share of the validation rows, rounded to the nearest, but never its last row; at least one
    row is held back if any may be, and at least one is left to train on.

    Args:
        n_rows: of the dataset.
        target_codes: of each row, shape (n_rows,), to stratify by; None to draw from all rows alike.
        fraction: to hold back; 0 for nothing.
        seed: from the spec.
    """
    rows = np.arange(n_rows, dtype=np.int64)
    if not fraction or n_rows < 2:
        return rows, rows[:0]
    order = _generator(seed).permutation(n_rows)
    groups = [order] if target_codes is None else _groups(order, target_codes)
    held_back = np.zeros(n_rows, bool)
    for group in groups:
        spare = len(group) if target_codes is None else len(group) - 1
        held_back[group[: min(spare, round(len(group) * fraction))]] = True
    if not held_back.any():
        held_back[max(groups, key=len)[0]] = True
    if held_back.all():
        held_back[order[-1]] = False
    return rows[~held_back], rows[held_back]


def _groups(order: Rows, codes: NDArray[Any]) -> list[Rows]:
    """The rows of each class, in the drawn order."""
    classes, members = np.unique(codes[order], return_inverse=True)
    return [order[members == index] for index in range(len(classes))]


def _generator(seed: int) -> np.random.Generator:
    """Counter-based, keyed by what it is for: nothing else that is drawn with this seed can move the split."""
    key = int.from_bytes(hashlib.sha256(f"{seed}/split".encode()).digest()[:16], "little")
    return np.random.Generator(np.random.Philox(key=key))
