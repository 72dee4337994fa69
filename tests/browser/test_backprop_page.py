"""The page that makes backpropagation visible: what it draws, and that it asks for what is chosen."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from models.database import utc_now
from models.records import Checkpoint, Dataset, Job

WICKED = '<img src=x onerror="document.title=1"><b>bold</b>'


@pytest.fixture
def job(world) -> str:
    """An ended job whose states before the first step and after the tenth are kept."""
    job_id = world.job(name="oaks", state="succeeded")
    world.learn(job_id)
    world.checkpoint(job_id, 0, pinned=True)
    world.checkpoint(job_id, 10)
    return job_id


@pytest.fixture
def asked(page, job):
    """Opens the page and, beside it, asks the API the same."""

    def open_and_ask(query):
        page.goto(f"/jobs/{job}/backprop?{query}")
        expect(page.locator("trace-layers svg").first).to_be_visible()
        return page.request.get(f"/api/v1/jobs/{job}/backprop?{query}&limit=256").json()

    return open_and_ask


def fact(page, name):
    """The value of a fact, and what is said beside it."""
    return page.locator("trace-answer .facts div").filter(has=page.get_by_text(name, exact=True)).locator("dd")


def test_one_row_is_told_from_the_answer_to_the_single_weight(page, asked):
    found = asked("step=10&row=3")
    expect(page.get_by_role("heading", name="See backpropagation")).to_be_visible()
    expect(fact(page, "Target")).to_have_text(found["targets"][0])
    expect(fact(page, "Answer")).to_have_text(found["predictions"][0]["label"])
    expect(fact(page, "Cost")).to_have_text(f"{found['cost']:.4g}")
    expect(page.get_by_role("table", name="Probability of each class").get_by_role("row")).to_have_count(3)
    layers = page.locator(".layers > li")
    expect(layers).to_have_count(3)
    for place, text in enumerate(["Inputs2 inputs", "Layer 0relu, 4 units", "Outputsoftmax, 3 units"]):
        expect(layers.nth(place).locator(".layer-name")).to_have_text(text)
    expect(layers.nth(1)).to_contain_text("Dead units")
    expect(layers.nth(2)).not_to_contain_text("Dead units")
    weights = page.get_by_role("region", name="Weights with the most room").locator("tbody tr")
    expect(weights).to_have_count(10)
    expect(weights.first).to_contain_text(f"{found['adjustments'][0]['gradient']:.4g}")


def test_what_is_drawn_is_told_in_words_and_in_numbers_too(page, asked):
    found = asked("step=10&row=3")
    output = found["layers"][1]
    strongest = max(range(3), key=lambda unit: output["outputs"][unit])
    said = f"Activations of Output: 3 values, 0 at zero, the strongest {found['output_names'][strongest]}"
    expect(page.get_by_role("img", name=re.compile(f"^{said}"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Weights of Layer 0: histogram of 8 from"))).to_be_visible()
    numbers = page.get_by_role("region", name="Numbers by unit").last
    expect(numbers.get_by_role("row").nth(1)).to_contain_text(f"{found['output_names'][0]}{output['outputs'][0]:.4g}")


def test_another_state_and_another_row_are_kept_in_the_address(page, asked):
    asked("step=10&row=3")
    page.get_by_label("Weights to look at").select_option("before the first step")
    page.wait_for_url("**/backprop?step=0&row=3")
    page.get_by_role("button", name="Row after").click()
    page.wait_for_url("**/backprop?step=0&row=4")
    page.get_by_label("Row of the dataset").fill("42")
    page.wait_for_url("**/backprop?step=0&row=42")
    found = page.request.get(f"{page.url.replace('/jobs/', '/api/v1/jobs/')}").json()
    expect(fact(page, "Cost")).to_have_text(f"{found['cost']:.4g}")
    page.reload()
    expect(page.get_by_label("Row of the dataset")).to_have_value("42")
    expect(page.get_by_label("Weights to look at")).to_have_value("0")


def test_the_batch_of_a_step_is_held_against_what_the_step_recorded(page, world, job, asked):
    found = asked("step=0&batch=true")
    expect(fact(page, "Recorded")).to_contain_text("step 0 was not done")
    world.steps(job, [found["cost"]])
    page.reload()
    expect(fact(page, "Rows")).to_contain_text("of epoch 1, in 4 shards")
    expect(fact(page, "Recorded")).to_contain_text("by step 0: the same, to the last bit")
    answers = [answer["label"] for answer in found["predictions"]]
    right = sum(target == answer for target, answer in zip(found["targets"], answers, strict=True))
    expect(page.locator(".batch-rows button:not(.wrong)")).to_have_count(right)


def test_a_row_of_the_batch_leads_to_its_own_trace(page, asked):
    found = asked("step=0&batch=true")
    page.locator(".batch-rows button").nth(1).click()
    page.wait_for_url(f"**/backprop?step=0&row={found['row_numbers'][1]}")
    expect(page.get_by_label("One row")).to_be_checked()
    expect(fact(page, "Target")).to_have_text(found["targets"][1])


def test_a_state_that_is_gone_gives_way_to_the_newest(page, world, job, asked):
    asked("step=10&row=3")
    page.get_by_label("Weights to look at").select_option("before the first step")
    page.wait_for_url("**/backprop?step=0&row=3")
    expect(page.locator("backprop-page .trace")).not_to_have_attribute("aria-busy", "true")
    with world.database.write() as session:
        session.delete(session.get_one(Checkpoint, (job, 0)))
    world.checkpoint(job, 20)
    page.get_by_role("button", name="Row after").click()
    expect(page.get_by_text("Step 0 is no longer kept; showing step 20.")).to_be_visible()
    page.wait_for_url("**/backprop?step=20&row=4")
    expect(page.get_by_label("Weights to look at")).to_have_value("20")
    expect(page.get_by_label("Row of the dataset")).to_have_value("4")
    expect(page.locator("trace-layers svg").first).to_be_visible()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("row=1&step=7", "Step 7 is no longer kept; showing step 10."),
        ("batch=true&step=1234", "Step 1,234 is not kept; showing step 10."),
        ("row=999999&step=10", "The dataset has no row 999,999; showing row 99."),
        ("row=x&step=y", "Step “y” is not kept; showing step 10. The dataset has no row “x”; showing row 0."),
    ],
)
def test_what_a_link_asks_for_and_is_not_there_is_said_to_be_something_else(page, job, query, said):
    page.goto(f"/jobs/{job}/backprop?{query}")
    expect(page.locator("trace-layers svg").first).to_be_visible()
    notice = page.locator("trace-choice .missed")
    expect(notice).to_have_text(said)
    page.get_by_label("Weights to look at").select_option("before the first step")
    expect(notice).to_be_hidden()


def test_what_a_link_asks_for_and_is_there_is_shown_without_a_notice(page, asked):
    asked("step=0&row=99")
    expect(page.locator("trace-choice .missed")).to_be_hidden()


def test_a_job_whose_dataset_was_deleted_says_what_that_means(page, world, job):
    with world.database.write() as session:
        session.get_one(Dataset, session.get_one(Job, job).dataset_id).deleted_at = utc_now()
    page.goto(f"/jobs/{job}/backprop")
    expect(page.get_by_role("alert")).to_contain_text("was deleted; trace, fork and verify need it")
    expect(page.locator("trace-choice")).to_be_hidden()


def test_a_layered_order_is_told_with_the_impact_of_each_layer_and_what_was_clipped(page, world):
    training = {"update_order": "output_to_input", "clip_norm": 0.01, "l2": 0.01}
    job_id = world.job(state="succeeded", spec={"training": training}, name="oaks")
    world.learn(job_id)
    vector = np.zeros(4 * 27, np.float32)  # 27 parameters, two slots that are 0, the best
    vector[:27] = np.random.default_rng(0).normal(0, 1, 27)
    world.checkpoint(job_id, 0, vector=vector)
    page.goto(f"/jobs/{job_id}/backprop?batch=true")
    expect(page.locator(".update-order")).to_contain_text("One layer at a time, output_to_input: Output → Layer 0.")
    found = page.request.get(f"/api/v1/jobs/{job_id}/backprop?batch=true").json()
    for layer in found["layers"]:
        facts = page.locator(".layers > li").nth(layer["layer"] + 1).locator(".layer-weights .facts")
        expect(facts).to_contain_text(f"Clip factor{layer['clip_factor']:.4g}")
        expect(facts).to_contain_text(f"Gradient RMS{layer['gradient_rms']:.4g}")
        expect(facts).to_contain_text(f"Impact{layer['impact']:+.4g}")
    expect(page.locator("trace-layers")).to_contain_text("scaled down to 0.01 where it is larger")
    expect(page.locator("trace-weights")).to_contain_text("has the penalty of the weight, l1 and l2, in it")
    expect(page.locator("trace-weights")).to_contain_text("as it is before clipping")


def test_a_plain_job_is_told_without_orders_impacts_and_clipping(page, asked):
    asked("step=10&row=3")
    for word in ("One layer at a time", "Impact", "Clip factor", "unclipped"):
        expect(page.locator("trace-layers")).not_to_contain_text(word)


def test_a_row_that_is_not_there_is_refused_in_the_services_words(page, asked):
    asked("step=10&row=3")
    page.get_by_label("Row of the dataset").fill("100")
    expect(page.get_by_role("alert")).to_contain_text("the dataset has the rows 0 to 99; asked for 100")
    expect(page.locator("trace-layers")).to_be_hidden()
    page.get_by_role("button", name="Row before").click()
    expect(page.locator("trace-layers svg").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_text("")


def test_the_page_of_the_job_leads_there_and_back(page, job):
    page.goto(f"/jobs/{job}")
    page.get_by_role("link", name="Start: trace rows through it").click()
    page.wait_for_url("**/backprop?step=0")
    expect(page.get_by_label("Weights to look at")).to_have_value("0")
    page.get_by_role("link", name="← The job").click()
    page.get_by_role("link", name="See backpropagation").click()
    expect(page.get_by_label("Weights to look at")).to_have_value("10")


def test_a_job_without_a_checkpoint_says_when_there_will_be_one(page, world):
    page.goto(f"/jobs/{world.job()}/backprop")
    expect(page.get_by_text("No checkpoint yet")).to_be_visible()
    expect(page.locator("trace-choice")).to_be_hidden()


def test_a_job_that_is_not_there_is_told_of(page, world):
    page.goto("/jobs/job_nothing/backprop")
    expect(page.get_by_role("alert")).to_contain_text("There is no job 'job_nothing'")


def test_markup_in_a_name_is_shown_as_text(page, world, job):
    world.change(job, name=WICKED)
    page.goto(f"/jobs/{job}/backprop")
    expect(page.locator(".of-job")).to_contain_text(WICKED)
    assert page.locator("main img").count() == 0


@pytest.mark.parametrize("width", [320, 390, 768])
@pytest.mark.parametrize("query", ["row=3", "batch=true"])
def test_it_fits_the_width_of_a_phone(page, world, job, asked, width, query):
    page.set_viewport_size({"width": width, "height": 800})
    world.change(job, name="a_name_without_any_space_" * 7)
    asked(f"step=10&{query}")
    page.locator(".layers > li").nth(1).get_by_text("Numbers").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
