"""Walk through lists the service hands out in pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chainrule.transport import Transport


def all_items(transport: Transport, path: str, filters: Mapping[str, Any] | None = None) -> Iterator[Any]:
    """Every item of the list at ``path``, fetched page by page as it is asked for."""
    params = {name: value for name, value in (filters or {}).items() if value is not None}
    while True:
        page = transport.json("GET", path, params=params)
        yield from page["items"]
        if not page.get("next"):
            return
        params["cursor"] = page["next"]
