"""GET /jobs and /jobs/{id}."""

from __future__ import annotations

import pytest
from sqlalchemy import event


def ids(answer) -> list[str]:
    return [job["id"] for job in answer.get_json()["items"]]


def test_the_newest_job_comes_first(client, world):
    first, second = world.job(), world.job()
    assert ids(client.get("/api/v1/jobs")) == [second, first]


def test_a_list_is_read_page_by_page(client, world):
    made = [world.job() for _ in range(5)]
    page = client.get("/api/v1/jobs?limit=2").get_json()
    seen = [job["id"] for job in page["items"]]
    while page["next"]:
        page = client.get(f"/api/v1/jobs?limit=2&cursor={page['next']}").get_json()
        seen += [job["id"] for job in page["items"]]
    assert seen == made[::-1]


def test_jobs_are_filtered_by_state_name_and_label(client, world):
    oak = world.job(state="failed", name="Oak", labels={"team": "a", "n": "1"})
    elm = world.job(state="paused", name="elm 100%", labels={"team": "b"})
    world.job(name="ash")
    assert ids(client.get("/api/v1/jobs?state=failed")) == [oak]
    assert ids(client.get("/api/v1/jobs?state=failed,paused")) == [elm, oak]
    assert ids(client.get("/api/v1/jobs?name=oa")) == [oak]
    assert ids(client.get("/api/v1/jobs?name=%25")) == [elm]
    assert ids(client.get("/api/v1/jobs?label=team:a")) == [oak]
    assert ids(client.get("/api/v1/jobs?label=team:c")) == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("state=lost", "/query/state"),
        ("label=team", "/query/label"),
        ("limit=0", "/query/limit"),
        ("limit=many", "/query/limit"),
        ("colour=red", "/query/colour"),
    ],
)
def test_a_bad_query_is_refused(client, query, pointer):
    answer = client.get(f"/api/v1/jobs?{query}")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["faults"]] == [pointer]


def test_a_list_costs_as_many_queries_as_one_job(client, world):
    def queries() -> int:
        counted = []
        event.listen(world.database.engine, "before_cursor_execute", listener := lambda *_: counted.append(1))
        client.get("/api/v1/jobs")
        event.remove(world.database.engine, "before_cursor_execute", listener)
        return len(counted)

    world.gang(world.job())
    world.job()
    queries()  # the first request of a key notes its use
    few = queries()
    for _ in range(5):
        world.gang(world.job())
        world.job()
    assert queries() == few


def test_jobs_of_somebody_else_are_not_there(client, world):
    foreign = world.job(owner_id=world.owner("bob"))
    assert ids(client.get("/api/v1/jobs")) == []
    assert client.get(f"/api/v1/jobs/{foreign}").status_code == 404
    assert client.patch(f"/api/v1/jobs/{foreign}", json={"name": "mine"}).status_code == 404
    for verb in ("cancel", "pause", "resume"):
        assert client.post(f"/api/v1/jobs/{foreign}/{verb}").status_code == 404
    for part in ("history", "events", "stream", "checkpoints", "weights"):
        assert client.get(f"/api/v1/jobs/{foreign}/{part}").status_code == 404
    assert client.post(f"/api/v1/jobs/{foreign}/predict", json={"rows": [[1, 2]]}).status_code == 404


def test_a_running_job_shows_its_gang_and_progress(client, world):
    job_id = world.job()
    workers = world.gang(job_id, workers=2)
    world.change(job_id, step=25, epoch=2, eta_seconds=7.5, samples_per_second=1e5, latest={"train_cost": 0.5})
    job = client.get(f"/api/v1/jobs/{job_id}").get_json()
    assert job["progress"] == {
        "epoch": 2,
        "step": 25,
        "steps_total": 100,
        "fraction": 0.25,
        "eta_seconds": 7.5,
        "samples_per_second": 1e5,
    }
    assert job["gang"]["generation"] == 1
    assert [(member["worker"], member["shards"]) for member in job["gang"]["members"]] == [
        (workers[0], [0, 2]),
        (workers[1], [2, 4]),
    ]
    assert {"host", "pid"} <= job["gang"]["members"][0].keys()
    assert job["latest"] == {"train_cost": 0.5}
    assert job["queue"] is None


def test_a_job_that_has_ended_has_no_gang_and_no_time_left_but_its_speed(client, world):
    job_id = world.job()
    world.gang(job_id)
    world.change(job_id, state="succeeded", eta_seconds=3.0, samples_per_second=5.0)
    job = client.get(f"/api/v1/jobs/{job_id}").get_json()
    assert job["gang"] is None
    assert job["progress"]["eta_seconds"] is None
    assert job["progress"]["samples_per_second"] == 5.0
