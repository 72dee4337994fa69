"""docker-compose.yml as Compose itself reads it: validated, interpolated, in the order things start."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
NO_COMPOSE = "docker-compose is not installed, so nothing can be validated. On Debian: apt-get install docker-compose"


@dataclass(frozen=True)
class Service:
    """One service of the file, with every variable already filled in."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    health: tuple[str, ...]
    """The command of its health check; empty when it has none."""
    after: tuple[str, ...]
    ends_by_itself: bool
    """Whether another service waits for it to have ended well."""


def compose_command() -> list[str]:
    """The installed Compose, version 2 or 1.

    Raises: SystemExit with the remedy when there is none.
    """
    docker = shutil.which("docker")
    if docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0:
        return [docker, "compose"]
    standalone = shutil.which("docker-compose")
    if standalone is None:
        raise SystemExit(NO_COMPOSE)
    return [standalone]


def configure(secrets: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Ask Compose for the configuration it would run with `secrets` in its environment."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    # An empty env file keeps a developer's own .env out: only what is passed here counts.
    with tempfile.NamedTemporaryFile(suffix=".env") as nothing:
        command = [*compose_command(), "--file", str(FILE), "--env-file", nothing.name, "config"]
        return subprocess.run(command, env={**environment, **secrets}, capture_output=True, text=True, check=False)


def read_services(secrets: Mapping[str, str]) -> list[Service]:
    """Every service, each after those it waits for.

    Raises: SystemExit with what Compose says when the file is not valid.
    """
    answer = configure(secrets)
    if answer.returncode:
        raise SystemExit(f"docker-compose.yml is not valid:\n{answer.stderr}")
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(answer.stdout)["services"]
    awaited = {
        name
        for service in found.values()
        for name, wait in service.get("depends_on", {}).items()
        if wait["condition"] == "service_completed_successfully"
    }
    order = TopologicalSorter({name: service.get("depends_on", {}) for name, service in found.items()})
    return [_service(name, found[name], name in awaited) for name in order.static_order()]


def _service(name: str, found: Mapping[str, Any], ends_by_itself: bool) -> Service:
    health = _unescaped(found.get("healthcheck", {}).get("test", ()))
    return Service(
        name=name,
        command=_unescaped(found.get("command", ())),
        environment={key: str(value) for key, value in found.get("environment", {}).items()},
        health=() if health == ("NONE",) else health,
        after=tuple(found.get("depends_on", {})),
        ends_by_itself=ends_by_itself,
    )


def _unescaped(command: list[str]) -> tuple[str, ...]:
    """What the container gets: a doubled dollar sign in the file is a single one there."""
    return tuple(part.replace("$$", "$") for part in command or ())
