"""Add the report that a job ends with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("report", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "report")
