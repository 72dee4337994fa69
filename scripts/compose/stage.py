"""Where the rehearsal takes place: one temporary directory that stands for the containers' file systems and network."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.compose.configuration import ROOT

_MEMORY = Path("/dev/shm")  # noqa: S108 - only ever a parent for a directory that mkdtemp makes


@dataclass(frozen=True)
class Stage:
    """Places and addresses that stand for those of the compose file."""

    directory: Path
    shared_memory: Path
    ports: dict[str, int]

    @property
    def site(self) -> Path:
        """Where the built wheel is unpacked."""
        return self.directory / "site"

    @property
    def data(self) -> Path:
        """What /var/lib/chainrule is in a container."""
        return self.directory / "data"

    def here(self, text: str) -> str:
        """Replace the containers' addresses and paths in a command or a setting by those of this stage."""
        for there, here in self._places():
            text = text.replace(there, here)
        return text

    def _places(self) -> list[tuple[str, str]]:
        ports = self.ports
        return [
            ("@postgres:5432", f"@127.0.0.1:{ports['postgres']}"),
            ("@valkey:6379", f"@127.0.0.1:{ports['valkey']}"),
            ("0.0.0.0:8090", f"127.0.0.1:{ports['api']}"),
            ("127.0.0.1:8090", f"127.0.0.1:{ports['api']}"),
            ("/var/lib/chainrule", str(self.data)),
            ("/run/chainrule/shared-memory", str(self.shared_memory)),
            ("exec valkey-server ", f"exec valkey-server --port {ports['valkey']} --bind 127.0.0.1 "),
            ("valkey-cli ", f"valkey-cli -p {ports['valkey']} "),
        ]


@contextmanager
def open_stage() -> Iterator[Stage]:
    """A stage with the project's wheel unpacked on it; removed at the end."""
    memory = _MEMORY if _MEMORY.is_dir() else None
    directory = Path(tempfile.mkdtemp(prefix="chainrule-rehearsal-"))
    shared_memory = Path(tempfile.mkdtemp(prefix="chainrule-rehearsal-", dir=memory))
    try:
        directory.chmod(0o755)  # PostgreSQL refuses to run as root: it runs as another user below this directory
        stage = Stage(directory, shared_memory, dict(zip(("postgres", "valkey", "api"), _free_ports(3), strict=True)))
        stage.data.mkdir()
        _unpack_wheel(stage)
        yield stage
    finally:
        shutil.rmtree(shared_memory)
        shutil.rmtree(directory)


def _unpack_wheel(stage: Stage) -> None:
    """Build and unpack the wheel as the Dockerfile does, so that a file missing from it is missed here too."""
    wheels = stage.directory / "wheels"
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        pip = [str(Path(sys.base_prefix) / "bin" / "python3"), "-m", "pip", "--python", sys.executable]
    plain = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    build = [*pip, "wheel", *plain, "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
    subprocess.run(build, check=True, env={**os.environ, "PIP_NO_INPUT": "1"})
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", *plain, "--target", str(stage.site), str(wheel)], check=True)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
