"""Members: the workers of each generation, and the shards they held."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, BigInt, Code, Id, Text


class Member(Base):
    """One worker in one generation. Without a rank it has come too late and waits for the next one."""

    __tablename__ = "members"
    __table_args__ = (
        ForeignKeyConstraint(["job_id", "generation"], ["generations.job_id", "generations.number"]),
        Index("ix_members_generation", "job_id", "generation"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    job_id: Mapped[Id]
    generation: Mapped[int]
    worker_id: Mapped[Id] = mapped_column(ForeignKey("workers.id"), index=True)
    state: Mapped[Code]
    """``joined``, ``active`` or ``left``."""
    rank: Mapped[int | None]
    """0 is the leader."""
    first_shard: Mapped[int | None]
    last_shard: Mapped[int | None]
    """One past the last shard it held."""
    speed: Mapped[float | None] = mapped_column(Float)
    """Shards a second as last measured, the fastest member of the gang 1; None while nothing is known."""
    lease_until_us: Mapped[BigInt]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    left_reason: Mapped[Text | None]
