"""A job's receipt: what its weights follow from."""

from __future__ import annotations

import struct

import numpy as np


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
    assert found["checkpoints"] == [{"step": item["step"], "sha256": item["sha256"]} for item in kept]
    assert found["steps"] == 20
    assert struct.unpack(">d", bytes.fromhex(found["final_cost"]["bits"]))[0] == found["final_cost"]["value"] == 1.1


def test_a_job_that_has_not_begun_has_one_too(client, world):
    found = client.get(f"/api/v1/jobs/{world.job()}/receipt").get_json()
    assert (found["steps"], found["final_cost"], found["generations"], found["checkpoints"]) == (0, None, [], [])


def test_another_owners_is_not_there(client, world):
    other = world.job(owner_id=world.owner("bob"))
    assert client.get(f"/api/v1/jobs/{other}/receipt").status_code == 404
