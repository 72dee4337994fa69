"""Logs: lines of JSON that name the request and keep its secrets."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
    import logging, os
    from flask import Flask
    from migrations.runner import upgrade
    from models.settings import Settings
    from service.administration import get_admin
    from service.app import from_environment
    from service.authentication import issue_key, public
    from service.context import EXTENSION

    upgrade(os.environ["DATABASE_URL"])
    app = from_environment()
    database = app.extensions[EXTENSION].database
    with database.write() as session:
        _, secret = issue_key(session, get_admin(session).id, "api", "logs")
    print(secret)

    def fails():
        raise RuntimeError("unforeseen")

    app.add_url_rule("/fails", view_func=fails)
    client = app.test_client()
    client.get("/fails", headers={"Authorization": f"Bearer {secret}"})
    client.get(f"/login?token={secret}")
    client.get("/api/v1/jobs", headers={"Authorization": f"Bearer {secret}x"})
    logging.getLogger("other").warning("from %s", "elsewhere")
    database.dispose()
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[str, list[dict]]:
    """The secret, and the lines that a process has logged."""
    folder = tmp_path_factory.mktemp("logs")
    environment = {
        "DATABASE_URL": f"sqlite:///{folder}/chainrule.db",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "ARTIFACT_URL": f"file://{folder}/artifacts",
    }
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip(), [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_json_with_its_time_and_level(run):
    _, lines = run
    assert lines
    assert all(line["timestamp"].endswith("Z") and line["level"] and line["event"] for line in lines)


def test_an_unforeseen_error_is_there_with_its_stack_and_its_request(run):
    [line] = [line for line in run[1] if line["event"] == "unforeseen error"]
    assert "RuntimeError: unforeseen" in line["exception"]
    assert (line["method"], line["path"]) == ("GET", "/fails")
    assert line["request_id"]


def test_what_other_libraries_log_has_the_same_form(run):
    assert [line["event"] for line in run[1] if line["event"].startswith("from ")] == ["from elsewhere"]


def test_no_secret_is_in_any_line(run):
    secret, lines = run
    assert len(secret) >= 43
    assert secret[8:] not in json.dumps(lines)
