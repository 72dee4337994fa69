"""Verifying: a stretch of an ended job run again by a real worker, and held against what is stored."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import func, select

from models.database import now_us, utc_now
from models.ids import new_id
from models.records import Checkpoint, CostChunk, Dataset, Epoch, Job, Verification
from tests.support.fleet import Fleet, wait_until
from worker.control.identity import WorkerIdentity
from worker.control.verifications import MOST_ATTEMPTS, take_verification

TRAINING = {"batch_size": 64, "max_epochs": 900, "optimizer": {"name": "adam", "learning_rate": 1e-3}, "clip_norm": 1.0}


@pytest.fixture
def fleet(tmp_path):
    fleet = Fleet(tmp_path, CHAINRULE_BOUNDARY_S="0.1", CHAINRULE_HEARTBEAT_S="0.3", CHAINRULE_RECONCILE_S="0.5")
    fleet.start_broker()
    yield fleet
    fleet.stop()


@pytest.fixture
def ended(fleet):
    """A job served by two workers, with dropout, clipping and checkpoints on its way."""
    fleet.start_workers(2)
    document = {
        "dataset": fleet.add_digits_like(),
        "target": "label",
        "shards": 4,
        "network": {"hidden": [{"units": 64, "dropout": 0.2}]},
        "training": TRAINING,
        "validation": {"fraction": 0.2},
        "checkpoints": {"every_seconds": 0.1, "keep_last": 50},
    }
    job = fleet.wait(fleet.submit(document))
    assert job.state == "succeeded", job.message
    return job


def ask(fleet, job, first=0, last=None, **columns):
    """A verification as the service would have accepted it, its hint lost."""
    with fleet.database.write() as session:
        verification = Verification(
            id=new_id("ver"),
            job_id=job.id,
            from_step=first,
            to_step=last or job.step,
            step=first,
            checkpoints=[],
            created_at=utc_now(),
            **{"state": "queued", "attempts": 0} | columns,
        )
        session.add(verification)
    return verification.id


def look(fleet, verification_id):
    with fleet.database.read() as session:
        return session.get_one(Verification, verification_id)


def verdict(fleet, verification_id):
    open_states = ("queued", "running")
    wait_until(lambda: look(fleet, verification_id).state not in open_states, what="the verdict")
    return look(fleet, verification_id)


def change(fleet, job, kind, act):
    with fleet.database.write() as session:
        key = kind.id if kind is Job else kind.job_id
        act(session.scalars(select(kind).where(key == job.id)).first())


def test_the_whole_of_a_job_that_two_served_is_the_same_when_one_replays_it(fleet, ended):
    found = verdict(fleet, ask(fleet, ended))
    assert found.state == "passed", found.message
    assert found.checkpoints == [step for step in fleet.checkpoints(ended.id) if step > 0]
    assert "every cost" in found.message
    assert "and the weights the same" in found.message
    assert fleet.events(ended.id)[-1].kind == "verification_passed"
    assert not list(fleet.shared_memory.rglob("job_*"))


def test_a_stretch_between_two_checkpoints_says_nothing_of_the_weights(fleet, ended):
    first, last, *_ = (step for step in fleet.checkpoints(ended.id) if 0 < step < ended.step)
    found = verdict(fleet, ask(fleet, ended, first, last))
    assert (found.state, found.checkpoints, found.step) == ("passed", [last], last)
    assert "weights" not in found.message


def flip_a_cost(chunk):
    rows = np.frombuffer(chunk.series, dtype="<u8").copy()
    rows[3 * 7] ^= 1
    chunk.series = rows.tobytes()


def change_a_metric(epoch):
    epoch.metrics = {**epoch.metrics, "validation_cost": epoch.metrics["validation_cost"] * (1 + 1e-15)}


@pytest.mark.parametrize(
    ("kind", "act", "says"),
    [
        (CostChunk, flip_a_cost, "step 7 cost"),
        (Epoch, change_a_metric, "had validation_cost"),
        (Job, lambda job: setattr(job, "weights_sha256", "0" * 64), "ended with the weights"),
        (Checkpoint, lambda row: setattr(row, "sha256", "0" * 64), "checkpoint"),
    ],
    ids=["one bit of a cost", "the last digit of a metric", "the digest of the weights", "a checkpoint"],
)
def test_what_was_changed_is_named(fleet, ended, kind, act, says):
    change(fleet, ended, kind, act)
    found = verdict(fleet, ask(fleet, ended))
    assert found.state == "mismatch"
    assert says in found.message
    assert fleet.events(ended.id)[-1].kind == "verification_mismatch"


def test_a_checkpoint_with_other_numbers_under_a_right_digest_is_found(fleet, ended):
    """As by somebody who can write to the store and to the database."""
    with fleet.database.write() as session:
        step = session.scalar(select(func.max(Checkpoint.step)).where(Checkpoint.job_id == ended.id))
        row = session.get_one(Checkpoint, (ended.id, step))
        content = bytearray(fleet.store.local_path(row.artifact).read_bytes())
        content[-1] ^= 1
        stored = fleet.store.put(f"checkpoints/{ended.id}/forged", ".safetensors", [content])
        row.artifact, row.sha256 = stored.name, stored.sha256
    found = verdict(fleet, ask(fleet, ended))
    assert found.state == "mismatch"
    assert "of its checkpoint" in found.message


def test_a_job_whose_last_checkpoint_is_missing_does_not_pass(fleet, ended):
    """Its weights are nowhere: that a replay ends with their digest proves nothing of what can be downloaded."""
    with fleet.database.write() as session:
        session.delete(session.get_one(Checkpoint, (ended.id, ended.step)))
    found = verdict(fleet, ask(fleet, ended))
    assert found.state == "mismatch"
    assert "no checkpoint holds its weights" in found.message


@pytest.mark.parametrize(("kind", "says"), [(CostChunk, "nothing that is kept"), (Epoch, "no metrics")])
def test_a_history_that_is_missing_does_not_pass(fleet, ended, kind, says):
    with fleet.database.write() as session:
        session.delete(session.scalars(select(kind).where(kind.job_id == ended.id)).first())
    found = verdict(fleet, ask(fleet, ended))
    assert found.state == "mismatch"
    assert says in found.message


def test_a_checkpoint_that_is_no_longer_kept_is_an_error_and_no_verdict(fleet, ended):
    found = verdict(fleet, ask(fleet, ended, first=1))
    assert found.state == "error"
    assert "step 1 is no longer kept" in found.message


def test_a_dataset_that_was_deleted_meanwhile_is_an_error_that_says_so(fleet, ended):
    with fleet.database.write() as session:
        session.get_one(Dataset, ended.dataset_id).deleted_at = utc_now()
    found = verdict(fleet, ask(fleet, ended))
    assert found.state == "error"
    assert "was deleted; trace, fork and verify need it" in found.message


def test_a_job_that_waits_comes_first(fleet, ended):
    long = {"dataset": ended.dataset_id, "target": "label", "training": {**TRAINING, "max_epochs": 20_000}}
    job = fleet.job(fleet.submit({**long, "shards": 1, "stopping": {"max_seconds": 3}}))
    assert fleet.wait(job.id).state == "stopped"
    fleet.end_workers()
    fleet.start_workers(1)
    proof = ask(fleet, fleet.job(job.id))
    fleet.hint()
    wait_until(lambda: look(fleet, proof).state == "running", what="the replay")
    other = fleet.accept({**long, "training": TRAINING})
    assert fleet.wait(other).state == "succeeded"
    assert look(fleet, proof).finished_at is None
    assert verdict(fleet, proof).state == "passed"
    assert look(fleet, proof).attempts == 1


def someone(fleet, job):
    return WorkerIdentity("wrk_x", "x", "here", 1, "d", str(job.fingerprint))


def test_one_whose_worker_is_gone_is_taken_over_and_given_up_in_the_end(fleet, ended):
    fleet.end_workers()
    me = someone(fleet, ended)
    proof = ask(fleet, ended, state="running", attempts=1, worker_id="wrk_dead", lease_until_us=1)
    for attempt in range(2, MOST_ATTEMPTS + 1):
        with fleet.database.write() as session:
            assert take_verification(session, me, 10.0) is not None
        with fleet.database.write() as session:
            assert take_verification(session, me, 10.0) is None  # its lease holds
            found = session.get_one(Verification, proof)
            assert found.attempts == attempt
            found.lease_until_us = session.scalar(select(now_us())) - 1
    with fleet.database.write() as session:
        assert take_verification(session, me, 10.0) is None
    assert look(fleet, proof).state == "error"
    assert "died 3 times" in look(fleet, proof).message


def test_other_arithmetic_is_no_witness(fleet, ended):
    fleet.end_workers()
    ask(fleet, ended)
    with fleet.database.write() as session:
        assert take_verification(session, WorkerIdentity("wrk_x", "x", "here", 1, "d", "other"), 10.0) is None
