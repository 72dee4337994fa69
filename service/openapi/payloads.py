"""What all answers have in common, and the small ones: written for the description, held against real answers."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")
Number = float | None


class Payload(BaseModel):
    """What all answers have in common: exactly the named fields."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Page(Payload, Generic[Item]):
    """A page of a list; ``next`` is the ``cursor`` of the one after, null on the last."""

    # The source of a page of something is nowhere: its fields cannot have docstrings.
    model_config = ConfigDict(use_attribute_docstrings=False)

    items: list[Item] = Field(description="At most ``limit``.")
    next: str | None = Field(description="Send it back as ``cursor``; null on the last page.")


class Fault(Payload):
    """One thing that is wrong, at a JSON pointer."""

    pointer: str
    """Into the body; a parameter of the address is ``/query/<name>``, a header ``/headers/<name>``."""
    message: str
    """For people: what is wrong and what would be right."""
    code: str
    """For programs: stable."""


class Problem(Payload):
    """Any error (RFC 9457). ``code`` is stable; ``faults`` comes with 422."""

    type: str
    """Always ``about:blank``: ``code`` tells kinds apart."""
    title: str
    """The kind, in few words."""
    status: int
    """The answer's."""
    detail: str
    """What went wrong this time."""
    code: str
    """For programs: stable."""
    faults: list[Fault] = Field(default=[])
    """Every one, all at once."""


class Worker(Payload):
    """A worker process."""

    id: str
    """Made by the service."""
    name: str
    """Its host, or what its settings call it, and its process."""
    host: str
    """The machine it is on."""
    pid: int
    """Its process there."""
    state: Literal["idle", "serving", "draining"]
    """Whether it takes work: a draining one finishes its step and takes no more."""
    job_id: str | None
    """The job it serves, where it is yours; else null."""
    started_at: datetime
    """In UTC."""
    last_seen_at: datetime
    """Its last sign of life, in UTC."""


class Key(Payload):
    """A key without its secret."""

    id: str
    """Made by the service."""
    name: str
    """For people."""
    prefix: str
    """The first eight characters of the secret."""
    created_at: datetime
    """In UTC."""
    last_used_at: datetime | None
    """In UTC, to about a minute; null: never."""


class IssuedKey(Key):
    """A new key; its secret is shown this once."""

    key: str
    """The secret: keep it, only its digest is kept here."""
