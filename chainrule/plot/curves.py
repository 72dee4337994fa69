"""Choose what of a history to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chainrule.payloads import History
from chainrule.plot.scale import Series


def curves(history: History, columns: Sequence[str], x: str | None = None) -> list[Series]:
    """One curve per column over ``x`` (by default the first column); gaps and unknown columns are left out."""
    index = {name: number for number, name in enumerate(history["columns"])}
    across = index[x] if x else 0
    found = []
    for name in columns:
        if name not in index:
            continue
        points = [(row[across], row[index[name]]) for row in history["rows"]]
        kept = tuple((px, py) for px, py in points if px is not None and py is not None and math.isfinite(py))
        if kept:
            found.append(Series(name.replace("_", " "), kept))
    return found
