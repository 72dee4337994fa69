"""Errors as answers: a status, a stable code and a detail for each, never a page and never a stack."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from models import errors
from service.authentication import public


@pytest.fixture
def failing(app: Flask) -> Iterator[FlaskClient]:
    """Raises what ``error`` is set to at ``/api/v1/fails``."""

    @public
    def fails() -> str:
        raise app.config["ERROR"]

    app.add_url_rule("/api/v1/fails", view_func=fails)
    return app.test_client()


def ask(failing: FlaskClient, error: Exception):
    failing.application.config["ERROR"] = error
    return failing.get("/api/v1/fails")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.ValidationFailed([errors.Fault("/a", "wrong")]), 422),
        (errors.NotAuthenticated("who?"), 401),
        (errors.NotAllowed("no"), 403),
        (errors.NotFound("job", "job_1"), 404),
        (errors.Conflict("not now"), 409),
        (errors.ArtifactMissing("datasets/x"), 410),
        (errors.DatasetDeleted("ds_1"), 410),
        (errors.TooLarge("at most 3"), 413),
        (errors.TooManyAttempts("wait"), 429),
        (errors.ArtifactCorrupt("x", "a" * 64, "b" * 64), 500),
        (errors.GangBroken("never meant for a request"), 500),
        (errors.StorageFull("x"), 507),
    ],
)
def test_each_error_of_the_tree_has_its_status_and_keeps_its_code(failing, error, status):
    answer = ask(failing, error)
    document = answer.get_json()
    assert answer.status_code == document["status"] == status
    assert answer.mimetype == "application/problem+json"
    assert document["code"] == error.code
    assert document["detail"] == str(error)
    assert document["type"] == "about:blank"
    assert document["title"]
    assert ("faults" in document) == (status == 422)


def test_every_fault_is_listed(failing):
    faults = [errors.Fault("/a", "too long", "long"), errors.Fault("/b/0", "missing", "missing")]
    assert ask(failing, errors.ValidationFailed(faults)).get_json()["faults"] == [
        {"pointer": "/a", "message": "too long", "code": "long"},
        {"pointer": "/b/0", "message": "missing", "code": "missing"},
    ]


@pytest.mark.parametrize("error", [OperationalError("SELECT 1", {}, Exception("gone")), NoConnectionFree("none free")])
def test_a_database_that_is_away_is_a_503_with_a_time_to_wait(failing, error):
    answer = ask(failing, error)
    assert answer.status_code == 503
    assert answer.get_json()["code"] == "database_unavailable"
    assert int(answer.headers["Retry-After"]) > 0
    assert "SELECT" not in answer.text


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_a_507(failing, number):
    answer = ask(failing, OSError(number, "no space left"))
    assert (answer.status_code, answer.get_json()["code"]) == (507, "storage_full")


@pytest.mark.parametrize("error", [ZeroDivisionError("secret detail"), OSError(errno.EIO, "secret detail")])
def test_what_nobody_foresaw_says_nothing_of_its_inside(failing, error):
    answer = ask(failing, error)
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["X-Request-Id"]


def test_an_unknown_address_is_a_problem_too(client):
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_an_unknown_address_is_a_page_for_a_person(client, anonymous):
    for asks in (client, anonymous):
        answer = asks.get("/nothing", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert b"There is no such page" in answer.data


def test_a_method_that_is_not_there_names_those_that_are(client):
    answer = client.put("/api/v1/jobs")
    assert (answer.status_code, answer.get_json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"])
def test_a_person_without_a_session_gets_a_page(anonymous, accept):
    answer = anonymous.get("/", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (401, "text/html")


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/api/v1/jobs", "text/html"),
        ("/metrics", "*/*"),
        ("/metrics", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
        ("/metrics", ""),
    ],
)
def test_a_program_without_a_key_gets_a_problem(anonymous, path, accept):
    answer = anonymous.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
