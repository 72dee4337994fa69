"""The Celery application with processes that kill themselves, or stop, while they write a checkpoint, at CHAOS_POINT.

``write``: in the middle of its bytes. ``fsync``: written, not synced. ``rename``: synced, without its name.
``row``: with its name, without a row. ``commit``: its row is committed. It happens once, after the job has made a step;
then there is a file ``died`` in the data folder with the process's number. CHAOS_SIGNAL is what it
sends itself, SIGKILL if nothing is said.

Run it as ``python -m worker --app tests.support.dying_workers``.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from models.artifacts import file_store
from models.artifacts.file_store import FileStore
from worker.app import app, settings
from worker.reporting.checkpoints import CheckpointWriter

__all__ = ["app"]

_point, _died = os.environ["CHAOS_POINT"], settings.data_dir / "died"
_signal = signal.Signals[os.environ.get("CHAOS_SIGNAL", "SIGKILL")]
_writing = {"step": 0}


def _die() -> None:
    if _writing["step"] and not _died.exists():
        _died.parent.mkdir(parents=True, exist_ok=True)
        draft = _died.with_suffix(".draft")
        draft.write_text(str(os.getpid()))
        draft.rename(_died)
        os.kill(os.getpid(), _signal)


def _before(point: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if _point == point:
            _die()
        return function(*args, **kwargs)

    return wrapped


def _half_written(descriptor: int, chunk: Any) -> int:
    if _point == "write" and _writing["step"] and len(chunk) > 1000:
        os.write(descriptor, bytes(chunk[: len(chunk) // 2]))
        _die()
    return _write_all(descriptor, chunk)


def _record(self: CheckpointWriter, state: Any, stored: Any, *, pinned: bool) -> None:
    if _point == "row":
        _die()
    _plain_record(self, state, stored, pinned=pinned)
    if _point == "commit":
        _die()


def _stem(self: CheckpointWriter, state: Any) -> str:
    _writing["step"] = state.step
    return _plain_stem(self, state)


_write_all, _plain_record, _plain_stem = file_store._write_all, CheckpointWriter._record, CheckpointWriter._stem
file_store._write_all = _half_written
file_store.os = type("os", (), {**vars(os), "fsync": staticmethod(_before("fsync", os.fsync))})  # type: ignore[assignment]
FileStore._publish = staticmethod(_before("rename", FileStore._publish))  # type: ignore[method-assign]
CheckpointWriter._record = _record  # type: ignore[method-assign]
CheckpointWriter._stem = _stem  # type: ignore[method-assign]
