"""Who a request comes from: default deny, keys that end, and browsers that are asked by other sites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from models.database import utc_now
from models.records import ApiKey
from service.authentication import COOKIE, issue_key

PUBLIC = {
    *("/healthz", "/readyz", "/version", "/login", "/static/<path:filename>"),
    *("/api/v1/openapi.json", "/api/docs"),
}
"""The whole list, on purpose written twice: who opens one more address has to say so here."""
SAFE = {"GET", "HEAD", "OPTIONS"}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every method of every address: the rule, a path that fits it, the method."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            yield rule.rule, re.sub(r"<[^>]+>", "any", rule.rule), method


def issue(world, kind: str, lifetime: timedelta | None = None) -> tuple[str, str]:
    with world.database.write() as session:
        key, secret = issue_key(session, world.owner_id, kind, "test", lifetime)
        return key.id, secret


def ask(anonymous, secret: str):
    return anonymous.get("/api/v1/jobs", headers={"Authorization": f"Bearer {secret}"})


def test_every_address_but_the_public_ones_needs_a_key(app, anonymous):
    for rule, path, method in routes(app):
        if rule not in PUBLIC:
            assert anonymous.open(path, method=method).status_code == 401, (method, path)


def test_the_public_addresses_are_those_of_the_list(app, anonymous):
    assert {rule for rule, *_ in routes(app)} >= PUBLIC
    for path in PUBLIC - {"/login", "/static/<path:filename>"}:
        assert anonymous.get(path).status_code == 200
    with anonymous.get("/static/css/page.css") as style:
        assert style.status_code == 200


def test_every_method_that_changes_something_is_refused_to_a_page_of_another_site(app, session_secret):
    browser = app.test_client()
    browser.set_cookie(COOKIE, session_secret)
    checked = 0
    for _rule, path, method in routes(app):
        if method not in SAFE:
            for headers in (
                {},
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
                {"Sec-Fetch-Site": "same-site"},
            ):
                assert browser.open(path, method=method, headers=headers).status_code == 403, (method, path, headers)
                checked += 1
    assert checked >= 40


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_a_page_of_the_service_may_change_things(app, session_secret, headers):
    browser = app.test_client()
    browser.set_cookie(COOKIE, session_secret)
    assert browser.post("/api/v1/keys", json={"name": "mine"}, headers=headers).status_code == 201


def test_another_port_of_the_same_host_is_another_site(app, session_secret):
    browser = app.test_client()
    browser.set_cookie(COOKIE, session_secret)
    answer = browser.post("/api/v1/keys", json={"name": "x"}, headers={"Origin": "http://localhost:8091"})
    assert answer.status_code == 403


def test_a_program_with_a_key_is_not_asked_where_it_comes_from(client):
    assert client.post("/api/v1/keys", json={"name": "x"}, headers={"Origin": "https://any.example"}).status_code == 201


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer \x80\xff", "bearer\tx", "token"]
)
def test_what_is_no_key_opens_nothing(anonymous, header):
    answer = anonymous.get("/api/v1/jobs", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.get_json()["code"] == "not_authenticated"


def test_the_beginning_of_a_key_is_not_the_key(anonymous, secret):
    assert ask(anonymous, secret).status_code == 200
    assert ask(anonymous, secret[:-1]).status_code == 401
    assert ask(anonymous, secret[:8]).status_code == 401


def test_a_key_is_kept_as_its_beginning_and_its_digest_alone(world):
    key_id, secret = issue(world, "api")
    with world.database.read() as session:
        key = session.get_one(ApiKey, key_id)
        kept = [str(getattr(key, column.name)) for column in ApiKey.__table__.columns]
    assert key.prefix == secret[:8]
    assert not any(secret in value for value in kept)
    assert len(secret) >= 43  # 256 bits


def test_an_expired_key_opens_nothing(world, anonymous):
    assert ask(anonymous, issue(world, "api", timedelta(hours=1))[1]).status_code == 200
    assert ask(anonymous, issue(world, "api", timedelta(seconds=-1))[1]).status_code == 401


@pytest.mark.parametrize("kind", ["login", "session"])
def test_a_key_of_another_kind_is_no_api_key(world, anonymous, kind):
    assert ask(anonymous, issue(world, kind)[1]).status_code == 401


def test_an_api_key_is_no_session(app, secret):
    browser = app.test_client()
    browser.set_cookie(COOKIE, secret)
    assert browser.get("/api/v1/jobs").status_code == 401


def test_a_wrong_key_is_not_saved_by_a_good_cookie(app, session_secret):
    browser = app.test_client()
    browser.set_cookie(COOKIE, session_secret)
    assert browser.get("/api/v1/jobs", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_the_use_of_a_key_is_noted(client, world):
    before = utc_now()
    client.get("/api/v1/jobs")
    with world.database.read() as session:
        found = session.query(ApiKey.last_used_at).filter(ApiKey.last_used_at.is_not(None)).all()
    assert [before <= at for (at,) in found] == [True]


@pytest.mark.parametrize(("ago", "noted_again"), [(timedelta(seconds=50), False), (timedelta(seconds=70), True)])
def test_the_use_of_a_key_is_noted_once_a_minute(world, anonymous, ago, noted_again):
    key_id, secret = issue(world, "api")
    used_at = utc_now() - ago
    with world.database.write() as session:
        session.get_one(ApiKey, key_id).last_used_at = used_at
    assert ask(anonymous, secret).status_code == 200
    with world.database.read() as session:
        assert (session.get_one(ApiKey, key_id).last_used_at != used_at) is noted_again


def test_many_wrong_keys_from_one_address_are_told_to_wait_and_valid_ones_still_work(anonymous, secret):
    statuses = [ask(anonymous, "wrong").status_code for _ in range(35)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert int(ask(anonymous, "wrong").headers["Retry-After"]) > 0
    assert ask(anonymous, secret).status_code == 200


def test_who_sends_no_key_at_all_is_told_so_however_often(anonymous):
    assert {anonymous.get("/api/v1/jobs").status_code for _ in range(40)} == {401}
