"""The service on a real PostgreSQL: what the two databases do differently. All other tests run there as well, with
TEST_DATABASE=postgres in the environment.
"""

from __future__ import annotations

import io
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from models.records import Dataset, Job
from service.authentication import issue_key
from service.jobs.submission import enqueue, plan_job


@pytest.fixture
def database_url(postgres_database) -> str:
    return postgres_database()


def test_a_job_goes_from_upload_to_cancelled(client):
    data = {"file": (io.BytesIO(b"a,b\n" + b"1,x\n2,y\n" * 50), "a.csv")}
    dataset = client.post("/api/v1/datasets", data=data, content_type="multipart/form-data").get_json()
    spec = {"dataset": dataset["id"], "target": "b", "labels": {"team": "trees"}}
    job = client.post("/api/v1/jobs", json=spec, headers={"Idempotency-Key": "k"}).get_json()
    assert client.post("/api/v1/jobs", json=spec, headers={"Idempotency-Key": "k"}).get_json()["id"] == job["id"]
    assert job["queue"]["position"] == 1
    assert [each["id"] for each in client.get("/api/v1/jobs?label=team:trees").get_json()["items"]] == [job["id"]]
    assert client.get("/api/v1/jobs?label=team:birds").get_json()["items"] == []
    assert client.post(f"/api/v1/jobs/{job['id']}/cancel").get_json()["state"] == "cancelled"
    assert client.delete(f"/api/v1/datasets/{dataset['id']}").status_code == 204


def test_eight_equal_requests_at_once_make_one_job(app, secret, world):
    spec = world.spec()
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "once"}
    found: list[tuple[int, str]] = []

    def submit() -> None:
        answer = app.test_client().post("/api/v1/jobs", json=spec, headers=headers)
        found.append((answer.status_code, answer.get_json().get("id")))

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({job_id for _, job_id in found}) == 1
    assert sorted(status for status, _ in found) == [200] * 7 + [202]


def test_a_link_followed_eight_times_at_once_gives_one_session(app, world):
    for _round in range(3):
        with world.database.write() as session:
            _, link = issue_key(session, world.owner_id, "login", "link", timedelta(minutes=1))
        gate = threading.Barrier(8)
        statuses: list[int] = []
        threads = [threading.Thread(target=follow, args=(app, link, gate, statuses)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200] + [401] * 7


def follow(app, link: str, gate: threading.Barrier, statuses: list[int]) -> None:
    gate.wait()
    statuses.append(app.test_client().get(f"/login?token={link}").status_code)


def test_a_dataset_is_not_deleted_in_the_middle_of_a_submission(client, world):
    """The submission has looked whether the dataset is there, and has not committed yet."""
    document = world.spec()
    statuses: list[int] = []
    path = f"/api/v1/datasets/{document['dataset']}"
    deletion = threading.Thread(target=lambda: statuses.append(client.delete(path).status_code))
    with world.database.write() as session:
        planned = plan_job(session, world.owner_id, document, world.store, max_parameters=10**6)
        deletion.start()
        wait_for_a_lock(world)
        enqueue(session, world.owner_id, planned, key=None, document=document)
    deletion.join(10)
    assert statuses == [409]
    with world.database.read() as session:
        assert session.scalar(select(func.count(Dataset.id)).where(Dataset.deleted_at.is_(None))) == 1
        assert session.scalar(select(func.count(Job.id))) == 1


def wait_for_a_lock(world, within_s: float = 10.0) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + within_s
    while True:
        with world.database.read() as session:
            if session.scalar(waiting):
                return
        assert time.monotonic() < deadline, "nothing waits"
        time.sleep(0.01)


def test_a_nul_is_refused_before_it_reaches_the_database(client, world):
    assert client.post("/api/v1/jobs", json=world.spec(name="a\0")).status_code == 422
    assert client.get("/api/v1/jobs/%00").status_code == 404
    assert client.get("/api/v1/jobs?name=%00").status_code == 422


def test_connections_that_the_database_cut_are_made_anew(client, world):
    assert client.get("/api/v1/jobs").status_code == 200
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with world.database.read() as session:
        session.execute(others)
    assert client.get("/api/v1/jobs").status_code == 200


def test_it_is_ready_and_counts(client, anonymous):
    assert anonymous.get("/readyz").status_code == 200
    assert "chainrule_jobs" in client.get("/metrics").text
