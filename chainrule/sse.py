"""Read server-sent events (WHATWG HTML, section 9.2.6) from lines of text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event: its name, its decoded JSON (None if it carries none), and the id to go on from."""

    name: str
    data: Any
    id: str


def read_events(lines: Iterable[str], last_id: str = "") -> Iterator[StreamEvent]:
    """The events in ``lines`` (without line ends); an unfinished last event is dropped, as the standard says."""
    name, data, event_id = "", list[str](), last_id
    for line in lines:
        if not line:
            if name or data:
                yield StreamEvent(name or "message", json.loads("\n".join(data)) if data else None, event_id)
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id" and "\0" not in value:
            event_id = value
