"""How much one trace may compute: it is made while somebody waits, in a process that answers others too."""

from __future__ import annotations

from models.errors import Fault, ValidationFailed
from worker.backprop import Layout
from worker.backprop.update_order import SIMULTANEOUS

MOST_WORK = 2 * 10**11
"""Rows × parameters × passes. 16,384 rows through 400,000 parameters with ten weights are half of it and took 1.9 s."""
USUAL_TOP = 10
_LEAST_ROWS = 100
"""What a pass costs at least, in rows: of few rows it is the reading of the parameters that takes the time."""


def affordable_top(top: int | None, rows: int, layout: Layout, update_order: str, *, is_batch: bool) -> int:
    """How many weights are looked at one by one: as many as are asked for, by default ten or what is affordable.

    Args:
        top: what is asked for, or None.
        rows: that pass, all of them for each of the weights.
        layout: of the network.
        update_order: a layered one passes once more for each layer.
        is_batch: rather than rows that were picked.

    Raises:
        ValidationFailed: it is too much work.
    """
    runs = 1 if update_order == SIMULTANEOUS else 1 + layout.layers
    passes = 3 * runs + 2
    affordable = MOST_WORK // (max(rows, _LEAST_ROWS) * layout.size) - passes
    size = f"{rows:,} row{'' if rows == 1 else 's'} through {layout.size:,} parameters"
    if affordable < 0:
        most = max(1, MOST_WORK // (layout.size * passes))
        remedy = f"up to {most:,} are traced" + (": pick some with row and rows" if is_batch else "")
        name = "batch" if is_batch else "rows"
        raise ValidationFailed([Fault(f"/query/{name}", f"{size} are too much for one trace: {remedy}", "too_large")])
    if top is None:
        return min(USUAL_TOP, affordable)
    if top > affordable:
        message = f"{top} weights, each with {size}, are too much for one trace: ask for up to {affordable}"
        raise ValidationFailed([Fault("/query/top", f"{message}, or trace fewer rows", "too_large")])
    return top
