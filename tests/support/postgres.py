"""A real PostgreSQL to test with: its own server, on a port of this machine, gone with its files at the end."""

from __future__ import annotations

import itertools
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from scripts.compose import postgres

_ACCOUNT = {"POSTGRES_USER": "chainrule", "POSTGRES_PASSWORD": "only-for-tests"}
_STARTS_WITHIN_S = 30.0


@contextmanager
def running_postgres() -> Iterator[Callable[[], str]]:
    """Gives a function that makes an empty database and returns its URL."""
    # Not below the folder of this run: the server may be another user, who could not enter that.
    home = Path(tempfile.mkdtemp(prefix="chainrule-postgres-", dir="/tmp"))
    home.chmod(0o755)
    try:
        programs = postgres.install_programs(home)
        postgres.create_cluster(programs, home / "data", _ACCOUNT)
        port = _free_port()
        command = [*postgres.server_command(programs, home / "data", port), "-c", "fsync=off"]
        server = subprocess.Popen(
            command, user=postgres.unprivileged(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield _maker(port, server)
        finally:
            server.send_signal(signal.SIGINT)  # ends open connections instead of waiting for them
            server.wait()
    finally:
        shutil.rmtree(home)


def _maker(port: int, server: subprocess.Popen[bytes]) -> Callable[[], str]:
    login = f"{_ACCOUNT['POSTGRES_USER']}:{_ACCOUNT['POSTGRES_PASSWORD']}@127.0.0.1:{port}"
    numbers = itertools.count(1)

    def make() -> str:
        name = f"test_{next(numbers)}"
        with _connect(f"postgresql://{login}/postgres", server) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{login}/{name}"

    return make


def _connect(url: str, server: subprocess.Popen[bytes]) -> psycopg.Connection:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError:
            assert server.poll() is None, "PostgreSQL ended at once"
            assert time.monotonic() < deadline, "PostgreSQL did not start in time"
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
