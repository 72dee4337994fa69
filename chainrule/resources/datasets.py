"""Uploaded tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from chainrule.paging import all_items
from chainrule.payloads import Dataset
from chainrule.transport import Transport


class Datasets:
    """``/api/v1/datasets``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def upload(self, file: Path | BinaryIO, name: str | None = None) -> Dataset:
        """Send a CSV file with a line of column names; the body is streamed, never held whole.

        Raises:
            Refused: naming line and column of what cannot be read.
        """
        if isinstance(file, Path):
            with file.open("rb") as stream:
                return self.upload(stream, name or file.name)
        name = name or Path(getattr(file, "name", "data.csv")).name
        sent = self._transport.json("POST", "datasets", files={"file": (name, file, "text/csv")})
        return cast(Dataset, sent)

    def list(self) -> Iterator[Dataset]:
        """Every dataset of this key's owner, newest first."""
        return all_items(self._transport, "datasets")

    def get(self, dataset_id: str) -> Dataset:
        """One dataset."""
        return cast(Dataset, self._transport.json("GET", f"datasets/{dataset_id}"))

    def preview(self, dataset_id: str) -> dict[str, Any]:
        """Its first rows: ``{"columns": [names], "rows": [{name: value}]}``."""
        return cast("dict[str, Any]", self._transport.json("GET", f"datasets/{dataset_id}/preview"))

    def delete(self, dataset_id: str) -> None:
        """Delete it for good.

        Raises:
            Conflict: while a job needs it.
        """
        self._transport.send("DELETE", f"datasets/{dataset_id}")
