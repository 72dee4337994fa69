"""Generations: the gangs that served a job, one after the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, BigInt, Code, Id, Text


class Generation(Base):
    """One gang, from forming to its end. Its number is the fence it was founded with."""

    __tablename__ = "generations"

    job_id: Mapped[Id] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[Code]
    """``forming``, then ``running``, then ``ended``."""
    memory_domain: Mapped[str] = mapped_column(String(64))
    """Names the folder of shared memory the gang lives in: workers of another one cannot join."""
    segment: Mapped[str] = mapped_column(String(200))
    """The segment's file name in that folder."""
    fingerprint: Mapped[dict[str, Any]]
    start_step: Mapped[BigInt | None]
    founded_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[Text | None]
