"""Which rows are held back from training: a stratified draw that depends on the seed and the rows alone."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


def split(n_rows: int, target_codes: NDArray[Any] | None, fraction: float, seed: int) -> tuple[Rows, Rows]:
    """The training rows and the validation rows, each sorted.

    Each class gives its share of the validation rows, rounded down or up so that together they are the nearest to
    the fraction, but never its last row. At least one row is held back, and at least one is left to train on.

    Args:
        n_rows: of the dataset.
        target_codes: of each row, shape (n_rows,), to stratify by; None to draw from all rows alike.
        fraction: to hold back; 0 for nothing.
        seed: from the spec.
    """
    rows = np.arange(n_rows, dtype=np.int64)
    if not fraction or n_rows < 2:
        return rows, rows[:0]
    wanted = min(max(1, round(n_rows * fraction)), n_rows - 1)
    order = _generator(seed).permutation(n_rows)
    chosen = order[:wanted] if target_codes is None else _choose(order, target_codes, fraction, wanted)
    held_back = np.zeros(n_rows, bool)
    held_back[chosen] = True
    return rows[~held_back], rows[held_back]


def _choose(order: Rows, codes: NDArray[Any], fraction: float, wanted: int) -> Rows:
    """The first rows of each class, in the drawn order: the whole part of its share, then one more where the rest of
    the share is largest, until there are enough.
    """
    _, members = np.unique(codes[order], return_inverse=True)
    sizes = np.bincount(members)
    share = sizes * fraction
    quota = np.minimum(np.floor(share).astype(np.int64), sizes - 1)
    spare = np.flatnonzero(quota < sizes - 1)
    by_rest = spare[np.argsort(-(share - quota)[spare], kind="stable")]
    quota[by_rest[: max(0, wanted - int(quota.sum()))]] += 1
    if not quota.any():  # every class has one row: one of them has to go without
        return order[:1]
    by_class = order[np.argsort(members, kind="stable")]
    place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    chosen: Rows = by_class[place < np.repeat(quota, sizes)]
    return chosen


def _generator(seed: int) -> np.random.Generator:
    """Counter-based, keyed by what it is for: nothing else that is drawn with this seed can move the split."""
    key = int.from_bytes(hashlib.sha256(f"{seed}/split".encode()).digest()[:16], "little")
    return np.random.Generator(np.random.Philox(key=key))
