"""The whole embedded stack, as a user runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chainrule import Client


class Up:
    """One ``chainrule up`` on a data directory of its own, with leases short enough for a test."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self.data_dir = folder / "data"
        self.shared = folder / "shared"
        self.shared.mkdir(exist_ok=True)
        self.output = folder / "up.txt"
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CHAINRULE_")},
            "CHAINRULE_SHARED_MEMORY_DIR": str(self.shared),
            "CHAINRULE_LEASE_TTL_S": "4",
            "CHAINRULE_HEARTBEAT_S": "0.5",
        }
        self.workers = workers
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "chainrule", "--data-dir", str(self.data_dir), *words]

    def start(self, *words: str) -> None:
        """Start it and wait until it says that it is ready."""
        with self.output.open("wb") as output:
            command = self.command("up", "--port", "0", "--workers", str(self.workers), *words)
            self.process = subprocess.Popen(command, env=self.env, stdout=output, stderr=output)
        wait_until(lambda: "Dashboard" in self.said() or self.process.poll() is not None, 60)
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        return self.output.read_text()

    def client(self) -> Client:
        return Client(
            (self.data_dir / "endpoint").read_text().strip(), (self.data_dir / "admin.key").read_text().strip()
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Press Ctrl-C and wait; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=25)

    def processes(self) -> dict[int, str]:
        """Every living process of this stack: pid and command line."""
        return processes_of(self.data_dir)

    def child(self, word: str) -> int:
        """The oldest process of the stack whose command line contains ``word``."""
        return min(pid for pid, line in self.processes().items() if word in line)


def processes_of(data_dir: Path) -> dict[int, str]:
    """Those that have the directory in their environment; the broker overwrites its own, but shows its socket."""
    setting = os.fsencode(f"CHAINRULE_DATA_DIR={data_dir}")
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if line and (setting in environment or f"unixsocket:{data_dir}" in line):
            found[int(entry.name)] = line
    return found


def wait_until(condition: Callable[[], object], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def until() -> Callable[[Callable[[], object], float], None]:
    return wait_until


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    stack = Up(tmp_path)
    yield stack
    if stack.process and stack.process.poll() is None:
        stack.kill()
    wait_until(lambda: not stack.processes(), 10)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One stack for all tests of a file that leave it as they found it."""
    stack = Up(tmp_path_factory.mktemp("up"))
    stack.start()
    yield stack
    stack.end()
    wait_until(lambda: not stack.processes(), 10)
