"""The service as a browser or a program meets it: real tables and files, and hints that are only counted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from migrations.runner import upgrade
from models.settings import Settings
from service.administration import get_admin
from service.app import create_app
from service.authentication import issue_key
from service.context import EXTENSION, ServiceContext
from tests.support.postgres import running_postgres
from tests.support.service_world import ServiceWorld


class CountedHints:
    """Stands where the broker would be told."""

    def __init__(self) -> None:
        self.published: list[int] = []

    def publish(self, count: int) -> None:
        self.published.append(count)


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[Callable[[], str]]:
    """Makes an empty database of a real PostgreSQL, started for whoever asks first."""
    with running_postgres() as make:
        yield make


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLite; with TEST_DATABASE=postgres in the environment, every test here runs on PostgreSQL instead."""
    if os.environ.get("TEST_DATABASE") == "postgres":
        return str(request.getfixturevalue("postgres_database")())
    return f"sqlite:///{tmp_path}/chainrule.db"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",
        artifact_url=f"file://{tmp_path}/artifacts",
        data_dir=tmp_path / "data",
        max_upload_bytes=200_000,
    )


@pytest.fixture
def hints() -> CountedHints:
    return CountedHints()


@pytest.fixture
def app(settings: Settings, hints: CountedHints) -> Iterator[Flask]:
    upgrade(settings.database_url)
    app = create_app(settings)
    here: ServiceContext = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(here, hints=hints)
    yield app
    here.database.dispose()


@pytest.fixture
def world(app: Flask) -> ServiceWorld:
    here: ServiceContext = app.extensions[EXTENSION]
    with here.database.write() as session:
        owner_id = get_admin(session).id
    return ServiceWorld(here.database, here.store, owner_id)


@pytest.fixture
def secret(world: ServiceWorld) -> str:
    """The administrator's key."""
    with world.database.write() as session:
        return issue_key(session, world.owner_id, "api", "tests")[1]


@pytest.fixture
def session_secret(world: ServiceWorld) -> str:
    """What the administrator's browser keeps in its cookie."""
    with world.database.write() as session:
        return issue_key(session, world.owner_id, "session", "browser", timedelta(hours=1))[1]


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    """Comes without a key."""
    return app.test_client()


@pytest.fixture
def client(app: Flask, secret: str) -> FlaskClient:
    """Comes with the administrator's key."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client
