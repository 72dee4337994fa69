"""Run ``chainrule up`` beside this process, for the time of a ``with`` block."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from chainrule.errors import PartFailed
from chainrule.stack.child import Child, Part
from chainrule.stack.directory import DataDir

_READY_WITHIN_S: Final = 90.0
_END_WITHIN_S: Final = 25.0


@contextmanager
def running_stack(directory: DataDir, workers: int) -> Iterator[str]:
    """The address of a fresh stack on a free port; it ends with the block, and if this process is killed.

    Raises:
        StackError: if it does not start, with what it said.
    """
    directory.prepare()
    command = [sys.executable, "-m", "chainrule", "up", "--port", "0", "--workers", str(workers)]
    log = directory.logs / "up.log"
    log.unlink(missing_ok=True)
    child = Child(Part("up", [*command, "--data-dir", str(directory.root)], os.environ, directory.root, log))
    began_ns = time.time_ns()
    child.start()
    try:
        yield _wait_for_address(child, directory, began_ns)
    finally:
        child.terminate()
        _wait_for_end(child)


def _wait_for_address(child: Child, directory: DataDir, began_ns: int) -> str:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        # A stack that was killed leaves its address behind: only one written since counts.
        file = directory.endpoint_file
        if file.exists() and file.stat().st_mtime_ns >= began_ns:
            return file.read_text(encoding="utf-8").strip()
        if child.exit_code() is not None:
            raise PartFailed(f"the stack did not start:\n{child.last_words()}")
        time.sleep(0.02)
    raise PartFailed(f"the stack was not ready after {_READY_WITHIN_S:.0f} s:\n{child.last_words()}")


def _wait_for_end(child: Child) -> None:
    deadline = time.monotonic() + _END_WITHIN_S
    while child.exit_code() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
