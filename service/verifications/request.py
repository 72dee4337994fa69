"""From a wish for proof to a verification in the queue."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.database import utc_now
from models.errors import Conflict, Fault, NotFound, ValidationFailed
from models.ids import new_id
from models.job_datasets import check_job_datasets
from models.lifecycle import record_event
from models.records import CostChunk, Job, Verification
from models.spec.base import SpecPart
from models.spec.faults import faults_of
from models.states import TERMINAL
from service.predictions.checkpoints import kept_steps

_OPEN = ("queued", "running")


class VerificationRequest(SpecPart):
    """Which stretch of a job is to be run again."""

    from_step: int | None = Field(default=None, ge=0)
    """Of a kept checkpoint; null means the newest before ``to_step``."""
    to_step: int | None = Field(default=None, ge=1)
    """Null means the job's last."""


def parse_request(document: Any) -> VerificationRequest:
    """Check a request by itself.

    Raises:
        ValidationFailed: with every fault.
    """
    try:
        return VerificationRequest.model_validate(document)
    except ValidationError as error:
        raise ValidationFailed(faults_of(error, document, VerificationRequest)) from None


def enqueue_verification(session: Session, job: Job, request: VerificationRequest) -> tuple[Verification, bool]:
    """Add it, or find the one that is on its way for the same stretch; and whether it is new.

    The caller has the job's row locked.

    Raises:
        Conflict: the job has not ended, or another stretch of it is being verified.
        DatasetDeleted: its rows are gone.
        ValidationFailed: there is no such stretch.
    """
    if job.state not in TERMINAL:
        raise Conflict(f"job {job.id} is {job.state}: it can be verified once it has ended")
    check_job_datasets(session, job)
    first, last = _stretch(session, job, request)
    statement = select(Verification).where(Verification.job_id == job.id, Verification.state.in_(_OPEN))
    on_its_way = session.scalars(statement).first()
    if on_its_way is not None:
        if (on_its_way.from_step, on_its_way.to_step) == (first, last):
            return on_its_way, False
        raise Conflict(f"verification {on_its_way.id} of job {job.id} is {on_its_way.state}: wait for its end")
    verification = Verification(
        id=new_id("ver"),
        job_id=job.id,
        from_step=first,
        to_step=last,
        state="queued",
        step=first,
        checkpoints=[],
        attempts=0,
        created_at=utc_now(),
    )
    session.add(verification)
    message = f"steps {first} to {last} are to be run again"
    record_event(session, job.id, "verification_queued", "user", message, verification=verification.id)
    session.flush()
    return verification, True


def list_verifications(session: Session, job_id: str) -> list[Verification]:
    """Of a job, the newest first."""
    statement = select(Verification).where(Verification.job_id == job_id)
    return list(session.scalars(statement.order_by(Verification.id.desc())))


def get_verification(session: Session, job_id: str, verification_id: str) -> Verification:
    """One of a job's. Raises NotFound."""
    found = session.get(Verification, verification_id)
    if found is None or found.job_id != job_id:
        raise NotFound("verification", verification_id)
    return found


def verification_payload(verification: Verification) -> dict[str, Any]:
    """As the API shows it."""
    started, finished = verification.started_at, verification.finished_at
    return {
        "id": verification.id,
        "job": verification.job_id,
        "from_step": verification.from_step,
        "to_step": verification.to_step,
        "state": verification.state,
        "step": verification.step,
        "checkpoints": verification.checkpoints,
        "message": verification.message,
        "created_at": verification.created_at.isoformat(),
        "started_at": started.isoformat() if started else None,
        "finished_at": finished.isoformat() if finished else None,
    }


def _stretch(session: Session, job: Job, request: VerificationRequest) -> tuple[int, int]:
    end = session.scalar(select(func.max(CostChunk.last_step)).where(CostChunk.job_id == job.id)) or 0
    if end == 0:
        raise Conflict(f"job {job.id} ended before its first step: there is nothing to verify")
    last = request.to_step or end
    mixed = job.mixed_since_step
    if mixed is not None and last > mixed:
        raise Conflict(
            f"workers of different arithmetic served job {job.id} from step {mixed} on: "
            "what follows cannot be run again to the same bits; an earlier stretch can, with to_step"
        )
    if last > end:
        raise ValidationFailed([Fault("/to_step", f"the job ended after step {end}", "beyond_the_end")])
    kept = [step for step in kept_steps(session, job.id) if step < last]
    first = request.from_step if request.from_step is not None else max(kept, default=-1)
    if first not in kept:
        steps = ", ".join(map(str, kept)) or "none"
        message = f"no checkpoint of such a step before {last} is kept; there are: {steps}"
        raise ValidationFailed([Fault("/from_step", message, "unknown_step")])
    return first, last
