"""The pages: frames that hold no data, for who has a session."""

from __future__ import annotations

import re

import pytest

PAGES = ["/", "/datasets", "/workers", "/jobs/job_1", "/jobs/job_1/backprop"]


@pytest.fixture
def pages(app, session_secret):
    browser = app.test_client()
    browser.set_cookie("chainrule_session", session_secret)
    return browser


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_a_session_says_how_to_get_one(anonymous, path):
    answer = anonymous.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert answer.mimetype == "text/html"
    assert "chainrule up" in answer.text
    assert "python -m service.login_link" in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_title_a_main_part_and_a_way_past_the_navigation(pages, path):
    text = pages.get(path).text
    assert re.search(r"<title>[A-Z]\w+ · Chainrule</title>", text)
    assert '<main id="main">' in text
    assert '<a class="skip" href="#main">' in text
    assert '<html lang="en">' in text


@pytest.mark.parametrize(("path", "name"), [("/", "Jobs"), ("/datasets", "Datasets"), ("/workers", "Workers")])
def test_the_navigation_marks_where_one_is(pages, path, name):
    assert re.findall(r'aria-current="page">(\w+)<', pages.get(path).text) == [name]


@pytest.mark.parametrize("path", PAGES)
def test_everything_a_page_names_is_served(pages, anonymous, path):
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', pages.get(path).text)
    assert any(name.endswith(".js") for name in named)
    for name in named:
        with anonymous.get(name) as answer:
            assert answer.status_code == 200, name


@pytest.mark.parametrize("below", ["", "/backprop"])
def test_a_jobs_pages_name_their_job_and_nothing_of_it(pages, world, below):
    job_id = world.job(name="secret plans")
    text = pages.get(f"/jobs/{job_id}{below}").text
    assert f'data-job="{job_id}"' in text
    assert "secret plans" not in text


def test_pages_work_for_people_with_a_key_too(client):
    assert client.get("/").status_code == 200
