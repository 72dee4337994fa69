"""What all tables share: their types and the names of their constraints."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, MetaData, String
from sqlalchemy.orm import DeclarativeBase, mapped_column

from models.database import UtcTime

Id = Annotated[str, mapped_column(String(40))]
"""A prefixed identifier that sorts by creation."""

Code = Annotated[str, mapped_column(String(40))]
"""A short word from a closed list."""

Text = Annotated[str, mapped_column(String(2000))]
"""A sentence for a person."""

BigInt = Annotated[int, mapped_column(BigInteger)]
"""A count that may pass two thousand million."""


class Base(DeclarativeBase):
    """The root of all records. Constraints have names, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - as SQLAlchemy declares it
