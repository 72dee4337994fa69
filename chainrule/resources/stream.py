"""Follow one job live."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from chainrule.errors import ServiceUnreachable, StreamBroken
from chainrule.sse import StreamEvent, read_events
from chainrule.transport import Transport

_SILENCE_S = 45.0
"""The service sends at least a comment every few seconds; so long a silence is a dead connection."""


def follow(
    transport: Transport, job_id: str, *, patience_s: float = 30.0, sleep: Callable[[float], None] = time.sleep
) -> Iterator[StreamEvent]:
    """The events ``job``, ``epochs``, ``steps`` and ``event`` as they come, until ``end`` (which is the last one).

    A connection that breaks is taken up again where it ended, for ``patience_s`` without any news.

    Raises:
        StreamBroken: when patience is over.
        ResponseError: if the service refuses, for example because there is no such job.
    """
    last_id, failures = "", 0
    while True:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
        try:
            with transport.stream("GET", f"jobs/{job_id}/stream", headers=headers, timeout=_SILENCE_S) as answer:
                for event in read_events(answer.iter_lines(), last_id):
                    last_id, failures = event.id, 0
                    yield event
                    if event.name == "end":
                        return
        except ServiceUnreachable as error:
            if failures >= patience_s:
                raise StreamBroken(f"lost the live stream of {job_id}: {error}") from error
        failures += 1
        sleep(1.0 if failures > 1 else 0.1)
