"""The list of jobs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

WICKED = '<img src=x onerror="document.title=1"><b>bold</b>'


def row(page, name: str):
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def test_a_running_job_shows_its_state_progress_and_gang(page, world):
    job_id = world.job(name="oaks")
    world.gang(job_id, 2)
    latest = {"train_cost": 0.25, "validation_cost": 0.5, "validation_accuracy": 0.875}
    world.change(job_id, step=40, epoch=4, eta_seconds=65.0, samples_per_second=12_345.0, latest=latest)
    page.goto("/")
    oaks = row(page, "oaks")
    for text in ["running", "epoch 4 of 20", "1 min 5 s left", "12.3K rows/s", "0.5", "87.5 %", "2 of 4"]:
        expect(oaks).to_contain_text(text)
    expect(oaks.get_by_role("progressbar")).to_have_js_property("value", 0.4)


def test_a_waiting_job_says_why_it_waits(page, world):
    world.job(name="oaks")
    page.goto("/")
    expect(row(page, "oaks")).to_contain_text("no worker is running: start one with")


def test_the_job_that_others_wait_for_is_named_and_linked(page, world):
    served = world.job(name="elms")
    world.gang(served, 2)
    world.job(name="oaks")
    page.goto("/")
    expect(row(page, "oaks")).to_contain_text("both workers are serving “elms”")
    row(page, "oaks").get_by_role("link", name="“elms”").click()
    page.wait_for_url(f"**/jobs/{served}")


def test_a_new_job_appears_and_changes_by_itself(page, world):
    world.job(name="first")
    page.goto("/")
    expect(row(page, "first")).to_be_visible()
    second = world.job(name="second", state="paused")
    expect(row(page, "second")).to_contain_text("paused")
    world.change(second, state="failed", reason="diverged")
    expect(row(page, "second")).to_contain_text("A smaller learning rate")


def test_a_name_that_is_markup_is_shown_as_text(page, world):
    world.job(name=WICKED)
    page.goto("/")
    expect(page.get_by_role("link", name=WICKED, exact=True)).to_be_visible()
    assert page.locator("main img, main b").count() == 0
    assert page.title() == "Jobs · Chainrule"


def test_jobs_are_filtered_by_state_and_name_and_the_address_keeps_it(page, world):
    world.job(name="oaks", state="failed", reason="diverged")
    world.job(name="elms", state="succeeded", reason="max_epochs")
    page.goto("/")
    expect(row(page, "oaks")).to_be_visible()
    page.get_by_label("Failed").check()
    expect(row(page, "elms")).to_have_count(0)
    expect(row(page, "oaks")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Failed")).to_be_checked()
    expect(row(page, "elms")).to_have_count(0)
    page.get_by_label("Find by name").fill("elm")
    expect(page.get_by_text("No job is like that.")).to_be_visible()
    page.get_by_label("All", exact=True).check()
    expect(row(page, "elms")).to_be_visible()


def test_without_a_job_the_commands_for_the_first_one_are_shown(page, world, url):
    page.goto("/")
    expect(page.get_by_role("heading", name="No job yet")).to_be_visible()
    expect(page.get_by_label("Submit with the command line", exact=True)).to_contain_text("chainrule submit --data")
    expect(page.get_by_label("Submit with curl", exact=True)).to_contain_text(f"{url}/api/v1/jobs")
    world.job(name="oaks")
    expect(row(page, "oaks")).to_be_visible()
    expect(page.get_by_role("heading", name="No job yet")).to_have_count(0)


def test_with_a_dataset_the_commands_name_it(page, world):
    dataset_id = world.dataset()
    page.goto("/")
    expect(page.get_by_label("Submit with curl", exact=True)).to_contain_text(f'"dataset":"{dataset_id}"')


def test_the_list_is_read_on_when_there_are_more_jobs(page, world):
    for number in range(53):
        world.job(name=f"number {number}")
    page.goto("/")
    expect(row(page, "number 52")).to_be_visible()
    expect(row(page, "number 0")).to_have_count(0)
    page.get_by_role("button", name="Show more").click()
    expect(row(page, "number 0")).to_be_visible()


def test_a_page_nobody_sees_asks_nothing(page, world):
    world.job(name="oaks")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/jobs" in request.url else None)
    page.clock.install()
    page.goto("/")
    expect(row(page, "oaks")).to_be_visible()
    _hide(page, True)
    before = len(asked)
    page.clock.fast_forward(60_000)
    assert len(asked) == before
    with page.expect_request("**/api/v1/jobs?*"):
        _hide(page, False)


@pytest.mark.parametrize("width", [320, 390, 768])
def test_it_fits_the_width_of_a_phone(page, world, width):
    page.set_viewport_size({"width": width, "height": 800})
    world.job(name="a_name_without_any_space_" * 7)
    world.job(name="elms", state="failed", reason="diverged")
    page.goto("/")
    expect(row(page, "elms")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_service_that_is_away_is_told_of_and_found_again(page, world):
    world.job(name="oaks")
    page.goto("/")
    expect(row(page, "oaks")).to_be_visible()
    page.route("**/api/v1/jobs?*", lambda route: route.abort())
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer")
    expect(row(page, "oaks")).to_be_visible()
    page.unroute("**/api/v1/jobs?*")
    expect(page.get_by_role("alert")).to_be_empty()


def _hide(page, hidden: bool) -> None:
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
