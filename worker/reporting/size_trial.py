"""Whether fewer members would make more steps a second: tried out, where their waiting says that it may be so.

A step of a small network is soon computed, and on a busy machine one member often waits for a processor and all others
for it. Nobody can tell beforehand whether one more worker then helps. So the leader measures the gang as it is, has it
form again with fewer members, measures those, and keeps what was faster. Equal is enough: a worker that is not needed
serves another job. What came of it is believed for some minutes; then conditions may have changed. The bits do not.
"""

from __future__ import annotations

import math
import os

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import now_us
from models.lifecycle import record_event
from models.records import Job
from worker.control.leases import lease_end
from worker.reporting.pace import Pace

_BELIEVED_S = 300.0
_FULL = 0.8
"""So great a share of a gang's members computing at a time is taken for a gang that pays."""


class SizeTrial:
    """The leader's judgement of its gang's size.

    Args:
        pace: what is known of the present generation.
        size: its members.
        actor: the leader, for the job's story.
        least_left_s: a job that ends within so many seconds would have nothing of a trial.
        processors: how many there are for the members.
    """

    def __init__(self, pace: Pace, size: int, actor: str, *, least_left_s: float, processors: int) -> None:
        self._pace, self._size, self._actor = pace, size, actor
        self._least_left_s, self._processors = least_left_s, processors

    def wants_another_size(self, session: Session, job: Job) -> bool:
        """Begin a trial, or end the one under way; whether the gang is to form again with fewer members."""
        rate = self._pace.steps_per_second()
        if rate is None:
            return False
        if job.size_trial is not None:
            if self._size <= (job.useful_members or 0) or not _knows(session, job):
                self._end(session, job, rate)  # who is wanted again comes by itself
            return False  # else the boundary at which this gang shrinks has not come yet: a step may be long
        fewer = max(self._fewer(), job.workers_min)
        if fewer >= self._size or (job.eta_seconds or 0.0) < self._least_left_s or _knows(session, job):
            return False
        job.size_trial = {"members": self._size, "steps_per_second": rate}
        _believe(job, fewer)
        message = f"{_workers(self._size, rate)} and wait for each other or for a processor: {fewer} will be tried"
        record_event(session, job.id, "size_trial", self._actor, message, members=self._size, tried=fewer)
        return True

    def _fewer(self) -> int:
        """As many as compute at a time, rounded up but for a fifth; never more than there are processors."""
        at_a_time = self._pace.parallelism() or self._size
        enough = math.ceil(at_a_time - _FULL) if at_a_time <= _FULL * self._size else self._size
        return max(1, min(enough, self._processors))

    def _end(self, session: Session, job: Job, rate: float) -> None:
        members, before = job.size_trial["members"], job.size_trial["steps_per_second"]  # type: ignore[index]
        job.size_trial = None
        faster = self._size < members and rate >= before
        _believe(job, self._size if faster else job.workers_max)
        verdict = "no more are used for now" if faster else "more are used again"
        message = f"{_workers(self._size, rate)}, {members} made {before:,.0f}: {verdict}"
        record_event(session, job.id, "size_trial_ended", self._actor, message, members=self._size, kept=faster)


def _workers(count: int, rate: float) -> str:
    return f"{count} worker{'s' if count > 1 else ''} make{'' if count > 1 else 's'} {rate:,.0f} steps a second"


def available_processors() -> int:
    """Processors this process may run on."""
    return len(os.sched_getaffinity(0))


def _knows(session: Session, job: Job) -> bool:
    believed = select(Job.id).where(Job.id == job.id, Job.useful_until_us > now_us())
    return session.scalar(believed) is not None


def _believe(job: Job, members: int) -> None:
    job.useful_members = members
    job.useful_until_us = lease_end(_BELIEVED_S)  # type: ignore[assignment]
