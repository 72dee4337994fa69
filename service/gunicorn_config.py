"""gunicorn: one process of many threads. A stream holds a thread and costs next to nothing else."""

import os
import signal
from collections.abc import Callable
from types import FrameType

from gunicorn.workers.base import Worker

from service.shutdown import shutting_down

bind = os.environ.get("CHAINRULE_BIND", "127.0.0.1:8090")
worker_class = "gthread"
workers = 1
threads = 256
graceful_timeout = 10
keepalive = 5
control_socket_disable = True
accesslog = None
logconfig_dict = {
    "root": {"level": "INFO", "handlers": ["standard_error"]},
    "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "json"}},
    "formatters": {"json": {"()": "models.logs.json_lines"}},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}},
}
"""The server's own lines have the form of the service's; its parent process never makes the app that sets this up."""


def post_worker_init(worker: Worker) -> None:
    """Have the signals that end it end the open streams first: they would hold the process for the whole grace period,
    after Ctrl-C (SIGINT, passed on by the parent as SIGQUIT) as after SIGTERM.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, _after_streams(signal.getsignal(number)))
    del worker


def _after_streams(handle: object) -> Callable[[int, FrameType | None], None]:
    def end(number: int, frame: FrameType | None) -> None:
        shutting_down.set()
        if callable(handle):
            handle(number, frame)

    return end
