"""Add how many members make a job faster, as measured, and what the measurement is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("useful_members", sa.Integer(), nullable=True))
    op.add_column("jobs", sa.Column("useful_until_us", sa.BigInteger(), nullable=True))
    op.add_column("jobs", sa.Column("size_trial", sa.JSON(), nullable=True))


def downgrade() -> None:
    for column in ("size_trial", "useful_until_us", "useful_members"):
        op.drop_column("jobs", column)
