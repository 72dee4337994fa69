"""PATCH /jobs/{id}."""

from __future__ import annotations

import pytest


def test_what_is_given_is_changed_and_the_rest_stays(client, world):
    job_id = world.job(labels={"a": "1"}, priority=2)
    job = client.patch(f"/api/v1/jobs/{job_id}", json={"name": "oaks", "workers": {"max": 2}}).get_json()
    assert (job["name"], job["labels"], job["priority"]) == ("oaks", {"a": "1"}, 2)
    assert job["workers"] == {"min": 1, "max": 2}
    (event,) = world.events(job_id)
    assert (event.kind, event.actor) == ("changed", "user")
    assert event.details == {"name": "oaks", "workers": {"min": 1, "max": 2}}


def test_labels_are_replaced_as_a_whole(client, world):
    job_id = world.job(labels={"a": "1", "b": "2"})
    assert client.patch(f"/api/v1/jobs/{job_id}", json={"labels": {"c": "3"}}).get_json()["labels"] == {"c": "3"}


def test_null_for_the_most_workers_means_one_a_shard(client, world):
    job_id = world.job(workers_max=1)
    assert client.patch(f"/api/v1/jobs/{job_id}", json={"workers": {"max": None}}).get_json()["workers"]["max"] == 4


def test_more_workers_for_a_running_job_are_hinted_at(client, world, hints):
    job_id = world.job(workers_max=1)
    world.gang(job_id, workers=1)
    client.patch(f"/api/v1/jobs/{job_id}", json={"workers": {"max": 3}})
    assert hints.published == [3]


def test_a_change_to_what_it_was_is_no_event(client, world):
    job_id = world.job(priority=2)
    assert client.patch(f"/api/v1/jobs/{job_id}", json={"priority": 2}).status_code == 200
    assert world.events(job_id) == []


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": None}, "/name"),
        ({"priority": 10_000}, "/priority"),
        ({"priority": "high"}, "/priority"),
        ({"labels": {"a": 1}}, "/labels/a"),
        ({"shards": 8}, "/shards"),
        ({"state": "succeeded"}, "/state"),
        ({"workers": {"min": 0}}, "/workers/min"),
        ({"workers": {"min": 9}}, "/workers/min"),
        ({"workers": {"min": 3, "max": 2}}, "/workers"),
    ],
)
def test_a_bad_change_is_refused_at_its_place(client, world, patch, pointer):
    job_id = world.job()
    before = client.get(f"/api/v1/jobs/{job_id}").get_json()
    answer = client.patch(f"/api/v1/jobs/{job_id}", json=patch)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["faults"]] == [pointer]
    assert client.get(f"/api/v1/jobs/{job_id}").get_json() == before


def test_a_job_that_has_ended_takes_a_new_name_but_no_workers(client, world):
    job_id = world.job(state="succeeded")
    assert client.patch(f"/api/v1/jobs/{job_id}", json={"name": "done"}).status_code == 200
    assert client.patch(f"/api/v1/jobs/{job_id}", json={"priority": 1}).status_code == 409
