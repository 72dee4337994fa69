"""A browser's way in and out."""

from __future__ import annotations

import threading
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import select

from service.authentication import COOKIE, issue_key

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def link(world) -> str:
    with world.database.write() as session:
        return issue_key(session, world.owner_id, "login", "link", timedelta(minutes=1))[1]


def test_a_link_logs_in(anonymous, link):
    assert anonymous.get("/api/v1/jobs").status_code == 401
    answer = anonymous.get(f"/login?token={link}")
    assert answer.status_code == 200
    assert 'content="0; url=/"' in answer.text
    assert anonymous.get("/api/v1/jobs").status_code == 200


def test_a_link_works_once(app, link):
    assert app.test_client().get(f"/login?token={link}").status_code == 200
    second = app.test_client()
    assert second.get(f"/login?token={link}").status_code == 401
    assert second.get("/api/v1/jobs").status_code == 401


def test_a_look_at_the_headers_does_not_use_the_link_up(app, link):
    assert app.test_client().head(f"/login?token={link}").status_code == 405
    assert app.test_client().get(f"/login?token={link}").status_code == 200


def test_a_link_that_is_too_old_does_not_work(world, anonymous):
    with world.database.write() as session:
        _, secret = issue_key(session, world.owner_id, "login", "link", timedelta(seconds=-1))
    answer = anonymous.get(f"/login?token={secret}")
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


def test_many_wrong_links_from_one_address_are_told_to_wait_and_a_good_one_still_works(anonymous, link):
    statuses = [anonymous.get("/login?token=wrong").status_code for _ in range(35)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert anonymous.get(f"/login?token={link}").status_code == 200


def test_a_wrong_link_is_refused_without_locking_the_database(anonymous, world):
    """While somebody else writes: a request that wanted the lock would wait, and not be answered in time."""
    statuses: list[int] = []
    asking = threading.Thread(target=lambda: statuses.append(anonymous.get("/login?token=wrong").status_code))
    with world.database.write() as session:
        session.execute(select(1))
        asking.start()
        asking.join(10)
        assert statuses == [401]


@pytest.mark.parametrize("kind", ["api", "session"])
def test_another_key_is_no_link(world, anonymous, kind):
    with world.database.write() as session:
        _, secret = issue_key(session, world.owner_id, kind, "other")
    assert anonymous.get(f"/login?token={secret}").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(anonymous, link):
    cookie = SimpleCookie(anonymous.get(f"/login?token={link}").headers["Set-Cookie"])[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert 0 < int(cookie["max-age"]) <= 7 * 86_400
    assert link not in cookie.value


def test_over_https_the_cookie_stays_there(anonymous, link):
    answer = anonymous.get(f"/login?token={link}", base_url="https://localhost")
    assert SimpleCookie(answer.headers["Set-Cookie"])[COOKIE]["secure"]


def test_logging_out_ends_the_session_for_whoever_has_the_cookie(app, anonymous, link):
    anonymous.get(f"/login?token={link}")
    stolen = anonymous.get_cookie(COOKIE).value
    assert anonymous.post("/logout", headers=HERE).status_code == 204
    thief = app.test_client()
    thief.set_cookie(COOKIE, stolen)
    assert thief.get("/api/v1/jobs").status_code == 401


def test_another_site_cannot_log_somebody_out(anonymous, link):
    anonymous.get(f"/login?token={link}")
    assert anonymous.post("/logout", headers={"Origin": "https://evil.example"}).status_code == 403
    assert anonymous.get("/api/v1/jobs").status_code == 200
