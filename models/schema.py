"""Which revision of the tables this version of the code works with."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

REVISION: Final = "0008"
"""The newest migration's number; a test holds the two equal."""


def found_revision(session: Session) -> str | None:
    """The revision the database is at, or None when it was never migrated."""
    try:
        found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    except (OperationalError, ProgrammingError):
        return None
    return found
