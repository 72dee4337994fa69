"""POST /jobs: what is accepted, what is refused, and that asking twice makes one job."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import func, select

from models.records import Event, Job
from tests.support.trees import COLUMNS, SEVERAL, column, table


def jobs_in(world) -> int:
    with world.database.read() as session:
        return session.scalar(select(func.count(Job.id)))


def faults(answer) -> dict[str, str]:
    return {fault["pointer"]: fault["code"] for fault in answer.get_json()["faults"]}


def test_a_job_is_accepted_with_every_default_filled_in(client, world):
    answer = client.post("/api/v1/jobs", json=world.spec(shards=2, labels={"team": "trees"}, priority=3))
    job = answer.get_json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    assert job["state"] == "queued"
    assert job["name"] == "classification of tree"
    assert job["spec"]["training"]["cost"] == "cross_entropy"
    assert job["spec"]["workers"] == job["workers"] == {"min": 1, "max": 2}
    assert (job["labels"], job["priority"]) == ({"team": "trees"}, 3)
    assert [event.kind for event in world.events(job["id"])] == ["submitted"]


def test_a_job_has_exactly_the_promised_fields(client, world):
    job = client.post("/api/v1/jobs", json=world.spec()).get_json()
    assert set(job) == {
        *("id", "name", "state", "reason", "message", "spec", "progress", "latest", "best", "gang", "queue"),
        *("forked_from", "restarts", "mixed_since_step", "weights_sha256", "created_at", "started_at", "finished_at"),
        *("labels", "priority", "workers", "warnings"),
    }
    shown = client.get(f"/api/v1/jobs/{job['id']}").get_json()
    assert set(shown) == set(job) - {"warnings"} | {"report"}
    assert set(job["progress"]) == {
        *("epoch", "step", "steps_total", "fraction", "eta_seconds", "samples_per_second"),
    }


def test_a_weight_for_a_class_that_numbers_do_not_make_is_refused(client, world):
    columns = [*COLUMNS[:2], column("tree", "integer", distinct=3), *COLUMNS[3:]]
    training = {"class_weight": {"2": 3.0, "3": 2.0, "2.0": 1.0}}
    answer = client.post("/api/v1/jobs", json=world.spec(dataset=world.dataset(columns=columns), training=training))
    assert faults(answer) == {f"/training/class_weight/{name}": "unknown_class" for name in ("3", "2.0")}


def test_weights_of_rows_that_are_all_held_back_are_refused(client, world):
    """One row counts; of its class of two rows half are held back, by the seed the one or the other."""
    columns = [*COLUMNS[:1], column("girth", "integer", distinct=2, min=0, max=1), *COLUMNS[2:]]
    matrix = table(4)
    matrix[:, 1], matrix[:, 2] = [1, 0, 0, 0], [0, 0, 1, 1]
    dataset = world.dataset(4, columns=columns, matrix=matrix)
    document = {"dataset": dataset, "features": ["height"], "sample_weight": "girth", "validation": {"fraction": 0.5}}
    answers = [client.post("/api/v1/jobs", json=world.spec(**document, training={"seed": seed})) for seed in range(8)]
    assert {answer.status_code for answer in answers} == {202, 422}
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert faults(refused) == {"/sample_weight": "unusable_weight"}


def test_hints_are_published_for_as_many_workers_as_can_be_used(client, world, hints):
    client.post("/api/v1/jobs", json=world.spec(shards=4))
    client.post("/api/v1/jobs", json=world.spec(shards=4, workers={"max": 3}))
    assert hints.published == [4, 3]


def test_a_hint_is_published_only_when_the_job_can_be_found(client, world, hints, monkeypatch):
    found = []
    monkeypatch.setattr(hints, "publish", lambda count: found.append(jobs_in(world)))
    client.post("/api/v1/jobs", json=world.spec())
    assert found == [1]


def test_the_steps_are_those_of_the_training_rows(client, world):
    # 90 trees of three kinds, a tenth of each held back: 81 rows, 9 batches of 10 (the last one ragged).
    spec = world.spec(dataset=world.dataset(rows=90), training={"batch_size": 10, "max_epochs": 7})
    job = client.post("/api/v1/jobs", json=spec).get_json()
    assert job["progress"]["steps_total"] == 9 * 7


def test_the_same_key_and_body_give_the_same_job(client, world, hints):
    spec, headers = world.spec(), {"Idempotency-Key": "once"}
    first = client.post("/api/v1/jobs", json=spec, headers=headers)
    again = client.post("/api/v1/jobs", json=dict(reversed(spec.items())), headers=headers)
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.get_json()["id"] == first.get_json()["id"]
    assert jobs_in(world) == 1
    assert len(hints.published) == 1


def test_the_same_key_with_another_body_is_a_conflict(client, world):
    headers = {"Idempotency-Key": "once"}
    client.post("/api/v1/jobs", json=world.spec(), headers=headers)
    answer = client.post("/api/v1/jobs", json=world.spec(), headers=headers)
    assert answer.status_code == 409
    assert jobs_in(world) == 1


def test_a_key_of_a_kilobyte_is_refused(client, world):
    answer = client.post("/api/v1/jobs", json=world.spec(), headers={"Idempotency-Key": "k" * 1024})
    assert faults(answer) == {"/headers/Idempotency-Key": "bad_header"}
    assert jobs_in(world) == 0


def test_a_dry_run_gives_the_plan_and_keeps_nothing(client, world, hints):
    spec = world.spec(dataset=world.dataset(rows=90), training={"batch_size": 10, "max_epochs": 7})
    answer = client.post("/api/v1/jobs?dry_run=true", json=spec)
    plan = answer.get_json()
    assert answer.status_code == 200
    assert plan["spec"]["workers"]["max"] == 4
    assert plan["parameters"] == (2 + 1) * 4 + (4 + 1) * 3
    assert (plan["rows"], plan["training_rows"]) == (90, 81)
    assert (plan["steps_per_epoch"], plan["steps_total"]) == (9, 63)
    assert plan["memory_bytes"] > plan["parameters"] * 4
    assert jobs_in(world) == 0
    assert hints.published == []


def test_what_is_seldom_meant_is_told_in_the_plan_the_answer_and_the_events(client, world):
    columns = [*COLUMNS[:3], column("height_mm", "numeric", min=0.0, max=40_000.0, mean=9000.0), *COLUMNS[4:]]
    document = world.spec(dataset=world.dataset(columns=columns), task="regression", target="height_mm")
    plan = client.post("/api/v1/jobs?dry_run=true", json=document).get_json()
    (warning,) = plan["warnings"]
    assert (warning["pointer"], warning["code"]) == ("/target", "unscaled_target")
    for status in (202, 200):
        answer = client.post("/api/v1/jobs", json=document, headers={"Idempotency-Key": "once"})
        assert answer.status_code == status
        assert answer.get_json()["warnings"] == [warning]
    (event,) = [event for event in world.events(answer.get_json()["id"]) if event.kind == "warning"]
    assert event.message == f"/target: {warning['message']}"


def test_a_validation_dataset_of_the_same_rows_is_told(client, world):
    same = {"dataset": world.dataset(), "validation": {"dataset": world.dataset()}}
    plan = client.post("/api/v1/jobs?dry_run=true", json=world.spec(**same)).get_json()
    assert [warning["pointer"] for warning in plan["warnings"]] == ["/validation/dataset"]


def test_several_labels_are_planned_with_an_output_each(client, world):
    spec = world.spec(dataset=world.labelled(96), target=SEVERAL, validation={"fraction": 0.25})
    answer = client.post("/api/v1/jobs?dry_run=true", json=spec)
    plan = answer.get_json()
    assert answer.status_code == 200, plan
    assert plan["spec"]["training"]["cost"] == "binary_cross_entropy"
    assert plan["parameters"] == (2 + 1) * 4 + (4 + 1) * 3
    assert plan["training_rows"] == 72
    assert client.post("/api/v1/jobs", json=spec).get_json()["name"] == "classification of tall, old, bark"


def test_what_is_wrong_with_several_labels_is_told_at_once(client, world):
    document = world.spec(
        target=["tree", "alone", "girth"],
        features=["height"],
        training={"cost": "cross_entropy", "class_weight": "balanced"},
    )
    assert faults(client.post("/api/v1/jobs", json=document)) == {
        "/target/0": "not_a_label",
        "/target/1": "one_class",
        "/target/2": "not_a_label",
        "/training/cost": "cost_of_other_task",
        "/training/class_weight": "several_labels",
    }


HUGE = {"network": {"hidden": [{"units": 10_000_000}]}}
LARGE = {"network": {"hidden": [{"units": 1_000_000}, {"units": 1_000_000}]}}
LUCK = {"target": {"metric": "luck", "value": 1}}
REFUSED = {
    "a target that is not there": ({"target": "leaf"}, "/target"),
    "a feature that is not there": ({"features": ["height", "leaf"]}, "/features/1"),
    "a text as regression target": ({"task": "regression"}, "/target"),
    "targets that are missing": ({"task": "regression", "target": "patchy"}, "/target"),
    "one class only": ({"target": "alone"}, "/target"),
    "an unknown field": ({"batchsize": 3}, "/batchsize"),
    "an unknown field inside": ({"training": {"learning_rate": 1}}, "/training/learning_rate"),
    "ten million units": (HUGE, "/network/hidden/0/units"),
    "too many parameters": (LARGE, "/network/hidden"),
    "a batch of 0": ({"training": {"batch_size": 0}}, "/training/batch_size"),
    "no shards": ({"shards": 0}, "/shards"),
    "more workers than shards": ({"shards": 2, "workers": {"min": 3}}, "/workers/min"),
    "an unknown dataset": ({"dataset": "ds_none"}, "/dataset"),
    "an unknown validation dataset": ({"validation": {"dataset": "ds_none"}}, "/validation/dataset"),
    "a metric that is not recorded": (
        {"stopping": {"target": {"metric": "luck", "value": 1}}},
        "/stopping/target/metric",
    ),
}


@pytest.mark.parametrize(("changes", "pointer"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_is_refused_at_its_place_and_leaves_no_row(client, world, hints, changes, pointer):
    answer = client.post("/api/v1/jobs", json=world.spec(**changes))
    assert 400 <= answer.status_code < 500
    assert pointer in faults(answer)
    assert jobs_in(world) == 0
    assert hints.published == []
    with world.database.read() as session:
        assert session.scalar(select(func.count(Event.id))) == 0


def test_every_fault_is_reported_at_once(client, world):
    answer = client.post("/api/v1/jobs", json=world.spec(shards=0, training={"batch_size": 0, "l1": -1}, colour=1))
    assert set(faults(answer)) == {"/shards", "/training/batch_size", "/training/l1", "/colour"}


FORM = {"training": {"batch_size": 0}, "stopping": {"patience": {"epochs": "ten"}}}
FORM_FAULTS = {"/training/batch_size", "/stopping/patience/epochs"}


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"dataset": "ds_nothing"}, {"/dataset"}),
        ({"features": ["height", "colour"], "sample_weight": "patchy"}, {"/features/1", "/sample_weight"}),
        ({"target": "height"}, {"/target"}),
        ({"target": "height", "task": "regression"}, set()),
    ],
)
def test_faults_of_form_do_not_hide_those_of_the_data(client, world, changes, pointers):
    columns = [column("height", "numeric", distinct=5000), *COLUMNS[1:]]
    spec = {**world.spec(dataset=world.dataset(columns=columns), features=["girth"], **FORM), **changes}
    assert set(faults(client.post("/api/v1/jobs", json=spec))) == FORM_FAULTS | pointers
    assert jobs_in(world) == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"task": "regresion"}, "/task"), ({"features": "girth"}, "/features"), ({"taks": "regression"}, "/taks")],
)
def test_nothing_is_concluded_of_the_data_from_what_is_malformed(client, world, changes, pointer):
    columns = [column("height", "numeric", distinct=5000), *COLUMNS[1:]]
    spec = {**world.spec(dataset=world.dataset(columns=columns), target="height", features=["girth"]), **changes}
    assert set(faults(client.post("/api/v1/jobs", json=spec))) == {pointer}


@pytest.mark.parametrize("body", [[], "text", 3, None])
def test_a_body_that_is_not_an_object_is_refused(client, body):
    assert 400 <= client.post("/api/v1/jobs", json=body).status_code < 500


def test_the_dataset_of_somebody_else_is_not_there(client, world):
    foreign = world.dataset(owner_id=world.owner("bob"))
    assert faults(client.post("/api/v1/jobs", json=world.spec(dataset=foreign))) == {"/dataset": "unknown_dataset"}
    own = world.spec(validation={"dataset": foreign})
    assert faults(client.post("/api/v1/jobs", json=own)) == {"/validation/dataset": "unknown_dataset"}


def test_a_validation_dataset_of_other_columns_is_refused(client, world):
    other = world.dataset(columns=[column("height", "categorical", levels=["low"]), *COLUMNS[2:]])
    answer = client.post("/api/v1/jobs", json=world.spec(validation={"dataset": other}))
    assert faults(answer).keys() == {"/validation/dataset"}


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_a_validation_dataset_with_a_class_between_the_known_ones_is_refused(client, world, query):
    def numbers(classes):
        matrix = table(90)
        matrix[:, 2] = np.take(classes, np.arange(90) % len(classes))
        kept = column("tree", "integer", distinct=len(classes), min=float(min(classes)), max=float(max(classes)))
        return world.dataset(90, columns=[*COLUMNS[:2], kept, *COLUMNS[3:]], matrix=matrix)

    document = world.spec(dataset=numbers([1, 3, 5]), validation={"dataset": numbers([1, 4])})
    answer = client.post(f"/api/v1/jobs{query}", json=document)
    assert answer.status_code == 422
    assert faults(answer) == {"/validation/dataset": "unknown_class"}
    assert "(4)" in answer.get_json()["detail"]
    fitting = document | {"validation": {"dataset": numbers([1, 5])}}
    assert client.post(f"/api/v1/jobs{query}", json=fitting).status_code in (200, 202)


def test_a_dataset_whose_file_is_gone_is_named(client, world):
    spec = world.spec()
    for name in list(world.store.names()):
        world.store.delete(name)
    assert faults(client.post("/api/v1/jobs", json=spec)) == {"/dataset": "dataset_missing"}


def test_the_same_request_sent_at_the_same_moment_makes_one_job(app, client, world):
    spec, authorization = world.spec(), client.environ_base["HTTP_AUTHORIZATION"]
    headers = {"Idempotency-Key": "once", "Authorization": authorization}
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda _: app.test_client().post("/api/v1/jobs", json=spec, headers=headers), range(8))
        )
    assert {answer.get_json()["id"] for answer in answers} == {answers[0].get_json()["id"]}
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [202]
    assert jobs_in(world) == 1
