"""A Celery worker by itself: ``python -m worker --concurrency 4``.

It starts what ``celery -A worker.app worker --without-mingle --without-gossip`` starts. That command has an interactive
shell, which it imports whatever is asked of it: 7 MB more in every process.
"""

from __future__ import annotations

import argparse
import logging
import os
import socket
import sys
from importlib import import_module


def main() -> int:
    """Serve until told to end; the exit code."""
    asked = _parser().parse_args()
    app = import_module(asked.app).app
    worker = app.Worker(
        hostname=f"worker-{os.getpid()}@{socket.gethostname()}",
        concurrency=asked.concurrency,
        loglevel=logging.INFO,
        without_mingle=True,
        without_gossip=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m worker", description="Serve jobs until told to end.")
    parser.add_argument("--concurrency", type=int, default=os.cpu_count(), help="processes; by default the processors")
    parser.add_argument("--app", default="worker.app", help="the module of the Celery application")
    return parser


if __name__ == "__main__":
    sys.exit(main())
