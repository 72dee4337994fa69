"""A real Chromium before a real server process, whose workers are rows that a test writes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import delete

from migrations.runner import upgrade
from models.artifacts import open_store
from models.database import Database, open_database
from models.records import Base
from service.administration import get_admin
from service.authentication import COOKIE, issue_key
from tests.support.service_world import ServiceWorld

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
EXPECTED = [*(f"status of {status}" for status in (401, 404, 409, 410, 413, 422)), "ERR_FAILED"]
"""What Chromium's console reports as errors, and a test may have asked for: refusals, and a cut connection."""

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail("these tests drive Chromium: install it (on Debian: apt-get install chromium)", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="session")
def env(folder: Path) -> dict[str, str]:
    """The settings of a service of its own; its broker is not there, which must not matter."""
    return {
        "DATABASE_URL": f"sqlite:///{folder}/chainrule.db",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "ARTIFACT_URL": f"file://{folder}/artifacts",
        "CHAINRULE_DATA_DIR": str(folder),
    }


@pytest.fixture(scope="session")
def database(env: dict[str, str]) -> Iterator[Database]:
    upgrade(env["DATABASE_URL"])
    database = open_database(env["DATABASE_URL"])
    yield database
    database.dispose()


@pytest.fixture
def world(env: dict[str, str], database: Database) -> ServiceWorld:
    """Nothing in it but the administrator: the server is shared by all tests, its rows are not."""
    with database.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
        owner_id = get_admin(session).id
    return ServiceWorld(database, open_store(env["ARTIFACT_URL"]), owner_id)


@pytest.fixture
def secret(world: ServiceWorld) -> Callable[[str], str]:
    """A new secret of a kind: api, session or login."""

    def issue(kind: str) -> str:
        with world.database.write() as session:
            return issue_key(session, world.owner_id, kind, "tests", timedelta(minutes=5))[1]

    return issue


@pytest.fixture(scope="session")
def url(env: dict[str, str], database: Database, folder: Path) -> Iterator[str]:
    """Where the server listens; the socket is made here, so that no other process can have its port."""
    del database  # only that its tables are there
    with closing(socket.create_server(("127.0.0.1", 0))) as listener, (folder / "server.txt").open("wb") as log:
        words = ["gunicorn", "--config", "python:service.gunicorn_config", "--bind", f"fd://{listener.fileno()}"]
        server = subprocess.Popen(
            [sys.executable, "-m", *words, "service.app:from_environment()"],
            env={**os.environ, **env},
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            _wait_until_ready(url, server, folder / "server.txt")
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture
def context(browser: Browser, url: str, secret: Callable[[str], str]) -> Iterator[BrowserContext]:
    """A browser that is logged in."""
    context = browser.new_context(base_url=url, viewport={"width": 1300, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": secret("session"), "url": url}])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, url: str) -> Iterator[Page]:
    """A page that fails its test if a script fails, the policy is broken, or anything is asked of another host."""
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if _is_fault(said.type, said.text) else None)
    page.on("request", lambda asked: faults.append(asked.url) if _is_elsewhere(asked.url, url) else None)
    yield page
    assert faults == []


def _is_fault(kind: str, text: str) -> bool:
    return kind == "error" and not any(words in text for words in EXPECTED)


def _is_elsewhere(asked: str, url: str) -> bool:
    return urlsplit(asked).netloc != urlsplit(url).netloc


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except OSError:  # refused, or slow while it starts
            time.sleep(0.05)
    pytest.fail(f"the server is not ready:\n{log.read_text()}")
