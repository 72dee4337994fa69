"""Why a job waits, in words."""

from __future__ import annotations

import re

from service.jobs.queue import NO_WORKER, OTHER_ARITHMETIC


def queue(client, job_id: str) -> tuple[int, str | None]:
    found = client.get(f"/api/v1/jobs/{job_id}").get_json()["queue"]
    return found["position"], found["blocked_by"]


def test_without_a_worker_it_says_how_to_start_one(client, world):
    assert queue(client, world.job()) == (1, NO_WORKER)


def test_a_dead_worker_does_not_count(client, world):
    world.worker(lease_us=-1)
    assert queue(client, world.job()) == (1, NO_WORKER)


def test_the_next_job_is_blocked_by_nothing_when_a_worker_is_idle(client, world):
    world.worker()
    assert queue(client, world.job()) == (1, None)


def test_it_counts_the_jobs_ahead_and_names_the_one_that_is_served(client, world):
    served = world.job()
    world.gang(served, workers=2)
    world.change(served, eta_seconds=40.4)
    world.job()
    world.job()
    assert queue(client, world.job()) == (
        3,
        f"2 jobs ahead; both workers are serving {served}, about 40 s left",
    )


def test_jobs_of_another_owner_are_not_named(client, world):
    served = world.job(owner_id=world.owner("bob"))
    world.gang(served, workers=1)
    position, blocked_by = queue(client, world.job())
    assert (position, blocked_by) == (1, "the only worker is serving a job of another owner")
    assert not re.search(served, blocked_by)


def test_the_order_is_priority_then_fair_share_then_age(client, world):
    bob = world.owner("bob")
    old, urgent = world.job(), world.job(priority=5)
    world.gang(world.job(), workers=1)  # this owner is being served, Bob is not
    world.job(owner_id=bob)
    assert [queue(client, id)[0] for id in (urgent, old)] == [1, 3]


def test_workers_that_calculate_otherwise_are_told_apart(client, world):
    world.worker(fingerprint="other")
    assert queue(client, world.job(fingerprint="f")) == (1, OTHER_ARITHMETIC)


def test_draining_workers_take_no_more_work(client, world):
    world.worker(state="draining")
    assert queue(client, world.job())[1] == "the only worker is draining and takes no more work"


def test_an_idle_worker_that_calculates_otherwise_is_not_about_to_take_it(client, world):
    served = world.job()
    world.gang(served, workers=1)
    world.worker(fingerprint="other")
    assert queue(client, world.job(fingerprint="f")) == (
        1,
        f"the only worker with the arithmetic of this job is serving {served}",
    )


def test_one_that_takes_any_arithmetic_waits_for_none(client, world):
    world.worker(fingerprint="other")
    job_id = world.job(fingerprint="f", spec={"mixed_hardware": True})
    assert queue(client, job_id) == (1, None)
