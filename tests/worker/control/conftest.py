"""Workers that ask for seats, and leaders that start."""

import pytest

from tests.worker.conftest import TTL_S
from worker.control.claims import take_seat
from worker.control.generations import start_generation
from worker.control.leases import hold_job


@pytest.fixture
def claim(database):
    def claim_for(worker):
        with database.write() as session:
            return take_seat(session, worker, {"digest": worker.fingerprint}, TTL_S)

    return claim_for


@pytest.fixture
def start(database):
    def start_at(seat, step=0):
        with database.write() as session:
            return start_generation(session, seat, hold_job(session, seat), step, 64)

    return start_at
