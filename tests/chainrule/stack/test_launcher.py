"""What the launcher starts never outlives the process that asked for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chainrule.stack.child import LAUNCHER

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the parent-death signal is Linux's")

_PARENT = """
import os, subprocess, sys
child = subprocess.Popen([*sys.argv[1:], str(os.getpid()), "sleep", "600"], start_new_session=True)
print(child.pid, flush=True)
child.wait()
"""


def test_kill_9_of_the_parent_ends_the_program(eventually: Callable[..., None], alive: Callable[[int], bool]) -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT, *LAUNCHER], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        program = int(parent.stdout.readline())
        eventually(lambda: "sleep" in _name(program))
        parent.kill()
        parent.wait()
        eventually(lambda: not alive(program))


def test_a_program_whose_parent_is_gone_already_does_not_start() -> None:
    launched = subprocess.run([*LAUNCHER, str(os.getpid() + 1), "echo", "started"], capture_output=True)
    assert launched.returncode == 1
    assert launched.stdout == b""


def test_the_program_replaces_the_launcher() -> None:
    with subprocess.Popen([*LAUNCHER, str(os.getpid()), "sleep", "600"]) as launched:
        launched.send_signal(signal.SIGTERM)
        assert launched.wait(timeout=10) == -signal.SIGTERM


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text()
