"""GET and DELETE /datasets."""

from __future__ import annotations

import io

import pytest

from models.records import Dataset


def upload(client, content: bytes) -> str:
    data = {"file": (io.BytesIO(content), "a.csv")}
    return client.post("/api/v1/datasets", data=data, content_type="multipart/form-data").get_json()["id"]


def listed(client, query: str = "") -> list[str]:
    return [dataset["id"] for dataset in client.get(f"/api/v1/datasets{query}").get_json()["items"]]


def test_datasets_are_listed_page_by_page_the_newest_first(client, world):
    made = [world.dataset() for _ in range(5)]
    first = client.get("/api/v1/datasets?limit=3").get_json()
    assert [dataset["id"] for dataset in first["items"]] == sorted(made, reverse=True)[:3]
    second = client.get(f"/api/v1/datasets?limit=3&cursor={first['next']}").get_json()
    assert [dataset["id"] for dataset in second["items"]] == sorted(made, reverse=True)[3:]
    assert second["next"] is None


def test_a_dataset_is_shown_as_it_was_answered_at_upload(client):
    data = {"file": (io.BytesIO(b"a\n1\n"), "a.csv")}
    answered = client.post("/api/v1/datasets", data=data, content_type="multipart/form-data").get_json()
    assert client.get(f"/api/v1/datasets/{answered['id']}").get_json() == answered
    assert set(answered) == {"id", "name", "rows", "columns", "size_bytes", "sha256", "created_at"}


def test_the_first_rows_are_shown_as_they_were_in_the_file(client):
    dataset_id = upload(client, b"n,whole,yes,text\n0.1,3,true,oak\n,NA,no,\n-1e-7,16777217,yes,elm\n")
    assert client.get(f"/api/v1/datasets/{dataset_id}/preview").get_json() == {
        "columns": ["n", "whole", "yes", "text"],
        "rows": [
            {"n": 0.1, "whole": 3, "yes": True, "text": "oak"},
            {"n": None, "whole": None, "yes": False, "text": None},
            {"n": -1e-7, "whole": 16777217, "yes": True, "text": "elm"},
        ],
    }


def test_as_many_rows_are_shown_as_are_asked_for(client, world):
    dataset_id = world.dataset(rows=50)
    for asked, shown in (("", 20), ("?rows=3", 3), ("?rows=200", 50)):
        assert len(client.get(f"/api/v1/datasets/{dataset_id}/preview{asked}").get_json()["rows"]) == shown


@pytest.mark.parametrize("query", ["?rows=0", "?rows=201", "?rows=-1", "?rows=x", "?row=1"])
def test_a_wrong_number_of_rows_is_refused(client, world, query):
    answer = client.get(f"/api/v1/datasets/{world.dataset()}/preview{query}")
    assert answer.status_code == 422
    assert answer.get_json()["faults"][0]["pointer"].startswith("/query/row")


def test_a_deleted_dataset_and_its_file_are_gone(client, world):
    dataset_id = world.dataset()
    assert client.delete(f"/api/v1/datasets/{dataset_id}").status_code == 204
    assert listed(client) == []
    assert list(world.store.names()) == []
    for answer in (
        client.get(f"/api/v1/datasets/{dataset_id}"),
        client.get(f"/api/v1/datasets/{dataset_id}/preview"),
        client.delete(f"/api/v1/datasets/{dataset_id}"),
    ):
        assert answer.status_code == 404
    assert client.post("/api/v1/jobs", json=world.spec(dataset=dataset_id)).status_code == 422


@pytest.mark.parametrize("state", ["queued", "running", "pausing", "paused", "cancelling"])
def test_a_dataset_that_an_unfinished_job_needs_stays(client, world, state):
    dataset_id = world.dataset()
    job_id = client.post("/api/v1/jobs", json=world.spec(dataset=dataset_id)).get_json()["id"]
    world.change(job_id, state=state)
    answer = client.delete(f"/api/v1/datasets/{dataset_id}")
    assert answer.status_code == 409
    assert job_id in answer.get_json()["detail"]
    assert listed(client) == [dataset_id]


def test_a_dataset_that_an_unfinished_job_is_tested_on_stays(client, world):
    tested_on = world.dataset()
    assert client.post("/api/v1/jobs", json=world.spec(validation={"dataset": tested_on})).status_code == 202
    assert client.delete(f"/api/v1/datasets/{tested_on}").status_code == 409


@pytest.mark.parametrize("state", ["succeeded", "stopped", "failed", "cancelled"])
def test_the_dataset_of_an_ended_job_may_go(client, world, state):
    dataset_id = world.dataset()
    job_id = client.post("/api/v1/jobs", json=world.spec(dataset=dataset_id)).get_json()["id"]
    world.change(job_id, state=state)
    assert client.delete(f"/api/v1/datasets/{dataset_id}").status_code == 204
    assert client.get(f"/api/v1/jobs/{job_id}").get_json()["spec"]["dataset"] == dataset_id


def test_what_belongs_to_another_owner_is_not_there(client, world):
    dataset_id = world.dataset(owner_id=world.owner("bob"))
    assert listed(client) == []
    assert client.get(f"/api/v1/datasets/{dataset_id}").status_code == 404
    assert client.get(f"/api/v1/datasets/{dataset_id}/preview").status_code == 404
    assert client.delete(f"/api/v1/datasets/{dataset_id}").status_code == 404
    with world.database.read() as session:
        assert session.get_one(Dataset, dataset_id).deleted_at is None


def test_a_dataset_whose_file_is_lost_says_so(client, world):
    dataset_id = world.dataset()
    world.store.delete(next(iter(world.store.names())))
    answer = client.get(f"/api/v1/datasets/{dataset_id}/preview")
    assert (answer.status_code, answer.get_json()["code"]) == (410, "artifact_missing")
