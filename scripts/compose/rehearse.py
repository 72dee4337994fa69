"""Run what docker-compose.yml runs, without containers, and train one job over HTTP.

    python -m scripts.compose.rehearse

The commands, settings and health checks are read from the compose file; only addresses and paths are replaced. The
database is a real PostgreSQL, the broker a real Valkey, and the code is the built wheel, not this source tree. It ends
with nothing left running; its exit code is 0 only if every health check passed and the job succeeded.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import redis

from chainrule.stack.valkey import valkey_binary
from scripts.compose import postgres
from scripts.compose.cast import Cast
from scripts.compose.configuration import Service, configure, read_services
from scripts.compose.stage import Stage, open_stage
from scripts.compose.story import train_one_job

SECRETS = ("POSTGRES_PASSWORD", "REDIS_PASSWORD")
WORKERS = 2
"""Worker containers, as `--scale worker=2` would start them, with one process each: the gang spans both."""


def main() -> None:
    """Validate the file, then rehearse it."""
    insist_on_secrets()
    settings = {name: secrets.token_hex(16) for name in SECRETS} | {"CHAINRULE_CONCURRENCY": "1"}
    services = read_services(settings)
    say(f"docker-compose.yml is valid: {', '.join(service.name for service in services)}")
    with open_stage() as stage, Cast(stage.directory / "logs") as cast:
        programs = lay_programs(stage)
        for service in services:
            play(service, stage, cast, programs)
        train_one_job(f"http://127.0.0.1:{stage.ports['api']}", stage.data / "admin.key", WORKERS, say)
        for name in [*(f"worker-{number}" for number in range(WORKERS)), "api"]:
            code = cast.end(name)
            if code:
                raise SystemExit(f"{name} ended by SIGTERM with exit code {code}:\n{cast.log(name)}")
            say(f"{name} ended by SIGTERM as it should")


def insist_on_secrets() -> None:
    """See that the file can't be started without each secret. Raises: SystemExit when it can."""
    for name in SECRETS:
        if configure({other: "x" for other in SECRETS if other != name}).returncode == 0:
            raise SystemExit(f"docker-compose.yml starts without {name}: a secret must not have a default")


def say(text: str) -> None:
    """Tell how the rehearsal goes, with the seconds since it began."""
    print(f"[{time.monotonic() - _BEGAN:5.1f} s] {text}", flush=True)


_BEGAN = time.monotonic()


def lay_programs(stage: Stage) -> Path:
    """A folder of the programs that the containers' images would have; returns the folder of PostgreSQL's own."""
    folder = stage.directory / "bin"
    folder.mkdir()
    # A link to the interpreter would leave the environment it belongs to: its packages are found from its own path.
    (folder / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (folder / "python").chmod(0o755)
    (folder / "valkey-server").symlink_to(valkey_binary())
    return postgres.install_programs(stage.directory)


def play(service: Service, stage: Stage, cast: Cast, programs: Path) -> None:
    """Start one service, or run it to its end, and wait until it is healthy."""
    environment = environment_of(service, stage, programs)
    command = [stage.here(part) for part in service.command]
    if service.ends_by_itself:
        subprocess.run(command, check=True, env=environment, cwd=stage.data)
        say(f"{service.name} has done its work")
        return
    if service.name == "postgres":
        data = stage.directory / "cluster"
        postgres.create_cluster(programs, data, service.environment)
        command = postgres.server_command(programs, data, stage.ports["postgres"])
        cast.start(service.name, command, environment, data, postgres.unprivileged())
    elif service.name == "worker":
        for number in range(WORKERS):
            name = f"worker-{number}"
            cast.start(name, command, {**environment, "CHAINRULE_WORKER_NAME": name}, stage.data)
    else:
        cast.start(service.name, command, environment, stage.data)
    wait_until_healthy(service, stage, cast, environment)
    if service.name == "postgres":
        postgres.create_database(programs, stage.ports["postgres"], service.environment)


def wait_until_healthy(service: Service, stage: Stage, cast: Cast, environment: Mapping[str, str]) -> None:
    """Run the service's own health check until it passes."""
    if service.name == "valkey":  # its wheel holds the server without valkey-cli: the same PING by another client
        url = f"redis://:{service.environment['REDIS_PASSWORD']}@127.0.0.1:{stage.ports['valkey']}"
        cast.wait_until("valkey answers", lambda: answers(url), service.name)
    elif service.health:
        kind, *words = [stage.here(part) for part in service.health]
        check = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        cast.wait_until(f"{service.name} is healthy", lambda: succeeds(check, environment), service.name)
    say(f"{service.name} runs{' and is healthy' if service.health else ''}")


def answers(url: str) -> bool:
    """Whether a Redis server answers at this address."""
    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def succeeds(command: list[str], environment: Mapping[str, str]) -> bool:
    """Whether a health check passes."""
    return subprocess.run(command, env=dict(environment), capture_output=True, check=False).returncode == 0


def environment_of(service: Service, stage: Stage, programs: Path) -> dict[str, str]:
    """What the container's environment would be, and nothing of the caller's."""
    path = f"{stage.directory / 'bin'}:{programs}:/usr/local/bin:/usr/bin:/bin"
    image = {"PATH": path, "HOME": str(stage.data), "PYTHONPATH": str(stage.site), "PYTHONSAFEPATH": "1"}
    if service.name == "postgres":
        image["PGPORT"], image["PGHOST"] = str(stage.ports["postgres"]), "127.0.0.1"
    return {**image, **{name: stage.here(value) for name, value in service.environment.items()}}


if __name__ == "__main__":
    main()
