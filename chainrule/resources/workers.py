"""The capacity that serves jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from chainrule.paging import all_items
from chainrule.payloads import Worker
from chainrule.transport import Transport


class Workers:
    """``/api/v1/workers``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Iterator[Worker]:
        """Every worker that lives."""
        return all_items(self._transport, "workers")

    def drain(self, worker_id: str) -> Worker:
        """Let it finish its step and take no more work; its jobs go on with the others."""
        return cast(Worker, self._transport.json("POST", f"workers/{worker_id}/drain", repeatable=True))
