"""A page of an owner's jobs, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from models.records import Job
from models.states import JobState
from service.query import Query


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs are wanted. ``cursor`` is the id of the last job of the page before."""

    states: tuple[str, ...] = ()
    name: str | None = None
    label: tuple[str, str] | None = None
    cursor: str | None = None
    limit: int = 50


def read_filter(query: Query) -> Filter:
    """``state`` (several by commas), ``name`` (a part of it), ``label`` (key:value), ``cursor``, ``limit``.

    Raises:
        ValidationFailed: with every fault.
    """
    states = tuple(filter(None, (query.text("state") or "").split(",")))
    for state in states:
        if state not in list(JobState):
            query.fault("state", f"there is no state {state!r}; there are {', '.join(JobState)}", "unknown_choice")
    label = query.text("label")
    key, colon, value = (label or "").partition(":")
    if label and not (key and colon):
        query.fault("label", f"{label!r} is not of the form key:value")
    name, cursor, limit = query.text("name"), query.text("cursor"), query.limit()
    query.check()
    return Filter(states, name, (key, value) if label else None, cursor, limit)


def list_jobs(session: Session, owner_id: str, wanted: Filter) -> tuple[list[Job], str | None]:
    """The page, and the cursor of the next one if there is one."""
    statement = select(Job).where(Job.owner_id == owner_id).options(defer(Job.preprocessing), defer(Job.report))
    if wanted.states:
        statement = statement.where(Job.state.in_(wanted.states))
    if wanted.name:
        statement = statement.where(Job.name.icontains(wanted.name, autoescape=True))
    if wanted.label:
        key, value = wanted.label
        statement = statement.where(Job.labels[key].as_string() == value)
    if wanted.cursor:
        statement = statement.where(Job.id < wanted.cursor)
    found = list(session.scalars(statement.order_by(Job.id.desc()).limit(wanted.limit + 1)))
    page = found[: wanted.limit]
    return page, page[-1].id if len(found) > wanted.limit else None
