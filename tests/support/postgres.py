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


class PostgresServer:
    """One cluster and its server, which can be stopped, started, and cut off.

    Args:
        home: for its programs and files; the server may be another user, who must be able to enter it.
    """

    def __init__(self, home: Path) -> None:
        self._programs, self._data = postgres.install_programs(home), home / "data"
        postgres.create_cluster(self._programs, self._data, _ACCOUNT)
        self._port, self._numbers = _free_port(), itertools.count(1)
        self._login = f"{_ACCOUNT['POSTGRES_USER']}:{_ACCOUNT['POSTGRES_PASSWORD']}@127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it takes connections."""
        command = [*postgres.server_command(self._programs, self._data, self._port), "-c", "fsync=off"]
        self._server = subprocess.Popen(
            command, user=postgres.unprivileged(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._connect().close()

    def stop(self, *, at_once: bool = False) -> None:
        """End it and all connections; ``at_once`` as by a power cut, so that it must recover when it starts."""
        self._server.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        self._server.wait()

    def make_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{self._login}/{name}"

    def cut_connections(self) -> int:
        """End all of them in the middle of whatever they do; returns how many there were."""
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname LIKE 'test_%'"
        with self._connect() as connection:
            return len(connection.execute(f"SELECT pg_terminate_backend(pid) {others}").fetchall())

    def _connect(self) -> psycopg.Connection:
        return _connect(f"postgresql://{self._login}/postgres", self._server)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server that is gone with its files at the end."""
    # Not below the folder of this run: the server may be another user, who could not enter that.
    home = Path(tempfile.mkdtemp(prefix="chainrule-postgres-", dir="/tmp"))
    home.chmod(0o755)
    try:
        server = PostgresServer(home)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home)


@contextmanager
def running_postgres() -> Iterator[Callable[[], str]]:
    """Gives a function that makes an empty database and returns its URL."""
    with postgres_server() as server:
        yield server.make_database


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
