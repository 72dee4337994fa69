"""The cost history by epoch."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, BigInt, Id


class Epoch(Base):
    """One finished epoch of a job with every metric."""

    __tablename__ = "epochs"

    job_id: Mapped[Id] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    epoch: Mapped[BigInt] = mapped_column(primary_key=True)
    """Counted from 1."""
    step: Mapped[BigInt]
    """Steps done at its end."""
    seconds: Mapped[float] = mapped_column(Float)
    """Time spent training since the job first started, over all generations."""
    metrics: Mapped[dict[str, Any]]
    """``train_cost``, ``validation_cost``, …, ``learning_rate``, ``gradient_norm``; null where not finite."""
