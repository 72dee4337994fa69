"""What all answers have in common, and the small ones: written for the description, held against real answers."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")
Number = float | None


class Payload(BaseModel):
    """What all answers have in common: exactly the named fields."""

    model_config = ConfigDict(extra="forbid")


class Page(Payload, Generic[Item]):
    """A page of a list; ``next`` is the ``cursor`` of the one after, null on the last."""

    items: list[Item]
    next: str | None


class Fault(Payload):
    """One thing that is wrong, at a JSON pointer."""

    pointer: str
    message: str
    code: str


class Problem(Payload):
    """Any error (RFC 9457). ``code`` is stable; ``faults`` comes with 422."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    faults: list[Fault] = Field(default=[])


class Worker(Payload):
    """A worker process."""

    id: str
    name: str
    host: str
    pid: int
    state: Literal["idle", "serving", "draining"]
    job_id: str | None
    started_at: datetime
    last_seen_at: datetime


class Key(Payload):
    """A key without its secret."""

    id: str
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None


class IssuedKey(Key):
    """A new key; its secret is shown this once."""

    key: str
