"""Keys: what a request shows to say whose it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.records.base import Base, Code, Id


class ApiKey(Base):
    """A secret, kept as its first characters (to find it) and its SHA-256 (to check it); never the secret itself."""

    __tablename__ = "api_keys"

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[Id] = mapped_column(ForeignKey("owners.id"), index=True)
    kind: Mapped[Code]
    """``api`` for programs, ``login`` for a link that works once, ``session`` for a browser."""
    name: Mapped[str] = mapped_column(String(200))
    prefix: Mapped[str] = mapped_column(String(16), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
