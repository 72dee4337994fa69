"""The page of one job: what it shows, and that it follows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from models.database import utc_now
from tests.support.service_world import BEST

WICKED = '<img src=x onerror="document.title=1"><b>bold</b>'

INKED = """chart => {
    const canvas = chart.querySelector("canvas");
    if (!canvas) return 0;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) colours.add(data.slice(at, at + 3).join());
    return colours.size;
}"""
"""How many different colours a chart has drawn: lines, grid and writing make some dozens."""


@pytest.fixture
def job(world) -> str:
    """A job in the middle of its run: five epochs of ten steps, two workers."""
    job_id = world.job(name="oaks", steps_total=200)
    world.gang(job_id, 2)
    world.epochs(job_id, 1, 5)
    world.steps(job_id, [1 / step for step in range(1, 51)])
    world.change(job_id, step=50, epoch=5, latest={"train_cost": 0.2}, samples_per_second=1000.0, eta_seconds=30.0)
    world.event(job_id, "the first thing that happened")
    return job_id


def state(page: Page):
    return page.locator("job-summary .state")


def chart(page: Page, name: str):
    return page.locator(f"{name} .plot")


def test_it_shows_where_the_job_stands(page, job):
    page.goto(f"/jobs/{job}")
    expect(page.get_by_role("heading", name="oaks")).to_be_visible()
    expect(state(page)).to_have_text("running")
    summary = page.locator("job-summary")
    for text in ["Training with 2 workers.", "5 of 20", "50 of 200", "25 %", "about 30 s left", "1K rows a second"]:
        expect(summary).to_contain_text(text)
    expect(page.locator("job-events")).to_contain_text("the first thing that happened")


def test_a_job_that_reached_its_target_early_is_done(page, world, job):
    world.change(job, state="succeeded", reason="target_reached", finished_at=utc_now())
    page.goto(f"/jobs/{job}")
    expect(page.locator("job-summary")).to_contain_text("It reached the target it was to stop at.")
    expect(page.locator("job-summary")).to_contain_text("Done after 25 % of its steps")
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 1)


@pytest.mark.parametrize("name", ["cost-chart", "metrics-chart"])
def test_its_charts_are_drawn(page, job, name):
    page.goto(f"/jobs/{job}")
    expect(chart(page, name).locator("canvas")).to_be_visible()
    page.wait_for_function(f"chart => ({INKED})(chart) > 12", arg=chart(page, name).element_handle())


def test_a_chart_is_told_in_words_too(page, job):
    page.goto(f"/jobs/{job}")
    said = "Line chart by epoch. At epoch 5: training 0.2, validation 0.3"
    expect(chart(page, "cost-chart")).to_have_attribute("aria-label", said)


def test_news_arrive_by_themselves_and_end_with_the_job(page, world, job):
    page.goto(f"/jobs/{job}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    legend = page.locator("cost-chart .legend")
    expect(legend).to_contain_text("epoch 5")
    world.epochs(job, 6, 8)
    world.event(job, "something else happened")
    world.change(job, step=80, epoch=8)
    expect(legend).to_contain_text("epoch 8")
    expect(page.get_by_role("button", name="training 0.125")).to_be_visible()
    expect(page.locator("job-events li").first).to_contain_text("something else happened")
    expect(page.locator("job-summary")).to_contain_text("80 of 200")
    world.change(job, state="succeeded", reason="max_epochs", finished_at=utc_now())
    expect(state(page)).to_have_text("succeeded")
    expect(page.locator("job-summary")).to_contain_text("All epochs are done.")
    expect(page.get_by_text("Live", exact=True)).to_be_hidden()


def test_the_cost_is_shown_by_step_and_on_a_logarithmic_scale(page, world, job):
    page.goto(f"/jobs/{job}")
    legend = page.locator("cost-chart .legend")
    page.get_by_label("By step").check()
    expect(page.get_by_role("button", name="cost of the batch 0.02")).to_be_visible()
    expect(legend).to_contain_text("step 49")
    page.get_by_label("Log scale").check()
    expect(chart(page, "cost-chart").locator("canvas")).to_be_visible()
    world.steps(job, [0.01])
    expect(legend).to_contain_text("step 50")


def test_a_line_is_hidden_and_shown_by_its_name(page, job):
    page.goto(f"/jobs/{job}")
    line = page.get_by_role("button", name="validation 0.3")
    expect(line).to_have_attribute("aria-pressed", "true")
    line.press("Enter")
    expect(line).to_have_attribute("aria-pressed", "false")


def test_the_impact_of_each_layer_is_drawn_for_orders_that_have_one(page, world, job):
    page.goto(f"/jobs/{job}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.locator("impact-chart")).to_be_hidden()
    ordered = world.job(spec={"training": {"update_order": "output_to_input"}})
    world.steps(ordered, [1.0, 0.5], impacts=[0.25, -0.125])
    page.goto(f"/jobs/{ordered}")
    expect(page.get_by_role("button", name="layer 0 0.25")).to_be_visible()
    expect(page.get_by_role("button", name="layer 1 -0.125")).to_be_visible()


def test_the_report_comes_with_the_end(page, world, job):
    page.goto(f"/jobs/{job}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    report = page.locator("job-report")
    expect(report).to_be_hidden()
    classes = [
        {"label": label, "precision": 1.0, "recall": 0.75, "f1": 0.857, "rows": 4} for label in ("ash", "<b>elm</b>")
    ]
    world.change(
        job,
        state="succeeded",
        reason="max_epochs",
        finished_at=utc_now(),
        report={
            "weights": "best",
            "step": 40,
            "rows": 8,
            "classes": classes,
            "confusion_matrix": [[3, 1], [1, 3]],
            "confusions": [{"actual": "ash", "predicted": "<b>elm</b>", "rows": 1}],
        },
    )
    expect(report).to_contain_text("best weights, of step 40, on 8 validation rows")
    expect(report.get_by_role("row", name="ash 100 % 75 %")).to_be_visible()
    expect(report.get_by_role("row", name="<b>elm</b> 1 3")).to_be_visible()


def test_the_report_of_several_labels_has_a_row_for_each(page, world, job):
    shares = {"precision": 1.0, "recall": 0.75, "f1": 0.857}
    labels = [
        {"target": "tall", "label": "true", **shares, "rows": 4, "confusion_matrix": [[4, 0], [1, 3]]},
        {"target": "<b>bark</b>", "label": "rough", **shares, "rows": 5, "confusion_matrix": [[1, 2], [0, 5]]},
    ]
    report = {"weights": "best", "step": 40, "rows": 8, "exact_match": 0.625, "labels": labels}
    world.change(job, state="succeeded", reason="max_epochs", finished_at=utc_now(), report=report)
    page.goto(f"/jobs/{job}")
    shown = page.locator("job-report")
    expect(shown).to_contain_text("Every label is right in 62.5 % of the rows.")
    expect(shown.get_by_role("row", name="tall 100 % 75 % 85.7 % 4 1 0")).to_be_visible()
    expect(shown.get_by_role("row", name="<b>bark</b> = rough 100 % 75 % 85.7 % 5 0 2")).to_be_visible()


def test_its_gang_is_shown_with_the_shards_of_each_member(page, job):
    page.goto(f"/jobs/{job}")
    cells = page.locator("job-gang .strip li")
    expect(cells).to_have_count(4)
    colours = cells.evaluate_all("cells => cells.map(cell => getComputedStyle(cell).backgroundColor)")
    assert colours[0] == colours[1] != colours[2] == colours[3]
    members = page.locator("job-gang tbody tr")
    expect(members).to_have_count(2)
    expect(members.first).to_contain_text("0 – 1")
    expect(members.last).to_contain_text("2 – 3")


def test_a_running_job_is_cancelled_after_a_question(page, world, job):
    page.goto(f"/jobs/{job}")
    page.get_by_role("button", name="Cancel job").click()
    question = page.get_by_role("dialog", name="Cancel “oaks”?")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    question.get_by_role("button", name="Cancel the job").click()
    expect(state(page)).to_have_text("cancelling")
    expect(page.get_by_role("button", name="Cancel job")).to_be_hidden()


def test_escape_keeps_the_job(page, world, job):
    page.goto(f"/jobs/{job}")
    page.get_by_role("button", name="Cancel job").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [event.kind for event in world.events(job)] == ["note"]


def test_a_waiting_job_is_paused_and_resumed(page, world):
    job_id = world.job(name="oaks")
    page.goto(f"/jobs/{job_id}")
    expect(page.locator("job-summary")).to_contain_text("no worker is running")
    page.get_by_role("button", name="Pause").click()
    expect(state(page)).to_have_text("paused")
    page.get_by_role("button", name="Resume").click()
    expect(state(page)).to_have_text("queued")


def test_what_the_service_refuses_is_told_in_its_words(page, world):
    job_id = world.job(name="oaks", state="paused")
    page.route("**/stream", lambda route: route.abort())  # so that the page does not learn in time
    page.goto(f"/jobs/{job_id}")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    world.change(job_id, state="cancelled", reason="cancelled_by_user", finished_at=utc_now())
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("alert")).to_contain_text("has ended; it cannot be resumed")


def test_kept_weights_are_downloaded_in_both_forms(page, world, job):
    world.learn(job)
    world.checkpoint(job, 0, pinned=True)
    world.checkpoint(job, 50)
    page.goto(f"/jobs/{job}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Last as safetensors").click()
    assert download.value.suggested_filename == "oaks-last.safetensors"
    with page.expect_download() as download:
        page.get_by_role("link", name="Start as npz").click()
    assert download.value.suggested_filename == "oaks-0.npz"


@pytest.mark.parametrize(
    ("best", "link", "filename"),
    [
        (BEST, "Download the best weights", "oaks-best.safetensors"),
        (None, "Download the last weights", "oaks-last.safetensors"),
    ],
)
def test_the_weights_of_a_job_that_has_ended_are_the_best_it_kept(page, world, job, best, link, filename):
    world.learn(job)
    world.checkpoint(job, 50, best=best)
    world.change(job, state="cancelled", weights_sha256="0" * 64, best=best, finished_at=utc_now())
    page.goto(f"/jobs/{job}")
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    assert download.value.suggested_filename == filename


def test_its_spec_is_shown_with_every_default(page, job):
    page.goto(f"/jobs/{job}")
    page.get_by_text("Spec, with every default").click()
    expect(page.get_by_label("The resolved spec", exact=True)).to_contain_text('"max_epochs": 20')


def test_markup_in_names_and_messages_is_shown_as_text(page, world):
    job_id = world.job(name=WICKED, state="failed", reason="internal_error", message=WICKED, finished_at=utc_now())
    world.event(job_id, WICKED)
    page.goto(f"/jobs/{job_id}")
    expect(page.get_by_role("heading", name=WICKED)).to_be_visible()
    expect(page.locator("job-events")).to_contain_text(WICKED)
    assert page.locator("main img, main b").filter(has_text="bold").count() == 0
    assert page.locator("main img").count() == 0


def test_a_job_that_is_not_there_is_told_of(page, world):
    page.goto("/jobs/job_nothing")
    expect(page.get_by_role("alert")).to_contain_text("There is no job 'job_nothing'")


def test_a_session_that_ends_is_told_of_with_the_way_back(page, context, world, job):
    page.goto(f"/jobs/{job}")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    context.clear_cookies()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("alert")).to_contain_text("python -m service.login_link")


@pytest.mark.parametrize("width", [320, 390, 768])
def test_it_fits_the_width_of_a_phone(page, world, job, width):
    page.set_viewport_size({"width": width, "height": 800})
    world.change(job, weights_sha256="0" * 64, name="a_name_without_any_space_" * 7)
    page.goto(f"/jobs/{job}")
    expect(chart(page, "cost-chart").locator("canvas")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_charts_follow_the_readers_scheme(page, job):
    page.goto(f"/jobs/{job}")
    cost = chart(page, "cost-chart")
    expect(cost.locator("canvas")).to_be_visible()
    light = cost.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("light => document.querySelector('cost-chart canvas')?.toDataURL() !== light", arg=light)
