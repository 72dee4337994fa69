"""GET /jobs/{id}/weights."""

from __future__ import annotations

import hashlib
import io
import json

import numpy as np
import pytest
from safetensors.numpy import load

from models.weights_file import model_description, weights_bytes

SIZE = 27  # (2 + 1) * 4 + (4 + 1) * 3


@pytest.fixture
def trained(world):
    """A job with two kept states; the vectors hold parameters, two slots and the best parameters."""
    job_id = world.job(name="trees & Bäume/../x")
    world.learn(job_id)
    return job_id, world.checkpoint(job_id, 10), world.checkpoint(job_id, 20)


def weights(client, job_id: str, query: str = ""):
    return client.get(f"/api/v1/jobs/{job_id}/weights{query}")


def flat(content: bytes) -> np.ndarray:
    tensors = load(content)
    return np.concatenate([tensors[f"layers.{i}.{part}"].ravel() for i in (0, 1) for part in ("weight", "bias")])


@pytest.mark.parametrize(
    ("query", "which", "part"),
    [
        ("", 1, slice(3 * SIZE, None)),
        ("?which=last", 1, slice(0, SIZE)),
        ("?which=10", 0, slice(0, SIZE)),
        ("?which=best", 1, slice(3 * SIZE, None)),
    ],
)
def test_the_asked_weights_are_sent(client, trained, query, which, part):
    job_id, *vectors = trained
    answer = weights(client, job_id, query)
    assert answer.status_code == 200
    assert flat(answer.data).tobytes() == vectors[which][part].tobytes()


def test_until_an_epoch_has_told_which_are_the_best_the_last_are_sent_and_named_so(client, world):
    """The place of the best weights holds the first ones then: nobody means those."""
    job_id = world.job(name="young")
    world.learn(job_id)
    vector = world.checkpoint(job_id, 5, best=None)
    for query in ("", "?which=best"):
        answer = weights(client, job_id, query)
        assert flat(answer.data).tobytes() == vector[:SIZE].tobytes()
        assert answer.headers["Content-Disposition"] == "attachment; filename=young-last.safetensors"


def test_their_shapes_are_inputs_by_units(client, trained):
    tensors = load(weights(client, trained[0]).data)
    assert {name: tensor.shape for name, tensor in tensors.items()} == {
        "layers.0.weight": (2, 4),
        "layers.0.bias": (4,),
        "layers.1.weight": (4, 3),
        "layers.1.bias": (3,),
    }


def test_npz_holds_the_same_numbers_and_the_description(client, trained):
    answer = weights(client, trained[0], "?format=npz")
    with np.load(io.BytesIO(answer.data), allow_pickle=False) as archive:
        assert np.array_equal(archive["layers.0.weight"].ravel(), trained[2][3 * SIZE :][:8])
        description = json.loads(archive["chainrule"].tobytes())
    assert description["preprocessing"]["classes"] == ["ash", "elm", "oak"]


def test_the_bytes_of_the_last_weights_are_those_the_job_was_finished_with(client, world, trained):
    """The leader of the last gang takes the digest of the same function's bytes."""
    job_id, _, vector = trained
    job = client.get(f"/api/v1/jobs/{job_id}").get_json()
    description = model_description(job["spec"], world.learn(job_id).to_json())
    expected = hashlib.sha256(weights_bytes("safetensors", (2, 4, 3), vector[:SIZE], description)).hexdigest()
    world.change(job_id, state="succeeded", weights_sha256=expected)
    answer = weights(client, job_id, "?which=last&format=safetensors")
    assert hashlib.sha256(answer.data).hexdigest() == expected
    assert answer.get_etag() == (expected, False)


def test_the_filename_is_safe_and_says_what_it_is(client, trained):
    disposition = weights(client, trained[0], "?which=best&format=npz").headers["Content-Disposition"]
    assert disposition == "attachment; filename=trees-B-ume-x-best.npz"


def test_a_copy_that_is_still_good_is_not_sent_again(client, world, trained):
    job_id = trained[0]
    etag = weights(client, job_id).headers["ETag"]
    headers = {"If-None-Match": etag}
    assert client.get(f"/api/v1/jobs/{job_id}/weights", headers=headers).status_code == 304
    world.checkpoint(job_id, 30)
    assert client.get(f"/api/v1/jobs/{job_id}/weights", headers=headers).status_code == 200


def test_before_the_first_checkpoint_there_are_none(client, world):
    answer = weights(client, world.job())
    assert answer.status_code == 404
    assert "no checkpoint yet" in answer.get_json()["detail"]


def test_a_step_that_is_not_kept_names_those_that_are(client, trained):
    answer = weights(client, trained[0], "?which=15")
    assert answer.status_code == 404
    assert "10, 20" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("query", "pointer", "named"),
    [
        ("format=onnx", "/query/format", "safetensors, npz"),
        ("which=worst", "/query/which", "best, last"),
        ("which=-1", "/query/which", "best, last"),
        ("which=../../etc", "/query/which", "best, last"),
    ],
)
def test_a_bad_query_names_what_there_is(client, trained, query, pointer, named):
    answer = weights(client, trained[0], f"?{query}")
    assert answer.status_code == 422
    (fault,) = answer.get_json()["faults"]
    assert fault["pointer"] == pointer
    assert named in fault["message"]


def test_damaged_weights_are_never_sent(client, world, trained):
    for name in list(world.store.names()):
        if "000000000020" in name:
            path = world.store.local_path(name)
            path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert weights(client, trained[0]).status_code == 500
    assert weights(client, trained[0], "?which=10").status_code == 200
