"""The first owner, and what the commands beside the service do in its name."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import utc_now
from models.ids import new_id
from models.records import Owner

ADMIN = "admin"


def get_admin(session: Session) -> Owner:
    """The owner that every installation has; made if it is not there yet."""
    owner = session.scalars(select(Owner).where(Owner.name == ADMIN)).one_or_none()
    if owner is None:
        owner = Owner(id=new_id("own"), name=ADMIN, created_at=utc_now())
        session.add(owner)
        session.flush()
    return owner
