"""``chainrule up``: the composition root of the embedded stack."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chainrule.client import Client
from chainrule.errors import PartFailed
from chainrule.stack.child import LAUNCHER
from chainrule.stack.directory import DataDir
from chainrule.stack.listening import listen, url_of
from chainrule.stack.lock import DirectoryLock
from chainrule.stack.parts import Recipe, environment
from chainrule.stack.private_folder import private_folder, shared_memory_parent
from chainrule.stack.readiness import is_ready, unended_jobs, workers_since
from chainrule.stack.signals import Signals, StopRequested
from chainrule.stack.supervisor import Supervisor
from chainrule.stack.valkey import answers, broker_url, socket_path, valkey_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What ``up`` was asked for."""

    directory: DataDir
    host: str
    port: int
    workers: int


def run(plan: Plan, say: Callable[[str], None]) -> None:
    """Run the stack until somebody asks for its end; ``say`` shows a line.

    Raises:
        StackError: if it cannot start, saying what to do.
    """
    plan.directory.prepare()
    with Signals() as signals:
        try:
            with DirectoryLock(plan.directory.root, signals.pause) as lock:
                _run_locked(plan, lock, signals, say)
        except StopRequested:
            say("Stopped; nothing is left running.")


def _run_locked(plan: Plan, lock: DirectoryLock, signals: Signals, say: Callable[[str], None]) -> None:
    supervisor = Supervisor(signals, say)
    with closing(listen(plan.host, plan.port)) as listener, _places_outside(plan.directory) as (broker, memory):
        url = url_of(listener)
        lock.describe(url)
        recipe = Recipe(plan.directory, environment(plan.directory, broker_url(broker), memory), (lock.fd,))
        try:
            login, unended = _start(plan, recipe, supervisor, broker, listener)
            with _published(plan.directory.endpoint_file, url):
                _announce(plan, url, login, unended, say)
                supervisor.watch()
        except StopRequested:
            say("Stopping …")
            raise
        finally:
            supervisor.stop()


@contextmanager
def _places_outside(directory: DataDir) -> Iterator[tuple[Path, Path]]:
    """The broker's socket and the folder for shared memory; both are gone after the block.

    A killed stack leaves them behind: the workers of the next one may go on from the memory of their jobs.
    """
    broker = socket_path(directory)
    memory = private_folder(shared_memory_parent(), directory)
    try:
        yield broker, memory
    finally:
        broker.unlink(missing_ok=True)
        if broker.parent != directory.valkey:
            shutil.rmtree(broker.parent, ignore_errors=True)
        shutil.rmtree(memory, ignore_errors=True)


def _start(
    plan: Plan, recipe: Recipe, supervisor: Supervisor, broker: Path, listener: socket.socket
) -> tuple[str, int]:
    """Start everything in order, and wait until all of it is ready.

    Returns:
        The path of a login link, and how many jobs from before go on.
    """
    began = datetime.now(UTC)
    server = supervisor.start(valkey_part(recipe.directory, broker, recipe.env, recipe.fds))
    supervisor.until(lambda: answers(broker), server)
    supervisor.run(recipe.migrations())
    supervisor.run(recipe.first_key())
    web = supervisor.start(recipe.web(listener.fileno()))
    workers = supervisor.start(recipe.workers(plan.workers))
    login = _login_path(recipe)
    url = url_of(listener)
    supervisor.until(lambda: is_ready(url), web)
    with Client(url, data_dir=recipe.directory.root) as client:
        supervisor.until(lambda: workers_since(client, began) >= plan.workers, workers)
        unended = len(unended_jobs(client))
    return login, unended


def _login_path(recipe: Recipe) -> str:
    """The path of a link that opens the dashboard once."""
    made = subprocess.run(
        [*LAUNCHER, str(os.getpid()), sys.executable, "-m", "service.login_link"],
        env=dict(recipe.env),
        cwd=recipe.directory.root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    if made.returncode != 0:
        raise PartFailed(f"could not make a login link:\n{made.stderr.strip()}")
    return made.stdout.strip()


@contextmanager
def _published(endpoint: Path, url: str) -> Iterator[None]:
    """Tell the command line where the stack is, as long as it is there."""
    part = endpoint.with_suffix(".part")
    part.write_text(f"{url}\n", encoding="utf-8")
    part.replace(endpoint)
    try:
        yield
    finally:
        endpoint.unlink(missing_ok=True)


def _announce(plan: Plan, url: str, login: str, unended: int, say: Callable[[str], None]) -> None:
    say(f"Chainrule is up at {url} with {plan.workers} worker{'s' if plan.workers > 1 else ''}.")
    if unended:
        say(f"{unended} job{'s' if unended > 1 else ''} that had not ended when it was last up: chainrule jobs")
    say(f"Dashboard (this link logs in once): {url}{login}")
    say(f"Data, logs and the admin key are in {plan.directory.root}. Ctrl-C ends everything.")
