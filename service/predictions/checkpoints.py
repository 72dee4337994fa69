"""The kept states of a job."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.records import Checkpoint


def list_checkpoints(session: Session, job_id: str, after: int, limit: int) -> list[Checkpoint]:
    """Those of a later step than ``after``, by step."""
    statement = select(Checkpoint).where(Checkpoint.job_id == job_id, Checkpoint.step > after)
    return list(session.scalars(statement.order_by(Checkpoint.step).limit(limit)))


def newest_checkpoint(session: Session, job_id: str) -> Checkpoint | None:
    """The one of the most steps."""
    statement = select(Checkpoint).where(Checkpoint.job_id == job_id).order_by(Checkpoint.step.desc()).limit(1)
    return session.scalars(statement).one_or_none()


def kept_steps(session: Session, job_id: str) -> list[int]:
    """The steps there is a checkpoint of."""
    return list(session.scalars(select(Checkpoint.step).where(Checkpoint.job_id == job_id).order_by(Checkpoint.step)))


def checkpoint_payload(checkpoint: Checkpoint) -> dict[str, Any]:
    """As the API shows it; ``kind`` is ``pinned`` for those that are never thrown away."""
    return {
        "step": checkpoint.step,
        "epoch": checkpoint.epoch,
        "kind": "pinned" if checkpoint.pinned else "kept",
        "size_bytes": checkpoint.size_bytes,
        "sha256": checkpoint.sha256,
        "created_at": checkpoint.created_at.isoformat(),
    }
