"""Workers: the processes that could serve a job."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, BigInt, Code, Id


class Worker(Base):
    """One prefork child of a Celery worker. A row outlives its process by a day, for the record."""

    __tablename__ = "workers"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    host: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int]
    memory_domain: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[Code]
    """``idle``, ``serving``, ``draining`` or ``gone``."""
    job_id: Mapped[Id | None]
    lease_until_us: Mapped[BigInt]
    """An idle worker renews this too: past it, nobody counts on the worker."""
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
