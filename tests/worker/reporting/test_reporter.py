"""What the reporter reads from the database and passes on to its gang."""

import numpy as np
from sqlalchemy import update

from models.records import Member
from tests.support.gang_of_one import GangOfOne, with_ones
from worker.control.claims import take_seat
from worker.control.generations import start_generation
from worker.control.leases import hold_job
from worker.gang.control_words import Word
from worker.reporting.reporter import Reporter
from worker.training.prepared import Prepared

TTL_S, PRINT = 10.0, {"digest": "f" * 64}


def test_a_silent_member_ends_the_generation_though_a_newcomer_waits_for_the_next(world, database, tmp_path):
    """It lost the database while it waited for its place, and came again: the leader would wait for it for ever."""
    world.job()
    founder, joiner = world.worker(), world.worker()
    with database.write() as session:
        seat, lost = (take_seat(session, worker, PRINT, TTL_S) for worker in (founder, joiner))
        start_generation(session, seat, hold_job(session, seat), 0, 64)
        session.execute(update(Member).where(Member.id == lost.member_id).values(lease_until_us=0))
    with database.write() as session:
        assert take_seat(session, joiner, PRINT, TTL_S) is not None
    x, y = np.zeros((8, 2), np.float32), np.arange(8) % 2
    gang = GangOfOne(
        tmp_path,
        Prepared(with_ones(x), y, with_ones(x[:0]), y[:0]),
        [0, 1],
        training={"cost": "cross_entropy", "max_epochs": 1},
    )
    reporter = Reporter(
        database, seat, gang.trainer, lambda: False, actor=founder.id, boundary_s=1.0, size_trial_s=60.0
    )
    reporter._report()
    assert gang.segment.control[Word.ABORT] == 1
