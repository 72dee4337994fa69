"""How many jobs an owner may have at a time."""

import pytest
from click.testing import CliRunner

from models.records import Owner
from service.jobs.queue import RUNNING_QUOTA
from service.quotas import main


@pytest.fixture
def limit(world):
    def set_limits(**limits):
        with world.database.write() as session:
            owner = session.get_one(Owner, world.owner_id)
            for name, value in limits.items():
                setattr(owner, name, value)

    return set_limits


def test_a_submission_beyond_the_quota_is_refused_and_leaves_nothing(client, world, limit):
    limit(max_queued_jobs=2)
    document = world.spec()
    for _ in range(2):
        assert client.post("/api/v1/jobs", json=document).status_code == 202
    answer = client.post("/api/v1/jobs", json=document)
    assert (answer.status_code, answer.get_json()["code"]) == (429, "quota_exceeded")
    assert answer.get_json()["detail"].startswith("2 of your jobs are waiting, and 2 may: cancel one")
    assert len(client.get("/api/v1/jobs").get_json()["items"]) == 2


def test_the_same_request_again_is_no_new_job(client, world, limit):
    limit(max_queued_jobs=1)
    document, headers = world.spec(), {"Idempotency-Key": "one"}
    first = client.post("/api/v1/jobs", json=document, headers=headers).get_json()
    again = client.post("/api/v1/jobs", json=document, headers=headers)
    assert (again.status_code, again.get_json()["id"]) == (200, first["id"])


def test_a_place_is_free_again_when_a_job_has_been_cancelled(client, world, limit):
    limit(max_queued_jobs=1)
    document = world.spec()
    first = client.post("/api/v1/jobs", json=document).get_json()
    client.post(f"/api/v1/jobs/{first['id']}/cancel")
    assert client.post("/api/v1/jobs", json=document).status_code == 202


def test_a_job_that_waits_for_its_owners_quota_says_so(client, world, limit):
    limit(max_running_jobs=1)
    world.gang(world.job(), workers=1)
    world.worker()
    waiting = client.get(f"/api/v1/jobs/{world.job()}").get_json()
    assert waiting["queue"]["blocked_by"] == RUNNING_QUOTA


def test_the_command_sets_and_shows_them(world, settings, monkeypatch):
    for name in ("database_url", "redis_url", "artifact_url"):
        monkeypatch.setenv(name.upper(), getattr(settings, name))
    told = CliRunner().invoke(main, ["--queued", "3", "--running", "0"])
    assert told.output == "admin: 3 jobs may wait\nadmin: any number of jobs may run\n"
    with world.database.read() as session:
        assert session.get_one(Owner, world.owner_id).max_queued_jobs == 3
    refused = CliRunner().invoke(main, ["--owner", "nobody"])
    assert refused.exit_code == 1
    assert "there is no owner 'nobody'" in refused.output
