"""Datasets: tables converted once, at upload, to a matrix that workers map."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, BigInt, Id


class Dataset(Base):
    """One table; its row-major ``.npy`` matrix lies in the artifact store under ``artifact``."""

    __tablename__ = "datasets"

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[Id] = mapped_column(ForeignKey("owners.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[BigInt]
    columns: Mapped[list[Any]]
    """A dictionary a column: name, kind, missing, levels, min, max, mean, distinct."""
    artifact: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size_bytes: Mapped[BigInt]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
