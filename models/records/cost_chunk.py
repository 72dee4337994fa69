"""The cost history by step, in blobs of consecutive steps."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, BigInt, Id


class CostChunk(Base):
    """The steps ``first_step`` up to but not including ``last_step``, a row of the series each.

    ``series`` is little-endian float64 of shape (steps, columns), the columns as ``models.spec.step_columns`` has them.
    A step's number counts the steps done before it, from 0.
    """

    __tablename__ = "cost_chunks"

    job_id: Mapped[Id] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    first_step: Mapped[BigInt] = mapped_column(primary_key=True)
    last_step: Mapped[BigInt]
    series: Mapped[bytes] = mapped_column(LargeBinary)
