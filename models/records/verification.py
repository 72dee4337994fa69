"""Verifications: stretches of ended jobs that are run again and held against what was stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, BigInt, Code, Id, Text


class Verification(Base):
    """The steps ``from_step`` up to but not including ``to_step``, replayed from the checkpoint of the first."""

    __tablename__ = "verifications"

    id: Mapped[Id] = mapped_column(primary_key=True)
    job_id: Mapped[Id] = mapped_column(ForeignKey("jobs.id"), index=True)
    from_step: Mapped[BigInt]
    to_step: Mapped[BigInt]
    state: Mapped[Code] = mapped_column(index=True)
    """``queued``, ``running``, then ``passed``, ``mismatch`` or ``error``."""
    step: Mapped[BigInt]
    """How far the replay has come."""
    checkpoints: Mapped[list[Any]]
    """The steps of the checkpoints that were found to be the same."""
    message: Mapped[Text | None]
    worker_id: Mapped[Id | None]
    lease_until_us: Mapped[BigInt | None]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
