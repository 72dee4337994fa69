"""Checkpoints: the states of a run that can be gone back to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, BigInt, Id


class Checkpoint(Base):
    """The whole state after ``step`` steps. The row is written after the file is safe on disk."""

    __tablename__ = "checkpoints"

    job_id: Mapped[Id] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    step: Mapped[BigInt] = mapped_column(primary_key=True)
    epoch: Mapped[BigInt]
    fence: Mapped[int]
    artifact: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[BigInt]
    pinned: Mapped[bool] = mapped_column(Boolean)
    """The first and the last of a job are never thrown away."""
    created_at: Mapped[datetime]
