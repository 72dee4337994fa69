"""Datasets: upload, look, remove."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "flowers.csv"
    file.write_text("petal,kind\n1.5,<b>rose</b>\n2.5,daisy\n,daisy\n")
    return file


def test_a_table_is_uploaded_and_looked_at(page, world, table):
    page.goto("/datasets")
    expect(page.get_by_text("No dataset yet.")).to_be_visible()
    page.get_by_label("CSV file").set_input_files(table)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("flowers.csv is in: 3 rows of 2 columns.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="flowers.csv").first).to_contain_text("just now")
    preview = page.get_by_role("region", name="Preview of flowers.csv")
    for text in ["petal", "numeric", "1 missing", "kind", "2 levels", "<b>rose</b>", "2.5", "missing"]:
        expect(preview).to_contain_text(text)


def test_a_column_that_a_few_cells_keep_from_being_numbers_is_warned_of(page, world, tmp_path):
    file = tmp_path / "readings.csv"
    file.write_text("\n".join(["depth,<b>site</b>", *(f"{depth},here" for depth in range(20)), "sensor error,there"]))
    page.goto("/datasets")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".preview-card .notice li")).to_have_text(
        "depth: line 22: 'sensor error' is no number, so the whole column is taken as texts: "
        "correct it, or leave the cell empty if it is not known"
    )
    expect(page.locator("dataset-list").get_by_role("row").filter(has_text="readings.csv")).to_contain_text("1 warning")


def test_a_broken_table_is_refused_with_its_line(page, world, tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_text("a,b\n1,2\n3\n")
    page.goto("/datasets")
    page.get_by_label("CSV file").set_input_files(broken)
    page.get_by_role("button", name="Upload").click()
    refused = page.locator("dataset-upload").get_by_role("alert")
    expect(refused).to_contain_text("/file")
    expect(refused).to_contain_text("line 3")
    expect(page.get_by_text("No dataset yet.")).to_be_visible()


def test_a_dataset_is_deleted_after_a_question(page, world):
    world.dataset()
    page.goto("/datasets")
    page.get_by_role("button", name="Delete trees").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("No dataset yet.")).to_be_visible()


def test_a_dataset_that_a_job_needs_stays_and_the_job_is_named(page, world):
    job_id = world.job()
    page.goto("/datasets")
    page.get_by_role("button", name="Delete trees").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("alert").first).to_contain_text(job_id)
    expect(page.get_by_role("button", name="Preview trees")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_the_width_of_a_phone(page, world, width):
    page.set_viewport_size({"width": width, "height": 800})
    world.dataset()
    page.goto("/datasets")
    page.get_by_role("button", name="Preview trees").click()
    expect(page.get_by_role("region", name="Preview of trees")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
