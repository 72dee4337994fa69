"""What a job leaves behind: history, events, checkpoints, weights, predictions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from chainrule.errors import Refused
from chainrule.paging import all_items
from chainrule.payloads import Checkpoint, Event, History
from chainrule.transport import Transport

_ROWS_AT_ONCE: Final = 2000
"""The service takes 10,000 rows and 8 MB in one request."""


class Results:
    """``/api/v1/jobs/{id}/…``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def history(
        self, job_id: str, series: str = "epoch", *, points: int | None = None, from_step: int | None = None
    ) -> History:
        """The cost and the metrics by ``epoch`` or by ``step``; ``points`` thins steps out to about that many rows."""
        params = {"series": series, "points": points, "from_step": from_step}
        params = {name: value for name, value in params.items() if value is not None}
        return cast(History, self._transport.json("GET", f"jobs/{job_id}/history", params=params))

    def events(self, job_id: str) -> Iterator[Event]:
        """Everything that happened to the job, oldest first."""
        return all_items(self._transport, f"jobs/{job_id}/events")

    def checkpoints(self, job_id: str) -> Iterator[Checkpoint]:
        """The states that were kept."""
        return all_items(self._transport, f"jobs/{job_id}/checkpoints")

    def backprop(
        self,
        job_id: str,
        *,
        row: int | None = None,
        rows: int | None = None,
        batch: bool = False,
        step: int | None = None,
        limit: int = 32,
        top: int | None = None,
    ) -> dict[str, Any]:
        """Rows of the job's dataset on their way through a kept state: forward, back, and what would be adjusted.

        Args:
            job_id: whose network.
            row: the first one, counted from 0, which is the default.
            rows: how many, one by default; the figures of several are means.
            batch: instead of row and rows, the batch of the step that follows the kept state.
            step: of a kept checkpoint; the newest by default.
            limit: units of a layer, and rows, that are listed.
            top: weights, of the steepest gradient, that are looked at one by one; ten, or fewer of a large network.

        Raises:
            Refused: there are no such rows, or they are too much work for one trace.
        """
        wanted = {"row": row, "rows": rows, "batch": "true" if batch else None, "step": step}
        wanted |= {"limit": limit, "top": top}
        params = {name: value for name, value in wanted.items() if value is not None}
        return cast("dict[str, Any]", self._transport.json("GET", f"jobs/{job_id}/backprop", params=params))

    def receipt(self, job_id: str) -> dict[str, Any]:
        """Everything the job's weights follow from, and the digests of what came out."""
        return cast("dict[str, Any]", self._transport.json("GET", f"jobs/{job_id}/receipt"))

    def weights(self, job_id: str, target: Path, *, which: str | int = "best", format: str = "safetensors") -> Path:
        """Write the weights to the file ``target``; it appears whole or not at all.

        ``which`` is best (by the watched metric; the last where no epoch has told yet), last or the number of a kept
        step.
        """
        params = {"which": str(which), "format": format}
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        with self._transport.stream("GET", f"jobs/{job_id}/weights", params=params) as answer:
            try:
                with part.open("wb") as file:
                    for chunk in answer.iter_bytes(1 << 20):
                        file.write(chunk)
                part.replace(target)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        return target

    def predict(self, job_id: str, rows: Sequence[Any], *, which: str | int = "best") -> list[dict[str, Any]]:
        """One prediction per raw row; a row is a mapping by column name, or a list in the order of the features.

        Any number of rows: they are sent in blocks.

        Raises:
            Refused: naming the rows and columns that do not fit.
        """
        found: list[dict[str, Any]] = []
        for first in range(0, max(len(rows), 1), _ROWS_AT_ONCE):
            body = {"rows": list(rows[first : first + _ROWS_AT_ONCE]), "which": str(which)}
            try:
                answer = self._transport.json("POST", f"jobs/{job_id}/predict", json=body, repeatable=True)
            except Refused as error:
                raise _counted_from(first, error) from error
            found.extend(answer["predictions"])
        return found


def _counted_from(first: int, error: Refused) -> Refused:
    """The error with its pointers into ``/rows`` counted over all blocks."""

    def shifted(pointer: str) -> str:
        match = re.fullmatch(r"/rows/(\d+)(.*)", pointer)
        return f"/rows/{int(match[1]) + first}{match[2]}" if match else pointer

    faults = [replace(fault, pointer=shifted(fault.pointer)) for fault in error.faults]
    return Refused(error.status, error.code, error.message, faults)
