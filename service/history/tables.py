"""A table of numbers on its way out, piece by piece: the whole of it is never in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Rows = Sequence[Sequence[Any]]


def csv_pieces(columns: Sequence[str], blocks: Iterable[Rows]) -> Iterator[str]:
    """A line of names, then the rows; null is an empty cell. Numbers keep every digit."""
    yield ",".join(columns) + "\r\n"
    for rows in blocks:
        yield "".join(",".join("" if cell is None else repr(cell) for cell in row) + "\r\n" for row in rows)


def json_pieces(columns: Sequence[str], blocks: Iterable[Rows]) -> Iterator[str]:
    """``{"columns": […], "rows": [[…], …]}``."""
    yield f'{{"columns": {json.dumps(list(columns))}, "rows": ['
    comma = ""
    for rows in blocks:
        if rows:
            yield comma + json.dumps(rows, separators=(",", ":"))[1:-1]
            comma = ","
    yield "]}"
