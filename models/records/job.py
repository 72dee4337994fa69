"""Jobs: what was asked for, where it stands, and who holds it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, BigInt, Code, Id, Text


class Job(Base):
    """One training run somebody asked for.

    ``fence`` is the number of the newest generation: every write a worker makes for the job carries the
    number its generation was founded with and is refused when this one is larger.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_queue", "state", "priority", "id"),
        Index("uq_jobs_idempotency", "owner_id", "idempotency_key", unique=True),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[Id] = mapped_column(ForeignKey("owners.id"))
    dataset_id: Mapped[Id] = mapped_column(ForeignKey("datasets.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    labels: Mapped[dict[str, Any]]
    priority: Mapped[int]
    workers_min: Mapped[int]
    workers_max: Mapped[int]
    spec: Mapped[dict[str, Any]]
    """The resolved spec, as accepted; name, labels, priority and workers above may change later, it does not."""
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    request_sha256: Mapped[str] = mapped_column(String(64))

    state: Mapped[Code] = mapped_column(index=True)
    reason: Mapped[Code | None]
    message: Mapped[Text | None]
    fence: Mapped[int] = mapped_column(default=0)
    lease_until_us: Mapped[BigInt | None]
    restarts: Mapped[int] = mapped_column(default=0)
    """Generations that ended against their will."""
    attempts_without_progress: Mapped[int] = mapped_column(default=0)
    attempt_step: Mapped[BigInt] = mapped_column(default=0)
    """The step that the newest generation started from: less than ``step`` when it made progress."""

    step: Mapped[BigInt] = mapped_column(default=0)
    epoch: Mapped[BigInt] = mapped_column(default=0)
    steps_total: Mapped[BigInt]
    samples_per_second: Mapped[float | None] = mapped_column(Float)
    eta_seconds: Mapped[float | None] = mapped_column(Float)
    latest: Mapped[dict[str, Any] | None]
    best: Mapped[dict[str, Any] | None]
    preprocessing: Mapped[dict[str, Any] | None]
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    """Of the workers that began it."""
    mixed_since_step: Mapped[BigInt | None]
    """From this step on workers of other fingerprints served too, so that the bits depend on who did; mostly None."""
    useful_members: Mapped[int | None]
    """More than so many do not make it faster: measured, and believed until ``useful_until_us``."""
    useful_until_us: Mapped[BigInt | None]
    size_trial: Mapped[dict[str, Any] | None]
    """What the larger gang made, ``members`` and ``steps_per_second``, while a smaller one is tried."""
    weights_sha256: Mapped[str | None] = mapped_column(String(64))
    report: Mapped[dict[str, Any] | None]
    """How the kept weights do on the validation rows, class by class; None before the end, and for a regression."""

    forked_from_job: Mapped[str | None] = mapped_column(String(40))
    """The job whose state this one goes on from; history and first checkpoint are copies of that one's."""
    forked_from_step: Mapped[BigInt | None]

    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
