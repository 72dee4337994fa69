"""The Celery application: one queue, one task, and the life of its processes.

A hint says "there may be work" and nothing else. It is acknowledged on receipt and has no result: SQL owns retries,
since a task acknowledged late ran three times once it took longer than the visibility timeout (celery#5935).

Run it as ``python -m worker``.
"""

from __future__ import annotations

import mmap
import os
import time
from typing import Any

import structlog
from celery import Celery
from celery.signals import (
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)

from models.hints import QUEUE, SERVE_TASK
from models.logs import configure_logs
from models.settings import Settings
from worker.backprop.compiled import loops_in_use
from worker.heart import end_process
from worker.parent_death import die_with_parent
from worker.process import WorkerProcess
from worker.repair import RepairTimer
from worker.serving import serve

settings = Settings.from_mapping(os.environ)

app = Celery("chainrule", broker=settings.redis_url)
app.conf.update(
    task_default_queue=QUEUE,
    task_acks_late=False,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_soft_shutdown_timeout=30,
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
)

_log = structlog.get_logger()
_BEGIN_AGAIN_S = 1.0

_ending = mmap.mmap(-1, 1)
"""One byte that the children share with their parent: 1 once the parent has been told to end."""
_here: dict[str, Any] = {"parent": os.getpid()}


@app.task(name=SERVE_TASK)
def serve_task() -> None:
    """There may be work: see."""
    serve(_here["process"])


@setup_logging.connect
def _configure_logs(**_: object) -> None:
    configure_logs()


@worker_ready.connect
def _start_repair(**_: object) -> None:
    _here["repair"] = RepairTimer(app, settings)
    _here["repair"].start()


@worker_ready.connect
def _say_what_is_slow(**_: object) -> None:
    if (loops := loops_in_use()) != "compiled":
        _log.warning(
            "steps take longer than they need to", loops=loops, remedy="install a C compiler, then Chainrule again"
        )


@worker_shutting_down.connect
def _tell_children(**_: object) -> None:
    _ending[0] = 1
    if "repair" in _here:
        _here["repair"].stop()


@worker_shutdown.connect
def _tidy(**_: object) -> None:
    if "repair" in _here:
        _here["repair"].tidy()


@worker_process_init.connect
def _open_process(**_: object) -> None:
    die_with_parent(_here["parent"])
    try:
        _here["process"] = WorkerProcess.open(settings, lambda: _ending[0] == 1)
    except Exception as error:  # noqa: BLE001 - most likely the database is away
        # Celery would keep a process that nobody can count on: it is in no table, and each hint would fail in it.
        _log.warning("this worker process could not begin; another takes its place", error=str(error))
        time.sleep(_BEGIN_AGAIN_S)
        end_process()


@worker_process_shutdown.connect
def _close_process(**_: object) -> None:
    if "process" in _here:
        _here.pop("process").close()
