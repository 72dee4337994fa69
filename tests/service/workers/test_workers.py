"""GET /workers and POST /workers/{id}/drain."""

from __future__ import annotations


def listed(client) -> list[dict]:
    return client.get("/api/v1/workers").get_json()["items"]


def test_the_living_workers_are_listed_with_what_they_do(client, world):
    job_id = world.job()
    serving = world.gang(job_id, workers=1)[0]
    idle = world.worker(name="spare")
    world.worker(lease_us=-1)
    world.worker(state="gone")
    found = {worker["id"]: worker for worker in listed(client)}
    assert found.keys() == {serving, idle}
    assert (found[serving]["state"], found[serving]["job_id"]) == ("serving", job_id)
    assert (found[idle]["name"], found[idle]["state"], found[idle]["job_id"]) == ("spare", "idle", None)
    assert {"id", "name", "host", "pid", "state", "job_id", "last_seen_at"} <= found[idle].keys()


def test_the_job_of_another_owner_is_not_named(client, world):
    world.gang(world.job(owner_id=world.owner("bob")), workers=1)
    assert [(worker["state"], worker["job_id"]) for worker in listed(client)] == [("serving", None)]


def test_a_worker_is_asked_to_drain(client, world):
    worker_id = world.worker()
    answer = client.post(f"/api/v1/workers/{worker_id}/drain")
    assert answer.status_code == 200
    assert answer.get_json()["state"] == "draining"
    assert [worker["state"] for worker in listed(client)] == ["draining"]
    assert client.post(f"/api/v1/workers/{worker_id}/drain").status_code == 200


def test_a_worker_that_is_gone_cannot_drain(client, world):
    assert client.post(f"/api/v1/workers/{world.worker(state='gone')}/drain").status_code == 404
    assert client.post("/api/v1/workers/wrk_none/drain").status_code == 404
