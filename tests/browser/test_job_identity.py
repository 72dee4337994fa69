"""Which job a page is of, and what it was trained on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from models.database import utc_now
from models.records import Dataset


@pytest.fixture
def data(world) -> tuple[str, str]:
    """Two tables, to train and to test on."""
    return world.dataset(), world.dataset()


@pytest.fixture
def job(world, data) -> str:
    return world.job(name="oaks", spec={"dataset": data[0], "validation": {"dataset": data[1]}})


def identity(page):
    return page.locator("job-identity")


def test_the_id_is_text_that_one_click_marks(page, job):
    page.goto(f"/jobs/{job}")
    page.locator("job-identity code", has_text=job).click()
    assert page.evaluate("getSelection().toString()") == job


def test_every_dataset_is_named_and_leads_to_what_it_holds(page, job, data):
    page.goto(f"/jobs/{job}")
    expect(identity(page)).to_have_text(f"job {job} · dataset trees {data[0]} · validation dataset trees {data[1]}")
    page.get_by_role("link", name="trees").first.click()
    expect(page.get_by_role("region", name="Preview of trees")).to_be_visible()
    assert page.url.endswith(f"/datasets#{data[0]}")


def test_of_a_dataset_that_was_deleted_the_id_is_left(page, world, job, data):
    world.change(job, state="cancelled")
    with world.database.write() as session:
        session.get_one(Dataset, data[0]).deleted_at = utc_now()
    page.goto(f"/jobs/{job}")
    expect(identity(page)).to_contain_text(f"dataset {data[0]} (deleted)")


def test_a_link_to_a_dataset_that_was_deleted_says_so(page, world):
    page.goto("/datasets#ds_gone")
    expect(page.locator(".preview-card")).to_contain_text("there is no dataset 'ds_gone'")


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_the_width_of_a_phone(page, job, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/jobs/{job}")
    expect(page.get_by_role("link", name="trees").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
