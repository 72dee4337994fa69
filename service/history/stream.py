"""Server-sent events (WHATWG HTML, section 9.2): a job's news as it comes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.history.watching import Watch

_log = structlog.get_logger()
POLL_S = 0.5
HEARTBEAT_S = 15.0
_RETRY_MS = 1000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Nothing between us and the watcher may hold messages back."""


def stream_news(
    watch: Watch, stop: threading.Event, *, poll_s: float = POLL_S, clock: Callable[[], float] = time.monotonic
) -> Iterator[str]:
    """Messages until the job has ended, or this process is told to end; the client then connects again.

    Nothing is held between two looks: no transaction and no connection.
    """
    yield f"retry: {_RETRY_MS}\n\n"
    spoken = clock()
    while not stop.is_set():
        try:
            for name, content in watch.news():
                yield message(name, content, str(watch.seen))
                spoken = clock()
        except SQLAlchemyError as error:  # it comes back, or the client gives up
            _log.warning("stream: the database is away", error=str(error))
        if watch.ended:
            return
        if clock() - spoken >= HEARTBEAT_S:
            yield ": still here\n\n"
            spoken = clock()
        stop.wait(poll_s)


def message(name: str, content: Any, id: str) -> str:
    """One message; JSON has no line ends, so its data is one line."""
    return f"event: {name}\nid: {id}\ndata: {json.dumps(content, separators=(',', ':'))}\n\n"
