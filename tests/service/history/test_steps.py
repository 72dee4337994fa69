"""GET /jobs/{id}/history?series=step."""

from __future__ import annotations

import csv
import io
import math

import pytest


def history(client, job_id: str, query: str = ""):
    return client.get(f"/api/v1/jobs/{job_id}/history?series=step{query}").get_json()


def test_a_step_is_a_row_numbered_from_0(client, world):
    job_id = world.job()
    world.steps(job_id, [0.75, 0.25])
    assert history(client, job_id) == {
        "columns": ["step", "train_cost", "learning_rate", "gradient_norm"],
        "rows": [[0, 0.75, 0.5, 1.5], [1, 0.25, 0.5, 0.5]],
    }


def test_what_is_not_a_finite_number_is_null(client, world):
    job_id = world.job()
    world.steps(job_id, [math.inf, math.nan, -math.inf])
    assert [row[1] for row in history(client, job_id)["rows"]] == [None, None, None]


def test_without_steps_there_are_no_rows(client, world):
    assert history(client, world.job())["rows"] == []


def test_chunks_are_put_together_without_a_seam(client, world):
    job_id = world.job()
    world.steps(job_id, [float(step) for step in range(1000)], chunk=64)
    assert [row[:2] for row in history(client, job_id)["rows"]] == [[step, float(step)] for step in range(1000)]


@pytest.mark.parametrize("first", [0, 1, 63, 64, 65, 999, 1000, 5000])
def test_any_step_can_be_the_first(client, world, first):
    job_id = world.job()
    world.steps(job_id, [0.5] * 1000, chunk=64)
    assert [row[0] for row in history(client, job_id, f"&from_step={first}")["rows"]] == list(range(first, 1000))


def test_thinning_keeps_both_ends_and_every_spike(client, world):
    job_id, costs = world.job(), [1.0] * 50_000
    costs[12_345], costs[23_456], costs[34_567] = 99.0, -5.0, math.nan
    world.steps(job_id, costs)
    rows = history(client, job_id, "&points=100")["rows"]
    steps = [row[0] for row in rows]
    assert len(rows) <= 100
    assert steps == sorted(set(steps))
    assert {0, 12_345, 23_456, 34_567, 49_999} <= set(steps)


def test_few_steps_are_not_thinned(client, world):
    job_id = world.job()
    world.steps(job_id, [0.5] * 30)
    assert len(history(client, job_id, "&points=30")["rows"]) == 30


@pytest.mark.parametrize("points", [2, 3, 4])
def test_two_points_are_the_ends(client, world, points):
    job_id = world.job()
    world.steps(job_id, [0.5] * 30)
    rows = history(client, job_id, f"&points={points}")["rows"]
    assert 2 <= len(rows) <= points
    assert (rows[0][0], rows[-1][0]) == (0, 29)


@pytest.mark.parametrize("accept", ["&format=csv", ""])
def test_all_steps_stream_as_csv_with_every_digit(client, world, accept):
    job_id, costs = world.job(), [1 / 3, math.nan, 1e-300, *[0.1] * 20_000]
    world.steps(job_id, costs)
    headers = {} if accept else {"Accept": "text/csv"}
    answer = client.get(f"/api/v1/jobs/{job_id}/history?series=step{accept}", headers=headers)
    assert answer.is_streamed
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(costs)
    assert [row["train_cost"] for row in rows[:3]] == [repr(1 / 3), "", "1e-300"]
    assert rows[-1]["step"] == str(len(costs) - 1)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("series=hour", "/query/series"),
        ("points=1", "/query/points"),
        ("from_step=-1", "/query/from_step"),
        ("format=xml", "/query/format"),
    ],
)
def test_a_bad_query_is_refused(client, world, query, pointer):
    answer = client.get(f"/api/v1/jobs/{world.job()}/history?{query}")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["faults"]] == [pointer]
