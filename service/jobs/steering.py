"""Cancel, pause, resume: asked for here, obeyed by the gang at its next step boundary.

Each may be asked twice: what is done or under way already is no error, so that a client may repeat a request
whose answer it never saw.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.errors import Conflict
from models.lifecycle import change_state, finish_job
from models.records import Job
from models.states import TERMINAL, JobState, Reason

ACTOR = "user"


def cancel_job(session: Session, job: Job) -> None:
    """End the job: at once if nobody serves it.

    Raises:
        Conflict: it has ended.
    """
    _refuse_ended(job, "cancelled")
    if job.state in (JobState.QUEUED, JobState.PAUSED):
        finish_job(session, job, Reason.CANCELLED_BY_USER, actor=ACTOR, message="cancelled before a worker had it")
    elif job.state != JobState.CANCELLING:
        change_state(session, job, JobState.CANCELLING, actor=ACTOR, message="asked to cancel")


def pause_job(session: Session, job: Job) -> None:
    """Let the job rest, with its state safe.

    Raises:
        Conflict: it has ended or is about to.
    """
    _refuse_ended(job, "paused")
    if job.state == JobState.QUEUED:
        change_state(session, job, JobState.PAUSED, actor=ACTOR, message="paused while it waited")
    elif job.state not in (JobState.PAUSING, JobState.PAUSED):
        change_state(session, job, JobState.PAUSING, actor=ACTOR, message="asked to pause")


def resume_job(session: Session, job: Job) -> bool:
    """Put a paused job back into the queue. Returns whether it was paused: hints are wanted then.

    Raises:
        Conflict: it has ended, or it is not at rest yet.
    """
    _refuse_ended(job, "resumed")
    if job.state in (JobState.QUEUED, JobState.RUNNING):
        return False
    change_state(session, job, JobState.QUEUED, actor=ACTOR, message="resumed")
    return True


def _refuse_ended(job: Job, wish: str) -> None:
    if JobState(job.state) in TERMINAL:
        raise Conflict(f"job {job.id} has {job.state if job.state == 'succeeded' else 'ended'}; it cannot be {wish}")
