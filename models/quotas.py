"""How many jobs an owner may have waiting, and running, at a time: columns of the owner, null for any number."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from models.errors import QuotaExceeded
from models.records import Job, Owner
from models.states import SERVED, JobState

_OTHER = aliased(Job)
"""Made once: to make it costs as much as the statements it is for."""


def check_room_in_queue(session: Session, owner_id: str) -> None:
    """Refuse one more waiting job when the owner has as many as they may have.

    The owner's row stays locked until the transaction ends, so that two submissions cannot both take the last place.

    Raises:
        QuotaExceeded: with the limit and the remedy.
    """
    limit = session.scalar(select(Owner.max_queued_jobs).where(Owner.id == owner_id).with_for_update())
    if limit is None:
        return
    waiting = session.scalar(select(func.count(Job.id)).where(Job.owner_id == owner_id, Job.state == JobState.QUEUED))
    if (waiting or 0) >= limit:
        raise QuotaExceeded(
            f"{waiting} of your jobs are waiting, and {limit} may: cancel one, or submit again when one has started"
        )


def may_run() -> ColumnElement[bool]:
    """In a statement over ``Job``: whether its owner may have one more running."""
    running = (
        select(func.count(_OTHER.id)).where(_OTHER.owner_id == Job.owner_id, _OTHER.state.in_(SERVED)).correlate(Job)
    ).scalar_subquery()
    limit = select(Owner.max_running_jobs).where(Owner.id == Job.owner_id).correlate(Job).scalar_subquery()
    return limit.is_(None) | (running < limit)


def lock_owner(session: Session, owner_id: str) -> None:
    """Let nobody else start a job of this owner before this transaction ends."""
    session.execute(select(Owner.id).where(Owner.id == owner_id).with_for_update())
