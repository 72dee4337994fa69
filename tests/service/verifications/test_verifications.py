"""Asking for proof of a job."""

from __future__ import annotations

import numpy as np
import pytest

from models.records import Job


@pytest.fixture
def ended(world):
    """A job of 40 steps, kept at 0, 10 and 40."""
    job_id = world.job(state="succeeded", weights_sha256="a" * 64, step=40)
    for step in (0, 10, 40):
        world.checkpoint(job_id, step)
    world.steps(job_id, np.linspace(2.0, 1.0, 40), chunk=16)
    return job_id


def ask(client, job_id, **body):
    return client.post(f"/api/v1/jobs/{job_id}/verifications", json=body)


def test_by_default_it_is_from_the_newest_checkpoint_before_the_end(client, hints, ended):
    answer = ask(client, ended)
    found = answer.get_json()
    assert answer.status_code == 202, found
    assert (found["from_step"], found["to_step"], found["state"], found["step"]) == (10, 40, "queued", 10)
    assert hints.published == [1]
    assert client.get(answer.headers["Location"]).get_json() == found
    assert client.get(f"/api/v1/jobs/{ended}/verifications").get_json()["items"] == [found]
    receipt = client.get(f"/api/v1/jobs/{ended}/receipt").get_json()
    assert receipt["verifications"] == [{"from_step": 10, "to_step": 40, "state": "queued"}]


@pytest.mark.parametrize("which", ["trained on", "tested on"])
def test_without_a_dataset_it_says_what_that_means(client, world, hints, which):
    validation = world.dataset()
    job_id = world.job(state="succeeded", step=40, spec={"validation": {"dataset": validation}})
    world.checkpoint(job_id, 0)
    world.steps(job_id, np.linspace(2.0, 1.0, 40))
    with world.database.read() as session:
        dataset_id = validation if which == "tested on" else session.get_one(Job, job_id).dataset_id
    assert client.delete(f"/api/v1/datasets/{dataset_id}").status_code == 204
    answer = ask(client, job_id)
    assert (answer.status_code, answer.get_json()["code"]) == (410, "dataset_deleted")
    assert answer.get_json()["detail"] == f"the dataset {dataset_id} was deleted; trace, fork and verify need it"
    assert hints.published == []


def test_the_same_twice_is_one_and_another_must_wait(client, hints, ended):
    first, again = ask(client, ended, from_step=0), ask(client, ended, from_step=0)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.get_json()["id"] == again.get_json()["id"]
    other = ask(client, ended, from_step=10)
    assert other.status_code == 409
    assert "wait for its end" in other.get_json()["detail"]
    assert hints.published == [1]


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({"from_step": 11}, "/from_step", "there are: 0, 10"),
        ({"from_step": 10, "to_step": 10}, "/from_step", "there are: 0"),
        ({"to_step": 41}, "/to_step", "ended after step 40"),
        ({"to_step": 0}, "/to_step", ""),
        ({"steps": 3}, "/steps", ""),
    ],
)
def test_a_stretch_that_is_none_is_named_with_the_remedy(client, ended, body, pointer, says):
    answer = ask(client, ended, **body)
    assert answer.status_code == 422
    [fault] = answer.get_json()["faults"]
    assert fault["pointer"] == pointer
    assert says in fault["message"]


@pytest.mark.parametrize("state", ["queued", "running", "paused"])
def test_a_job_that_has_not_ended_cannot_be_verified(client, world, state):
    answer = ask(client, world.job(state=state))
    assert answer.status_code == 409
    assert "once it has ended" in answer.get_json()["detail"]


def test_a_job_without_a_step_cannot_be_verified(client, world):
    answer = ask(client, world.job(state="cancelled"))
    assert answer.status_code == 409
    assert "nothing to verify" in answer.get_json()["detail"]


def test_another_owners_are_not_there(client, world, ended):
    made = ask(client, ended).get_json()["id"]
    other = world.job(owner_id=world.owner("bob"), state="succeeded")
    assert ask(client, other).status_code == 404
    assert client.get(f"/api/v1/jobs/{other}/verifications").status_code == 404
    assert client.get(f"/api/v1/jobs/{world.job()}/verifications/{made}").status_code == 404


def test_what_workers_of_different_arithmetic_made_is_not_asked_for_again(client, world, ended):
    world.change(ended, mixed_since_step=20)
    answer = ask(client, ended)
    assert answer.status_code == 409
    assert "from step 20 on" in answer.get_json()["detail"]
    assert ask(client, ended, to_step=20).status_code == 202
