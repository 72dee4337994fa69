"""Cancel, pause, resume."""

from __future__ import annotations

import pytest


def steer(client, job_id: str, verb: str):
    return client.post(f"/api/v1/jobs/{job_id}/{verb}")


STEPS = [
    ("cancel", "queued", "cancelled"),
    ("cancel", "paused", "cancelled"),
    ("cancel", "running", "cancelling"),
    ("cancel", "pausing", "cancelling"),
    ("cancel", "cancelling", "cancelling"),
    ("pause", "queued", "paused"),
    ("pause", "running", "pausing"),
    ("pause", "pausing", "pausing"),
    ("pause", "paused", "paused"),
    ("resume", "paused", "queued"),
    ("resume", "queued", "queued"),
    ("resume", "running", "running"),
]


@pytest.mark.parametrize(("verb", "before", "after"), STEPS)
def test_each_state_goes_where_it_should(client, world, verb, before, after):
    job_id = world.job(state=before)
    answer = steer(client, job_id, verb)
    assert answer.status_code == 200
    assert answer.get_json()["state"] == after
    events = world.events(job_id)
    assert len(events) == (before != after)
    assert all(event.actor == "user" and event.details == {"before": before, "after": after} for event in events)


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume"])
@pytest.mark.parametrize("state", ["succeeded", "stopped", "failed", "cancelled"])
def test_a_job_that_has_ended_is_left_alone(client, world, verb, state):
    job_id = world.job(state=state)
    assert steer(client, job_id, verb).status_code == 409
    assert client.get(f"/api/v1/jobs/{job_id}").get_json()["state"] == state


@pytest.mark.parametrize(("verb", "state"), [("pause", "cancelling"), ("resume", "cancelling"), ("resume", "pausing")])
def test_what_contradicts_the_state_is_a_conflict(client, world, verb, state):
    assert steer(client, world.job(state=state), verb).status_code == 409


def test_a_cancelled_job_says_why_and_when_it_ended(client, world):
    job = steer(client, world.job(), "cancel").get_json()
    assert job["reason"] == "cancelled_by_user"
    assert job["finished_at"] is not None


def test_a_resumed_job_is_hinted_at(client, world, hints):
    steer(client, world.job(state="paused"), "resume")
    assert hints.published == [4]
