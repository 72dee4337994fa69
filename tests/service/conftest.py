"""The service as a browser or a program meets it: real tables and files, and hints that are only counted."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.support.service_world import ServiceWorld


class CountedHints:
    """Stands where the broker would be told."""

    def __init__(self) -> None:
        self.published: list[int] = []

    def publish(self, count: int) -> None:
        self.published.append(count)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path}/chainrule.db",
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
