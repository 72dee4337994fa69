"""A job's receipt: what its weights follow from."""

from __future__ import annotations

import struct

import numpy as np
from sqlalchemy import select, update

from models.lifecycle import record_event
from models.records import Member, Worker


def test_it_names_all_that_the_weights_follow_from(client, world):
    job_id = world.job(state="succeeded", weights_sha256="a" * 64, fingerprint="f" * 64)
    world.gang(job_id)
    for step in (0, 20):
        world.checkpoint(job_id, step)
    world.steps(job_id, np.linspace(2.0, 1.1, 20), chunk=8)
    found = client.get(f"/api/v1/jobs/{job_id}/receipt").get_json()
    assert found["spec"] == client.get(f"/api/v1/jobs/{job_id}").get_json()["spec"]
    (dataset,) = found["datasets"]
    assert (dataset["id"], len(dataset["sha256"])) == (found["spec"]["dataset"], 64)
    assert (found["fingerprint"], found["weights_sha256"]) == ("f" * 64, "a" * 64)
    assert [generation["number"] for generation in found["generations"]] == [1]
    kept = client.get(f"/api/v1/jobs/{job_id}/checkpoints").get_json()["items"]
    digests = [{"step": item["step"], "sha256": item["sha256"], "kept": True} for item in kept]
    assert found["checkpoints"] == digests
    assert found["steps"] == 20
    assert struct.unpack(">d", bytes.fromhex(found["final_cost"]["bits"]))[0] == found["final_cost"]["value"] == 1.1


def test_checkpoints_that_retention_has_removed_are_in_it_still(client, world):
    job_id = world.job(state="succeeded")
    world.checkpoint(job_id, 0)
    with world.database.write() as session:
        for step in (10, 20):
            record_event(session, job_id, "checkpoint", "wrk_1", "written", step=step, sha256=f"{step}" * 32)
    found = client.get(f"/api/v1/jobs/{job_id}/receipt").get_json()["checkpoints"]
    assert [(item["step"], item["kept"]) for item in found] == [(0, True), (10, False), (20, False)]
    assert found[2]["sha256"] == "20" * 32


def test_a_job_that_has_not_begun_has_one_too(client, world):
    found = client.get(f"/api/v1/jobs/{world.job()}/receipt").get_json()
    assert (found["steps"], found["final_cost"], found["generations"], found["checkpoints"]) == (0, None, [], [])


def test_another_owners_is_not_there(client, world):
    other = world.job(owner_id=world.owner("bob"))
    assert client.get(f"/api/v1/jobs/{other}/receipt").status_code == 404


def test_a_mixture_of_arithmetics_is_in_it(client, world):
    job_id = world.job(fingerprint="f")
    world.gang(job_id, workers=2)
    assert client.get(f"/api/v1/jobs/{job_id}/receipt").get_json()["mixed_since_step"] is None
    with world.database.write() as session:
        newest = select(Member.worker_id).where(Member.job_id == job_id, Member.rank == 1).scalar_subquery()
        session.execute(update(Worker).where(Worker.id == newest).values(fingerprint="other"))
    world.change(job_id, mixed_since_step=7)
    found = client.get(f"/api/v1/jobs/{job_id}/receipt").get_json()
    assert (found["mixed_since_step"], found["generations"][0]["members"]) == (7, ["f", "other"])
    assert client.get(f"/api/v1/jobs/{job_id}").get_json()["mixed_since_step"] == 7
