"""The capacity that serves jobs."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.paging import all_items
from chainrule.payloads import Worker
from chainrule.transport import Transport


class Workers:
    """``/api/v1/workers``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Iterator[Worker]:
        """Every worker heard of lately."""
        return all_items(self._transport, "workers")
