"""Events: what happened to a job, in order, for whoever asks why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, Code, Id, Text


class Event(Base):
    """One thing that happened to a job."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_job", "job_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    """SQLite counts by itself only in a column it calls INTEGER."""
    job_id: Mapped[Id] = mapped_column(ForeignKey("jobs.id"))
    at: Mapped[datetime]
    kind: Mapped[Code]
    """Such as ``submitted``, ``state``, ``generation_started``, ``member_lost``, ``checkpoint``, ``restart``."""
    actor: Mapped[Code]
    """``user``, ``service``, a worker's id, or ``reconciler``."""
    message: Mapped[Text]
    details: Mapped[dict[str, Any]]
