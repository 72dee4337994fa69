"""The description of the API: complete, and true of every answer."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from models.records import Job
from service.openapi.document import described_rules
from service.openapi.operations import OPERATIONS
from tests.support.trees import SEVERAL

REPORT = {
    "weights": "best",
    "step": 10,
    "rows": 3,
    "classes": [{"label": "ash", "precision": 1.0, "recall": 0.5, "f1": 2 / 3, "rows": 2}],
    "confusion_matrix": None,
    "confusions": [{"actual": "ash", "predicted": "elm", "rows": 1}],
}
LABELS_REPORT = {
    "weights": "last",
    "step": 10,
    "rows": 3,
    "exact_match": 2 / 3,
    "labels": [
        {
            "target": "tall",
            "label": "true",
            "precision": 1.0,
            "recall": 0.5,
            "f1": 2 / 3,
            "rows": 2,
            "confusion_matrix": [[1, 0], [1, 1]],
        }
    ],
}
UNDESCRIBED = {"openapi.document"}


@pytest.fixture
def document(anonymous) -> dict[str, Any]:
    answer = anonymous.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.get_json()


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def fits(answer, endpoint: str) -> Any:
    """The answer, after it was held against the model of its status."""
    model = OPERATIONS[endpoint].gives[answer.status_code]
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    model.model_validate_json(answer.text)
    return answer.get_json()


def test_every_route_of_the_api_is_described(app):
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    assert routes - UNDESCRIBED == set(OPERATIONS)
    assert {rule.endpoint for rule, _ in described_rules(app)} == set(OPERATIONS)


def test_every_reference_leads_somewhere(document):
    found = set(references(document))
    assert "#/components/schemas/JobSpec" in found
    assert found <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def test_every_field_says_what_it_holds(document):
    """But for the names that tell parts apart: each of them can be one word only."""
    silent = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, part in schema.get("properties", {}).items()
        if "const" not in part and not part.get("description")
    ]
    assert silent == []


def test_the_document_is_made_of_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    names = [op["operationId"] for methods in document["paths"].values() for op in methods.values()]
    assert len(names) == len(set(names)) == len(OPERATIONS)
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"]
            assert "default" in operation["responses"]
            inside = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))


@pytest.mark.parametrize("endpoint", [name for name, operation in OPERATIONS.items() if operation.query])
def test_a_view_knows_the_parameters_that_are_described_and_no_others(app, client, world, endpoint):
    world.job()
    [rule] = [rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint]
    with world.database.read() as session:
        job_id, dataset_id = session.execute(select(Job.id, Job.dataset_id)).one()
    path = rule.rule.replace("<job_id>", job_id).replace("<dataset_id>", dataset_id)
    method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    answer = client.open(f"{path}?no_such_thing=1", method=method, json={} if method == "POST" else None)
    [fault] = [fault for fault in answer.get_json()["faults"] if fault["pointer"] == "/query/no_such_thing"]
    assert set(fault["message"].split("there are: ")[1].split(", ")) == set(OPERATIONS[endpoint].query)


def test_answers_about_datasets_fit(client):
    data = {"file": (io.BytesIO(b"a,b,c\n1,yes,x\n2,no,\n"), "a.csv")}
    made = fits(client.post("/api/v1/datasets", data=data, content_type="multipart/form-data"), "datasets.upload")
    fits(client.get("/api/v1/datasets"), "datasets.index")
    fits(client.get(f"/api/v1/datasets/{made['id']}"), "datasets.show")
    fits(client.get(f"/api/v1/datasets/{made['id']}/preview"), "datasets.preview")


def test_answers_about_jobs_fit(client, world):
    fits(client.post("/api/v1/jobs?dry_run=true", json=world.spec()), "jobs.submit")
    job_id = fits(client.post("/api/v1/jobs", json=world.spec()), "jobs.submit")["id"]
    fits(client.patch(f"/api/v1/jobs/{job_id}", json={"name": "new"}), "jobs.change")
    fits(client.post(f"/api/v1/jobs/{job_id}/pause"), "jobs.pause")
    fits(client.post(f"/api/v1/jobs/{job_id}/resume"), "jobs.resume")
    world.gang(job_id)
    world.change(job_id, latest={"train_cost": 1.0}, best={"epoch": 1}, samples_per_second=3.5, eta_seconds=2.0)
    world.change(job_id, report=REPORT)
    assert fits(client.get(f"/api/v1/jobs/{job_id}"), "jobs.show")["report"] == REPORT
    fits(client.get("/api/v1/jobs"), "jobs.index")
    fits(client.get("/api/v1/workers"), "workers.index")
    fits(client.post(f"/api/v1/workers/{world.worker()}/drain"), "workers.drain")
    fits(client.post(f"/api/v1/jobs/{job_id}/cancel"), "jobs.cancel")


def test_answers_about_several_labels_fit(client, world):
    job_id = world.job(spec={"dataset": world.labelled(), "target": SEVERAL}, report=LABELS_REPORT)
    world.learn(job_id)
    world.checkpoint(job_id, 10)
    assert fits(client.get(f"/api/v1/jobs/{job_id}"), "jobs.show")["report"] == LABELS_REPORT
    rows = {"rows": [{"height": 1, "girth": None}, [0.5, 1]]}
    fits(client.post(f"/api/v1/jobs/{job_id}/predict", json=rows), "predictions.predictions")
    fits(client.get(f"/api/v1/jobs/{job_id}/backprop?row=3"), "predictions.backprop")


def test_answers_about_verifications_fit(client, world):
    job_id = world.job(state="succeeded", step=3)
    world.checkpoint(job_id, 0)
    world.steps(job_id, [1.0, 0.7, 0.5])
    made = fits(client.post(f"/api/v1/jobs/{job_id}/verifications", json={}), "verifications.create")
    fits(client.get(f"/api/v1/jobs/{job_id}/verifications"), "verifications.index")
    fits(client.get(f"/api/v1/jobs/{job_id}/verifications/{made['id']}"), "verifications.show")
    fits(client.get(f"/api/v1/jobs/{job_id}/receipt"), "jobs.receipt")


def test_answers_about_results_fit(client, world):
    job_id = world.job()
    world.learn(job_id)
    world.checkpoint(job_id, 10)
    world.epochs(job_id, 1, 3)
    world.steps(job_id, [1.0, float("nan"), 0.5])
    world.event(job_id, "something")
    for series in ("epoch", "step"):
        fits(client.get(f"/api/v1/jobs/{job_id}/history?series={series}"), "history.history")
    fits(client.get(f"/api/v1/jobs/{job_id}/events"), "history.events")
    fits(client.get(f"/api/v1/jobs/{job_id}/checkpoints"), "predictions.checkpoints")
    rows = {"rows": [{"height": 1, "girth": None}, [0.5, 1]]}
    fits(client.post(f"/api/v1/jobs/{job_id}/predict", json=rows), "predictions.predictions")


def test_answers_about_keys_fit(client):
    fits(client.post("/api/v1/keys", json={"name": "x"}), "keys.create")
    fits(client.get("/api/v1/keys"), "keys.index")


def test_an_error_fits(client, document):
    answer = client.post("/api/v1/jobs", json={})
    problem = document["components"]["schemas"]["Problem"]
    assert set(answer.get_json()) == set(problem["properties"])


def test_the_page_for_people_names_every_route_and_every_field_of_the_spec(anonymous, document):
    page = anonymous.get("/api/docs")
    assert page.status_code == 200
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    for field, part in document["components"]["schemas"]["JobSpec"]["properties"].items():
        assert f"<code>{field}</code>" in page.text
        assert html.escape(part["description"]).split("``")[0] in page.text
    assert "<script" not in page.text.split("<main")[1]


def test_the_document_holds_nothing_of_this_installation(anonymous, settings):
    text = anonymous.get("/api/v1/openapi.json").text
    assert str(settings.data_dir.parent) not in text
    json.loads(text)
