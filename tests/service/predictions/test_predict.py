"""POST /jobs/{id}/predict."""

from __future__ import annotations

import numpy as np
import pytest

from service.predictions.views import MOST_ROWS
from tests.support.trees import SEVERAL

SIZE = 27


@pytest.fixture
def trained(world):
    job_id = world.job()
    return job_id, world.learn(job_id), world.checkpoint(job_id, 10)


def ask(client, job_id: str, **question):
    return client.post(f"/api/v1/jobs/{job_id}/predict", json=question)


def textbook(parameters: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The forward pass of 2-4-3 with relu and softmax as the textbook has it."""
    weight_0, bias_0 = parameters[:8].reshape(2, 4), parameters[8:12]
    weight_1, bias_1 = parameters[12:24].reshape(4, 3), parameters[24:27]
    scores = np.maximum(x @ weight_0 + bias_0, 0) @ weight_1 + bias_1
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("which", "start"), [("last", 0), ("best", 3 * SIZE), (10, 0), ("10", 0)])
def test_raw_rows_get_a_label_and_the_probability_of_each(client, trained, which, start):
    job_id, learnt, vector = trained
    rows = [{"height": 0.3, "girth": 0.9}, {"girth": 0.1, "height": 0.5}]
    found = ask(client, job_id, rows=rows, which=which).get_json()["predictions"]
    expected = textbook(vector[start : start + SIZE].astype(float), learnt.encode_rows(rows))
    for answer, shares in zip(found, expected, strict=True):
        assert answer["label"] == ["ash", "elm", "oak"][shares.argmax()]
        assert list(answer["probabilities"].values()) == pytest.approx(shares, abs=1e-5)


def test_the_best_weights_answer_where_nothing_is_said(client, trained):
    rows = [[0.3, 0.9]]
    unsaid, best, last = (
        ask(client, trained[0], rows=rows, **said).get_json() for said in ({}, {"which": "best"}, {"which": "last"})
    )
    assert unsaid == best != last


def test_of_several_labels_each_is_told_with_its_own_probability(client, world):
    job_id = world.job(spec={"dataset": world.labelled(), "target": SEVERAL})
    learnt, vector = world.learn(job_id), world.checkpoint(job_id, 10)
    rows = [{"height": 0.3, "girth": 0.9, "tall": None}, {"girth": 0.1, "height": 0.5}]
    found = ask(client, job_id, rows=rows).get_json()["predictions"]

    weights = vector[3 * SIZE :].astype(float)
    hidden = np.maximum(learnt.encode_rows(rows) @ weights[:8].reshape(2, 4) + weights[8:12], 0)
    expected = 1 / (1 + np.exp(-(hidden @ weights[12:24].reshape(4, 3) + weights[24:])))
    words = {"tall": [False, True], "old": [0, 1], "bark": ["rough", "smooth"]}
    for answer, shares in zip(found, expected, strict=True):
        assert set(answer) == {"labels", "probabilities"}
        assert [answer["probabilities"][name] for name in SEVERAL] == pytest.approx(shares, abs=1e-5)
        assert answer["labels"] == {
            name: words[name][int(share >= 0.5)] for name, share in zip(SEVERAL, shares, strict=True)
        }


def test_rows_may_be_lists_in_the_order_of_the_features(client, trained):
    objects = ask(client, trained[0], rows=[{"height": 0.3, "girth": 0.9}]).get_json()
    assert ask(client, trained[0], rows=[[0.3, 0.9]]).get_json() == objects


def test_a_row_is_answered_alike_alone_and_among_thousands(client, trained):
    rows = [[number / 3000, 0.5] for number in range(3000)]
    many = ask(client, trained[0], rows=rows).get_json()["predictions"]
    alone = ask(client, trained[0], rows=rows[2500:2501]).get_json()["predictions"][0]
    assert many[2500]["label"] == alone["label"]
    assert many[2500]["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-6)


@pytest.mark.parametrize(
    ("question", "pointers"),
    [
        ({}, {"/rows"}),
        ({"rows": []}, {"/rows"}),
        ({"rows": [[0.1, 0.2]] * (MOST_ROWS + 1)}, {"/rows"}),
        ({"rows": [[1, 2]], "which": "worst"}, {"/which"}),
        ({"rows": [[1, 2]], "which": True}, {"/which"}),
        ({"rows": [], "step": 3}, {"/rows", "/step"}),
        ({"rows": [[1, 2], {"height": 1}, {"height": 1, "girth": "wide"}]}, {"/rows/1/girth", "/rows/2/girth"}),
    ],
)
def test_every_fault_of_a_question_is_named(client, trained, question, pointers):
    answer = ask(client, trained[0], **question)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.get_json()["faults"]} == pointers


def test_a_question_is_an_object(client, trained):
    assert client.post(f"/api/v1/jobs/{trained[0]}/predict", json=[[1, 2]]).status_code == 422


def test_before_the_first_checkpoint_nothing_is_known(client, world):
    assert ask(client, world.job(), rows=[[1, 2]]).status_code == 404
