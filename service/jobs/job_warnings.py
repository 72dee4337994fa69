"""The warnings of a job: events of its story, and part of the answer to who submits it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import Fault
from models.lifecycle import record_event
from models.records import Event

_KIND = "warning"


def record_warnings(session: Session, job_id: str, warnings: Iterable[Fault]) -> None:
    """Add an event for each."""
    for warning in warnings:
        message = f"{warning.pointer}: {warning.message}"
        record_event(session, job_id, _KIND, "service", message, pointer=warning.pointer, code=warning.code)


def recorded_warnings(session: Session, job_id: str) -> list[dict[str, Any]]:
    """As they were when the job was accepted: pointer, message, code."""
    of_job = select(Event).where(Event.job_id == job_id, Event.kind == _KIND).order_by(Event.id)
    return [
        {**event.details, "message": event.message.removeprefix(f"{event.details['pointer']}: ")}
        for event in session.scalars(of_job)
    ]


def render_warnings(warnings: Iterable[Fault]) -> list[dict[str, Any]]:
    """Those of a job that is only planned."""
    return [asdict(warning) for warning in warnings]
