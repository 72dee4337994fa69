"""The heart renews a lease as long as the database can be reached."""

import time

from sqlalchemy.exc import OperationalError

from tests.support.fleet import wait_until
from worker import heart as module
from worker.heart import Heart

BEAT_S = 8.0


def test_a_beat_that_failed_is_tried_again_long_before_the_next_is_due(world, database, monkeypatch):
    tried, renew = [], module.renew

    def cut_at_first(*arguments, **options):
        tried.append(time.monotonic())
        if len(tried) == 1:
            raise OperationalError("COMMIT", None, Exception("the connection was cut"))
        renew(*arguments, **options)

    monkeypatch.setattr(module, "renew", cut_at_first)
    heart = Heart(database, world.worker(), lambda: False, ttl_s=3 * BEAT_S, beat_s=BEAT_S, progress_timeout_s=60.0)
    heart.start()
    try:
        wait_until(lambda: len(tried) > 1, timeout_s=60.0, what="a renewal")
    finally:
        heart.stop()
    assert BEAT_S / 4 <= tried[1] - tried[0] < BEAT_S
