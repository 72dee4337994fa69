"""Who datasets, jobs and keys belong to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, Id


class Owner(Base):
    """A person or team."""

    __tablename__ = "owners"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    max_queued_jobs: Mapped[int | None]
    """How many of its jobs may wait at a time; null for any number."""
    max_running_jobs: Mapped[int | None]
    """How many may be served at a time; null for any number."""
    created_at: Mapped[datetime]
