"""Beginning from an earlier job's weights: found, fitting, and kept for as long as they may be needed."""

from __future__ import annotations

import pytest

from models.records import Checkpoint


@pytest.fixture
def earlier(world):
    """A job of two inputs, four units and three classes with two kept states."""
    job_id = world.job(state="succeeded")
    world.learn(job_id)
    world.checkpoint(job_id, 10)
    world.checkpoint(job_id, 20)
    return job_id


def submit(client, world, warm_start, **changes):
    return client.post("/api/v1/jobs", json=world.spec(warm_start=warm_start, **changes))


def fault(answer):
    assert answer.status_code == 422, answer.get_json()
    (found,) = answer.get_json()["faults"]
    return found["pointer"], found["message"]


def is_pinned(world, job_id, step):
    with world.database.read() as session:
        return session.get_one(Checkpoint, (job_id, step)).pinned


@pytest.mark.parametrize(("asked", "found"), [(None, 20), (10, 10)])
def test_the_resolved_spec_names_the_step_and_its_checkpoint_is_kept(client, world, earlier, asked, found):
    answer = submit(client, world, {"job": earlier, "step": asked})
    assert answer.status_code == 202, answer.get_json()
    assert answer.get_json()["spec"]["warm_start"] == {"job": earlier, "step": found, "best": False}
    assert [is_pinned(world, earlier, step) for step in (10, 20)] == [found == 10, found == 20]


@pytest.mark.parametrize("known", [True, False])
def test_the_best_weights_are_those_of_the_step_until_an_epoch_has_told(client, world, earlier, known):
    if not known:
        world.checkpoint(earlier, 30, best=None)
    answer = submit(client, world, {"job": earlier, "best": True})
    assert answer.get_json()["spec"]["warm_start"]["best"] is known


def test_a_dry_run_keeps_nothing(client, world, earlier):
    answer = client.post("/api/v1/jobs?dry_run=true", json=world.spec(warm_start={"job": earlier}))
    assert answer.status_code == 200
    assert not is_pinned(world, earlier, 20)


def test_without_one_the_spec_says_so(client, world):
    assert submit(client, world, None).get_json()["spec"]["warm_start"] is None


def test_a_step_that_is_not_kept_is_refused_with_those_that_are(client, world, earlier):
    assert fault(submit(client, world, {"job": earlier, "step": 15})) == (
        "/warm_start/step",
        "no such checkpoint is kept; there are: 10, 20",
    )


def test_another_owners_job_is_not_there(client, world):
    theirs = world.job(owner_id=world.owner("other"), state="succeeded")
    pointer, message = fault(submit(client, world, {"job": theirs}))
    assert pointer == "/warm_start/job"
    assert "there is no job" in message


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        (
            [{"units": 4}, {"units": 5}],
            "its network has 2 layers, (2, 4) (4, 3), this one 3, (2, 4) (4, 5) (5, 3): give 4 units in network.hidden",
        ),
        ([{"units": 5}], "layer 0 has shape (2, 4) there and (2, 5) here"),
    ],
)
def test_layers_that_do_not_fit_are_named(client, world, earlier, hidden, message):
    answer = submit(client, world, {"job": earlier}, network={"hidden": hidden})
    assert answer.status_code == 422
    assert message in [found["message"] for found in answer.get_json()["faults"]]
