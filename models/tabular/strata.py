"""What a split is stratified by, where a row may have several labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def strata(targets: NDArray[Any]) -> NDArray[Any]:
    """A code for each row (rows,): rows of one code give their share of what is held back.

    One target is stratified by its values. Of several, each row goes by the rarest of its values: a label that few rows
    have (or lack) is where a draw can go wrong. Combinations of labels would be too many, most of them of one row.
    Equally rare ones go by the order of the targets.

    Args:
        targets: the raw columns (rows, targets) of one row at least, nothing missing; of several, each of two values.
    """
    if targets.shape[1] == 1:
        return targets[:, 0]
    codes = np.zeros(len(targets), np.int64)
    rarest = np.full(len(targets), len(targets) + 1)
    for place, values in enumerate(targets.T):
        upper = values != values.min()
        count = np.count_nonzero(upper)
        rows = np.where(upper, count, len(targets) - count)
        np.copyto(codes, 2 * place + upper, where=rows < rarest)
        np.minimum(rarest, rows, out=rarest)
    return codes
