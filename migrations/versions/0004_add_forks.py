"""Add which job and step a job was forked from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("forked_from_job", sa.String(40), nullable=True))
    op.add_column("jobs", sa.Column("forked_from_step", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "forked_from_step")
    op.drop_column("jobs", "forked_from_job")
