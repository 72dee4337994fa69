"""Telling the workers that there may be work, without ever waiting for the broker.

A submission is accepted by its row in SQL. The hint that follows only saves the workers some seconds: when it
is lost, they find the job by their own repair. So it is put on a short list here, and a thread of this process
talks to the broker, however long that takes to answer or to fail.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from models.errors import BrokerUnavailable
from models.hints import QUEUE, SERVE_TASK

_log = structlog.get_logger()
_TIMEOUT_S = 2
_EXPIRES_S = 30
"""A worker that comes back later finds the job by itself; old hints would only wake it for nothing."""
_WAITING = 64
"""Calls that may wait for the thread; while it is busy with a broker that does not answer, more are dropped."""
_MOST_HINTS = 64
"""Hints of one round: a gang never has more members."""

Send = Callable[[int], None]
"""Sends so many hints. Raises BrokerUnavailable."""


class HintPublisher:
    """Publishes hints from a thread that starts with the first one, anew in every process.

    Args:
        redis_url: of the broker.
        send: what the thread calls; by default it sends the task to the broker.
    """

    def __init__(self, redis_url: str, send: Send | None = None) -> None:
        self._send = send or CelerySender(redis_url)
        self._thread: threading.Thread | None = None
        self._start_afresh()

    def publish(self, count: int) -> None:
        """Ask for so many workers. Returns at once and never fails; a hint may be lost."""
        if count < 1:
            return
        if self._pid != os.getpid():  # the server has forked: a thread does not follow, and a lock may be held
            self._start_afresh()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._send_forever, name="hints", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait(count)
        except queue.Full:
            _log.warning("hint dropped: the broker does not keep up", hints=count)

    def close(self, timeout_s: float = 5.0) -> None:
        """Send what waits, if the broker lets us in time, and end the thread."""
        thread, self._thread = self._thread, None
        if thread is None or self._pid != os.getpid():
            return
        try:
            self._waiting.put(0, timeout=timeout_s)
        except queue.Full:
            return
        thread.join(timeout_s)

    def _start_afresh(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._waiting: queue.Queue[int] = queue.Queue(_WAITING)
        self._thread = None

    def _send_forever(self) -> None:
        ending = False
        while not ending:
            counts = self._take()
            ending = 0 in counts
            if any(counts):
                self._try_to_send(min(sum(counts), _MOST_HINTS))

    def _take(self) -> list[int]:
        """All that waits: what came in while the broker was silent is one attempt, not one after the other."""
        counts = [self._waiting.get()]
        while not self._waiting.empty():
            counts.append(self._waiting.get())
        return counts

    def _try_to_send(self, count: int) -> None:
        try:
            self._send(count)
        except BrokerUnavailable as error:
            _log.warning("hint not published: the workers will find the job by themselves", error=str(error))


class CelerySender:
    """Sends the one task by its name, over a connection of its own that does not outlive the call."""

    def __init__(self, redis_url: str) -> None:
        self._app = Celery("chainrule.service", broker=redis_url, set_as_current=False)
        self._app.conf.update(
            task_default_queue=QUEUE,
            task_ignore_result=True,
            task_serializer="json",
            accept_content=["json"],
            broker_transport_options={"socket_timeout": _TIMEOUT_S, "socket_connect_timeout": _TIMEOUT_S},
        )

    def __call__(self, count: int) -> None:
        """Send so many hints.

        Raises:
            BrokerUnavailable: it refused, or was silent for two seconds.
        """
        try:
            with self._app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, interval_start=0, timeout=_TIMEOUT_S)
                for _ in range(count):
                    self._app.send_task(SERVE_TASK, queue=QUEUE, connection=connection, retry=False, expires=_EXPIRES_S)
        except (OperationalError, RedisError, OSError) as error:
            raise BrokerUnavailable(f"could not publish a hint: {error}") from error
