"""Forking: a new job that goes on from a kept state of another."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from unittest import mock

import numpy as np
import pytest

from models.checkpoint_file import read_checkpoint
from models.records import Checkpoint, CostChunk, Job
from service.jobs.submission import find_repeated


@pytest.fixture
def parent(client, world):
    """A job of 40 steps, kept at 10 and 20, with the history of 25 steps."""
    spec = world.spec(training={"batch_size": 45, "max_epochs": 20}, priority=2, labels={"team": "trees"})
    job_id = client.post("/api/v1/jobs", json=spec).get_json()["id"]
    for step in (10, 20):
        world.checkpoint(job_id, step)
    world.steps(job_id, np.linspace(2.0, 1.0, 25), chunk=8)
    world.epochs(job_id, 1, 12, steps_per_epoch=2)
    world.change(job_id, fingerprint="f" * 64, preprocessing={"learnt": True}, step=25)
    return job_id


def fork(client, parent, **body):
    return client.post(f"/api/v1/jobs/{parent}/fork", json=body)


def faults(answer):
    assert answer.status_code == 422, answer.get_json()
    return {fault["pointer"]: fault["code"] for fault in answer.get_json()["faults"]}


def test_it_is_a_job_of_its_own_that_goes_on_at_the_step(client, world, parent):
    answer = fork(client, parent, step=10)
    job = answer.get_json()
    assert answer.status_code == 202, job
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    assert job["id"] != parent
    assert job["forked_from"] == {"job": parent, "step": 10}
    assert (job["state"], job["progress"]["step"], job["priority"]) == ("queued", 10, 2)
    assert (job["name"], job["labels"]) == ("classification of tree, from step 10", {"team": "trees"})
    assert [event.kind for event in world.events(job["id"])] == ["submitted", "forked"]
    assert world.events(parent)[-1].kind == "fork"


def test_without_its_dataset_it_says_what_that_means(client, world, parent):
    world.change(parent, state="succeeded")
    with world.database.read() as session:
        dataset_id = session.get_one(Job, parent).dataset_id
    assert client.delete(f"/api/v1/datasets/{dataset_id}").status_code == 204
    answer = fork(client, parent, step=10)
    assert (answer.status_code, answer.get_json()["code"]) == (410, "dataset_deleted")
    assert "trace, fork and verify need it" in answer.get_json()["detail"]


def test_its_state_is_a_copy_that_outlives_the_parents(client, world, parent):
    job_id = fork(client, parent, step=10).get_json()["id"]
    with world.database.read() as session:
        old, new = (session.get_one(Checkpoint, (id, 10)) for id in (parent, job_id))
        job = session.get_one(Job, job_id)
    assert new.pinned
    assert new.artifact != old.artifact
    (_, was), (state, vector) = (read_checkpoint(world.store.verify(row.artifact, row.sha256)) for row in (old, new))
    np.testing.assert_array_equal(was, vector)
    assert state.step == 10
    assert (job.fingerprint, job.preprocessing) == ("f" * 64, {"learnt": True})


def test_its_history_is_the_parents_up_to_the_step(client, world, parent):
    job_id = fork(client, parent, step=10).get_json()["id"]
    rows = {id: client.get(f"/api/v1/jobs/{id}/history?series=step").get_json()["rows"] for id in (parent, job_id)}
    assert rows[job_id] == rows[parent][:10]
    with world.database.read() as session:
        last = session.get_one(CostChunk, (job_id, 8))
        assert (last.last_step, len(last.series)) == (10, 2 * 3 * 8)
    epochs = client.get(f"/api/v1/jobs/{job_id}/history").get_json()["rows"]
    assert len(epochs) == 1  # the checkpoint says that epoch 1 was over


def test_without_a_step_it_is_the_newest(client, parent):
    assert fork(client, parent).get_json()["forked_from"]["step"] == 20


def test_a_step_that_is_not_kept_is_refused_with_those_that_are(client, parent):
    answer = fork(client, parent, step=11)
    assert faults(answer) == {"/step": "unknown_step"}
    assert "there are: 10, 20" in answer.get_json()["detail"]


def test_what_the_state_does_not_depend_on_can_be_changed(client, parent):
    changes = {
        "training": {"max_epochs": 50, "optimizer": {"learning_rate": 0.5}, "l2": 0.1},
        "stopping": {"patience": {"metric": "validation_cost", "epochs": 3}},
        "labels": {"team": None, "try": "2"},
        "workers": {"max": 1},
    }
    job = fork(client, parent, name="again", changes=changes).get_json()
    assert job["name"] == "again"
    assert job["spec"]["training"]["optimizer"]["learning_rate"] == 0.5
    assert job["progress"]["steps_total"] == 100
    assert (job["labels"], job["workers"]) == ({"try": "2"}, {"min": 1, "max": 1})


def test_what_the_state_depends_on_is_named_with_the_remedy(client, world, parent):
    changes = {
        "network": {"hidden": [{"units": 8}]},
        "training": {"optimizer": {"name": "sgd"}, "batch_size": 10, "seed": 1},
        "shards": 2,
    }
    answer = fork(client, parent, changes=changes)
    found = faults(answer)
    assert {"/changes/network/hidden", "/changes/shards", "/changes/training/batch_size"} < set(found)
    assert {"/changes/training/seed", "/changes/training/optimizer/name"} < set(found)
    assert set(found.values()) == {"not_changeable"}
    assert "use warm_start" in answer.get_json()["detail"]
    with world.database.read() as session:
        assert session.query(Job).count() == 1


def test_a_change_that_no_job_could_have_is_named_within_the_changes(client, parent):
    assert faults(fork(client, parent, changes={"training": {"max_epochs": 0}})) == {
        "/changes/training/max_epochs": "greater_than_equal"
    }


def test_a_fork_with_nothing_left_to_train_is_refused(client, parent):
    answer = fork(client, parent, step=20, changes={"training": {"max_epochs": 10}})
    assert faults(answer) == {"/changes/training/max_epochs": "nothing_left"}


def test_the_same_request_twice_makes_one_fork(client, world, parent):
    first, again = (
        client.post(f"/api/v1/jobs/{parent}/fork", json={"step": 10}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.get_json()["id"] == again.get_json()["id"]


def test_the_same_request_twice_at_the_same_moment_makes_one_fork(app, secret, parent):
    """Both have looked for the other and found nothing before either writes."""
    both_have_looked = threading.Barrier(2, timeout=20)

    def look_together(*args):
        found = find_repeated(*args)
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait()
        both_have_looked.abort()  # from now on nobody waits: the loser looks once more
        return found

    def send(_):
        body, headers = {"step": 10}, {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k"}
        with app.test_client() as client:
            return client.post(f"/api/v1/jobs/{parent}/fork", json=body, headers=headers)

    with mock.patch("service.jobs.views.find_repeated", look_together), ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 202]
    assert len({answer.get_json()["id"] for answer in answers}) == 1


def test_another_owners_job_cannot_be_forked(client, world):
    other = world.job(owner_id=world.owner("bob"))
    assert fork(client, other).status_code == 404


def test_a_refused_fork_leaves_no_file(client, world, parent):
    before = set(world.store.names())
    fork(client, parent, changes={"shards": 2})
    fork(client, parent, step=20, changes={"training": {"max_epochs": 10}})
    assert set(world.store.names()) == before


def test_a_fork_may_allow_mixed_hardware_and_remembers_a_mixture_before_its_step(client, world, parent):
    world.change(parent, mixed_since_step=15)
    forks = [fork(client, parent, step=step, changes={"mixed_hardware": True}).get_json() for step in (10, 20)]
    assert [job["mixed_since_step"] for job in forks] == [None, 15]
    assert all(job["spec"]["mixed_hardware"] for job in forks)
