"""Workers: who lives, where, and what for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


def test_workers_are_shown_by_host_with_what_they_serve(page, world):
    job_id = world.job(name="oaks")
    world.gang(job_id, 2)
    world.worker(host="elsewhere", name="spare")
    page.goto("/workers")
    expect(page.get_by_text("3 workers, 2 of them serving.")).to_be_visible()
    here = page.locator(".host").filter(has=page.get_by_role("heading", name="Host here"))
    expect(here.get_by_role("link", name="oaks")).to_have_count(2)
    spare = page.get_by_role("row").filter(has_text="spare")
    expect(spare).to_contain_text("idle")
    expect(spare).to_contain_text("nothing")
    here.get_by_role("link", name="oaks").first.click()
    page.wait_for_url(f"**/jobs/{job_id}")


def test_the_job_of_somebody_else_is_not_named(page, world):
    job_id = world.job(name="secret plans", owner_id=world.owner("eve"))
    world.gang(job_id, 1)
    page.goto("/workers")
    expect(page.get_by_text("a job of another owner")).to_be_visible()
    assert "secret plans" not in page.content()


def test_without_a_worker_the_command_that_starts_one_is_shown(page, world):
    page.goto("/workers")
    expect(page.get_by_role("heading", name="Start a worker")).to_be_visible()
    expect(page.get_by_label("With the embedded stack", exact=True)).to_contain_text("chainrule up")
    world.worker(name="late")
    expect(page.get_by_role("row").filter(has_text="late")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_the_width_of_a_phone(page, world, width):
    page.set_viewport_size({"width": width, "height": 800})
    world.gang(world.job(), 2)
    page.goto("/workers")
    expect(page.get_by_role("row").first).to_be_attached()
    expect(page.locator(".host")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
