"""The history in SQL: every step once, and the same bits when steps are run again."""

from itertools import pairwise

import numpy as np
import pytest
from sqlalchemy import select, update

from models.errors import GangError, ReplayMismatch
from models.records import CostChunk, Epoch, Job
from worker.reporting.history import CHUNK_STEPS, save_epochs, save_steps, saved_steps


@pytest.fixture
def save(world, database):
    job_id = world.job()

    def save_rows(first, rows):
        with database.write() as session:
            save_steps(session, job_id, first, rows)
            return saved_steps(session, job_id)

    save_rows.job_id = job_id
    return save_rows


def rows(first, last):
    steps = np.arange(first, last, dtype=np.float64)
    return np.column_stack([1 / (1 + steps), steps, -steps])


def stored(database, job_id):
    with database.read() as session:
        statement = select(CostChunk).where(CostChunk.job_id == job_id).order_by(CostChunk.first_step)
        return session.scalars(statement).all()


def test_reports_follow_each_other_into_full_chunks(save, database):
    ends = [0, 10, CHUNK_STEPS - 1, CHUNK_STEPS + 5, 3 * CHUNK_STEPS]
    for first, last in pairwise(ends):
        assert save(first, rows(first, last)) == last

    chunks = stored(database, save.job_id)
    assert [chunk.first_step for chunk in chunks] == [0, CHUNK_STEPS, 2 * CHUNK_STEPS]
    assert b"".join(chunk.series for chunk in chunks) == rows(0, 3 * CHUNK_STEPS).tobytes()


def test_steps_run_again_are_compared_and_kept_once(save, database):
    save(0, rows(0, 100))
    assert save(40, rows(40, 160)) == 160
    assert b"".join(chunk.series for chunk in stored(database, save.job_id)) == rows(0, 160).tobytes()


def test_a_step_that_costs_something_else_when_run_again_is_a_loud_failure(save):
    save(0, rows(0, 100))
    again = rows(40, 60)
    again[3, 0] = np.nextafter(again[3, 0], 1)
    with pytest.raises(ReplayMismatch, match="step 43"):
        save(40, again)


def test_a_cost_that_is_not_a_number_equals_itself(save):
    lost = rows(0, 3)
    lost[2, 0] = np.nan
    save(0, lost)
    assert save(0, lost) == 3


def test_a_hole_is_refused(save):
    save(0, rows(0, 10))
    with pytest.raises(GangError, match="ends at step 10"):
        save(12, rows(12, 20))


def test_epochs_are_kept_once_and_what_is_not_finite_is_null(world, database):
    job_id = world.job()
    names = ("seconds", "train_cost", "validation_cost")
    first = np.array([[1.0, 0.5, np.inf], [2.0, 0.4, 0.6]])
    for _ in range(2):
        with database.write() as session:
            save_epochs(session, job_id, 0, first, names, 7)
    with database.read() as session:
        found = session.scalars(select(Epoch).where(Epoch.job_id == job_id).order_by(Epoch.epoch)).all()
    assert [(epoch.epoch, epoch.step, epoch.seconds) for epoch in found] == [(1, 7, 1.0), (2, 14, 2.0)]
    assert found[0].metrics == {"train_cost": 0.5, "validation_cost": None}


def test_where_the_arithmetic_was_mixed_a_step_keeps_what_it_gave_first(save, database):
    save(0, rows(0, 100))
    with database.write() as session:
        session.execute(update(Job).values(mixed_since_step=50))
    other = rows(40, 120)
    other[10:, 0] *= 2
    assert save(40, other) == 120
    series = np.frombuffer(b"".join(chunk.series for chunk in stored(database, save.job_id))).reshape(-1, 3)
    np.testing.assert_array_equal(series[:100], rows(0, 100))
    np.testing.assert_array_equal(series[100:], other[60:])


def test_before_the_mixture_the_bits_are_held_as_ever(save, database):
    save(0, rows(0, 100))
    with database.write() as session:
        session.execute(update(Job).values(mixed_since_step=50))
    other = rows(40, 60)
    other[9, 0] *= 2
    with pytest.raises(ReplayMismatch):
        save(40, other)
