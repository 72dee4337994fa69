"""What operators and their machines ask."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from chainrule.version import __version__
from service.app import create_app
from service.context import EXTENSION


@pytest.fixture
def unmigrated(settings, tmp_path):
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path}/empty.db"))
    yield app
    app.extensions[EXTENSION].database.dispose()


def figures(client) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        (sample.name, sample.labels.get("state", "")): sample.value for family in families for sample in family.samples
    }


def test_a_process_that_answers_is_alive_whatever_its_database_does(unmigrated: Flask):
    assert unmigrated.test_client().get("/healthz").get_json() == {"status": "ok"}


def test_a_migrated_database_is_ready(anonymous):
    answer = anonymous.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ready"})


def test_a_database_without_tables_names_the_remedy(unmigrated: Flask):
    answer = unmigrated.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "python -m migrations upgrade" in answer.get_json()["status"]


def test_a_database_of_another_version_is_not_ready(anonymous, world):
    with world.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = anonymous.get("/readyz")
    assert (answer.status_code, answer.get_json()["found"]) == (503, "9999")


def test_a_database_that_is_away_is_told_from_one_without_tables(settings):
    app = create_app(replace(settings, database_url="sqlite:////nonexistent/folder/chainrule.db"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "the database does not answer"})
    app.extensions[EXTENSION].database.dispose()


def test_the_version_is_the_installed_one(anonymous):
    assert anonymous.get("/version").get_json() == {"name": "chainrule", "version": __version__}


def test_figures_are_counted_in_sql(client, world):
    running = world.job()
    world.gang(running, workers=2)
    world.change(running, samples_per_second=1500.0, restarts=2, step=40)
    world.job()
    world.worker()
    found = figures(client)
    assert found["chainrule_jobs", "running"] == 1
    assert found["chainrule_jobs", "queued"] == 1
    assert found["chainrule_jobs", "failed"] == 0
    assert found["chainrule_workers", "serving"] == 2
    assert found["chainrule_workers", "idle"] == 1
    assert found["chainrule_queue_length", ""] == 1
    assert found["chainrule_steps", ""] == 40
    assert found["chainrule_restarts", ""] == 2
    assert found["chainrule_samples_per_second", ""] == 1500.0
