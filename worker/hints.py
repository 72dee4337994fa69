"""Publishing hints from a worker: jobs that wait are made known again, in case a hint was lost."""

from __future__ import annotations

from celery import Celery
from kombu.exceptions import OperationalError

from models.errors import BrokerUnavailable
from models.hints import QUEUE, SERVE_TASK

MOST_HINTS = 64
_EXPIRES_S = 30


def publish_hints(app: Celery, wanted: int) -> None:
    """Publish a hint for each worker that could be used.

    Raises:
        BrokerUnavailable: they will be published again by the next round of repair.
    """
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            for _ in range(min(wanted, MOST_HINTS)):
                app.send_task(SERVE_TASK, queue=QUEUE, connection=connection, retry=False, expires=_EXPIRES_S)
    except (OperationalError, OSError) as error:
        raise BrokerUnavailable(f"could not publish a hint: {error}") from error
