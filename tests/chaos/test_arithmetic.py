"""Workers whose BLAS takes another kernel: other bits, for once."""

import pytest

from service.jobs.queue import OTHER_ARITHMETIC, queue_of
from tests.chaos.round import STEPS
from tests.support.fleet import wait_until

pytestmark = pytest.mark.chaos

OTHER_KERNEL = {"OPENBLAS_CORETYPE": "Prescott"}
"""What OpenBLAS takes for a processor that nobody has any more."""


@pytest.fixture
def orphaned(arena, chance):
    """Begins a job, kills its only worker, and has one of another arithmetic take its place."""

    def begin(**changes):
        fleet, job_id = arena.fleet, arena.start(1, **changes)
        fleet.wait_for_step(job_id, chance.randrange(1, STEPS // 2))
        fleet.kill(fleet.celery_workers.pop())
        fleet.start_workers(1, **OTHER_KERNEL)
        if max(fleet.workers(), key=lambda worker: worker.id).fingerprint == fleet.job(job_id).fingerprint:
            pytest.skip("this machine's BLAS has no other kernel")
        return job_id

    return begin


def test_a_job_that_has_begun_waits_for_workers_of_its_arithmetic_and_says_so(arena, orphaned):
    fleet, job_id = arena.fleet, orphaned()
    wait_until(lambda: blocked_by(fleet, job_id) == OTHER_ARITHMETIC, what="word of why it waits")
    another = arena.submit(max_restarts=0)
    arena.unlike.add(another)
    fleet.wait(another)  # the same worker serves whatever has not begun
    assert fleet.job(job_id).state == "queued"
    fleet.start_workers(1)
    arena.settle()
    assert fleet.job(job_id).mixed_since_step is None
    assert fleet.job(another).weights_sha256 != fleet.job(job_id).weights_sha256


def test_with_mixed_hardware_it_goes_on_and_the_promise_is_lost_in_writing(arena, orphaned):
    fleet, job_id = arena.fleet, orphaned(mixed_hardware=True)
    arena.unlike.add(job_id)
    fleet.wait_for_step(job_id, fleet.job(job_id).step + 1)
    fleet.start_workers(1)
    arena.settle()
    mixed = fleet.job(job_id).mixed_since_step  # 0 for one killed before its first copy: it began again
    [event] = [event for event in fleet.events(job_id) if event.kind == "promise_lost"]
    assert event.details["step"] >= mixed


def blocked_by(fleet, job_id):
    with fleet.database.read() as session:
        return queue_of(session, [fleet.job(job_id)]).get(job_id, {}).get("blocked_by")
