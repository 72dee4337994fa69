"""The story of a job: everything that happened to it, oldest first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.records import Event


def read_events(session: Session, job_id: str, after: int, limit: int) -> list[Event]:
    """The events that follow the one of id ``after``."""
    statement = select(Event).where(Event.job_id == job_id, Event.id > after).order_by(Event.id).limit(limit)
    return list(session.scalars(statement))


def event_payload(event: Event) -> dict[str, Any]:
    """As the API shows it."""
    return {
        "id": event.id,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "actor": event.actor,
        "message": event.message,
        "details": event.details,
    }
