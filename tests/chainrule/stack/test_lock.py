"""One stack per data directory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chainrule.errors import DataDirBusy
from chainrule.stack.lock import DirectoryLock

_HOLDER = """
import subprocess, sys, time
from pathlib import Path
from chainrule.stack.lock import DirectoryLock
with DirectoryLock(Path(sys.argv[1])) as lock:
    lock.describe("http://127.0.0.1:1234")
    child = subprocess.Popen(["sleep", "600"], pass_fds=[lock.fd])
    print(child.pid, flush=True)
    time.sleep(600)
"""


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path) as first:
        first.describe("http://127.0.0.1:1234")
        with pytest.raises(DataDirBusy, match=rf"process {os.getpid()}, http://127\.0\.0\.1:1234.*--data-dir"):
            DirectoryLock(tmp_path).__enter__()


def test_it_is_free_after_the_first_has_ended(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path):
        pass
    with DirectoryLock(tmp_path):
        pass


def test_after_a_kill_the_next_one_waits_for_the_children_that_are_left(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        holder.kill()
        holder.wait()
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            os.kill(child, 9)

    with DirectoryLock(tmp_path, _then_sleep(wait)):
        assert len(waits) >= 3


def _then_sleep(wait: Callable[[float], None]) -> Callable[[float], None]:
    import time

    def both(seconds: float) -> None:
        wait(seconds)
        time.sleep(seconds)

    return both
