"""The Celery application, and a way to make one of its processes hang: SIGUSR2 holds up its main thread for ever.

Its other threads go on, the heart among them. Run it as ``python -m worker --app tests.support.hanging_workers``.
"""

from __future__ import annotations

import signal
import threading

from celery.signals import worker_process_init

from worker.app import app

__all__ = ["app"]


@worker_process_init.connect
def _hang_when_asked(**_: object) -> None:
    signal.signal(signal.SIGUSR2, lambda *_: threading.Event().wait())
