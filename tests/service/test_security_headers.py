"""What every answer tells the browser not to do."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def pages(app, session_secret):
    browser = app.test_client()
    browser.set_cookie("chainrule_session", session_secret)
    return browser


PATHS = [
    "/",
    "/datasets",
    "/workers",
    "/jobs/job_1",
    "/api/docs",
    "/login?token=x",
    "/healthz",
    "/api/v1/jobs",
    "/none",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_them(pages, path):
    headers = pages.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("path", ["/", "/datasets", "/workers", "/jobs/job_1", "/api/docs"])
def test_a_page_has_nothing_the_policy_forbids(pages, path):
    """No script, style or handler inside it, and nothing from elsewhere."""
    text = pages.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


def test_each_answer_has_an_id_of_its_own(anonymous):
    ids = {anonymous.get("/healthz").headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch(r"[0-9a-f]{16}", each) for each in ids)


def test_a_job_with_a_wicked_name_is_no_script(pages, client, world):
    wicked = "<script>alert(1)</script>\"'>"
    job_id = client.post("/api/v1/jobs", json=world.spec(name=wicked)).get_json()["id"]
    assert wicked not in pages.get(f"/jobs/{job_id}").text
    assert "<script>" not in pages.get("/jobs/%3Cscript%3E").text
