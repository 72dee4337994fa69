"""A person's way in and out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def stranger(browser, url):
    """A browser without a session."""
    context = browser.new_context(base_url=url)
    yield context.new_page()
    context.close()


def test_without_a_session_the_way_to_one_is_shown(stranger, world):
    stranger.goto("/")
    expect(stranger.get_by_role("heading", name="You are not logged in")).to_be_visible()
    expect(stranger.get_by_text("python -m service.login_link")).to_be_visible()


def test_a_link_leads_to_the_jobs(stranger, world, secret):
    world.job(name="oaks")
    stranger.goto(f"/login?token={secret('login')}")
    expect(stranger.get_by_role("link", name="oaks")).to_be_visible()


def test_who_logs_out_is_out(page, world):
    page.goto("/")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="You are not logged in")).to_be_visible()


def test_the_keyboard_reaches_the_content_first(page, world):
    world.job(name="oaks")
    page.goto("/")
    expect(page.get_by_role("link", name="oaks")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
