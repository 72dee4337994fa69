"""GET /jobs/{id}/backprop: rows of the dataset on their way through a kept state."""

from __future__ import annotations

import numpy as np
import pytest

from models.checkpoint_file import read_checkpoint
from models.records import Checkpoint, Job
from models.tabular import Preprocessing
from service.predictions.backprop import output_names
from tests.support.trees import SEVERAL


@pytest.fixture
def job_id(world):
    id = world.job(state="succeeded")
    world.learn(id)
    for step in (10, 20):
        world.checkpoint(id, step)
    return id


def ask(client, job_id, **query):
    answer = client.get(f"/api/v1/jobs/{job_id}/backprop", query_string=query)
    return answer.status_code, answer.get_json()


def test_a_row_is_traced_layer_by_layer(client, world, job_id):
    status, found = ask(client, job_id, row=3, step=10)
    assert status == 200, found
    assert (found["job"], found["step"], found["row"], found["rows"]) == (job_id, 10, 3, 1)
    assert (found["row_numbers"], found["batch"]) == ([3], None)
    assert [item["name"] for item in found["inputs"]] == ["height", "girth"]
    assert [(layer["activation"], layer["units"]) for layer in found["layers"]] == [("relu", 4), ("softmax", 3)]
    hidden, output = found["layers"]
    assert hidden["dead_share"] == hidden["outputs"].count(0.0) / 4
    assert output["dead_share"] is None
    assert sum(output["outputs"]) == pytest.approx(1.0, rel=1e-5)
    assert sum(hidden["histogram"]["counts"]) == 2 * 4
    assert found["predictions"][0]["label"] in found["predictions"][0]["probabilities"]
    assert found["cost"] == pytest.approx(-np.log(output["outputs"][_index(found)]), rel=1e-4)
    assert sum(output["deltas"]) == pytest.approx(0.0, abs=1e-5)


def _index(found):
    return list(found["predictions"][0]["probabilities"]).index(str(found["targets"][0]))


def test_several_labels_are_traced_in_the_words_of_the_table(client, world):
    id = world.job(spec={"dataset": world.labelled(), "target": SEVERAL})
    world.learn(id)
    world.checkpoint(id, 10)
    _, found = ask(client, id, row=5, rows=2)
    assert found["layers"][1]["activation"] == "sigmoid"
    assert found["targets"] == [
        {"tall": True, "old": 0, "bark": "smooth"},
        {"tall": False, "old": 1, "bark": "smooth"},
    ]
    assert found["predictions"][0]["labels"].keys() == found["targets"][0].keys()
    assert np.isfinite(found["cost"])


def test_the_adjustments_name_their_weight_and_its_part_of_the_cost(client, world, job_id):
    _, found = ask(client, job_id, row=3, step=10, top=4)
    with world.database.read() as session:
        row = session.get_one(Checkpoint, (job_id, 10))
    _, vector = read_checkpoint(world.store.local_path(row.artifact))
    assert len(found["adjustments"]) == 4
    slopes = [abs(item["gradient"]) for item in found["adjustments"]]
    assert slopes == sorted(slopes, reverse=True)
    for item in found["adjustments"]:
        assert item["weight"] in vector[: 4 * 3 + 5 * 3]
        assert item["from"] in ("bias", "height", "girth", 0, 1, 2, 3)


def test_several_rows_are_averaged_and_wide_layers_cut_short(client, job_id):
    _, found = ask(client, job_id, row=0, rows=50, limit=2, top=0)
    assert (found["rows"], found["step"], found["adjustments"]) == (50, 20, [])
    assert [len(layer["outputs"]) for layer in found["layers"]] == [2, 2]
    assert [layer["units"] for layer in found["layers"]] == [4, 3]
    assert len(found["targets"]) == 2


def test_a_row_that_is_not_there_is_refused_with_those_that_are(client, job_id):
    status, found = ask(client, job_id, row=99, rows=2)
    assert status == 422
    assert found["faults"] == [
        {
            "pointer": "/query/row",
            "message": "the dataset has the rows 0 to 99; asked for 99 to 100",
            "code": "not_in_range",
        }
    ]


def test_a_step_that_is_not_kept_is_refused_with_those_that_are(client, job_id):
    status, found = ask(client, job_id, step=11)
    assert status == 404
    assert "kept steps: 10, 20" in found["detail"]


def test_without_its_dataset_it_says_what_that_means(client, world, job_id):
    with world.database.read() as session:
        dataset_id = session.get_one(Job, job_id).dataset_id
    assert client.delete(f"/api/v1/datasets/{dataset_id}").status_code == 204
    for query in ({"row": 3}, {"batch": "true"}):
        status, found = ask(client, job_id, **query)
        assert (status, found["code"]) == (410, "dataset_deleted")
        assert found["detail"] == f"the dataset {dataset_id} was deleted; trace, fork and verify need it"


def test_another_owners_job_is_not_there(client, world):
    assert ask(client, world.job(owner_id=world.owner("bob")))[0] == 404


@pytest.mark.parametrize(
    ("classes", "binary", "y", "names", "targets"),
    [
        (["no", "yes"], True, np.array([[1.0], [0.0]]), ["yes"], ["yes", "no"]),
        (["no", "yes"], False, np.array([1, 0]), ["no", "yes"], ["yes", "no"]),
        (None, False, np.array([[1.5], [2.5]]), ["height"], [[1.5], [2.5]]),
    ],
    ids=["two classes with one output", "classes", "a number"],
)
def test_outputs_and_targets_are_called_what_the_dataset_calls_them(classes, binary, y, names, targets):
    learnt = Preprocessing("classification" if classes else "regression", (), ("height",), classes, binary)
    assert output_names(learnt) == names
    assert learnt.decode_target(y) == targets
