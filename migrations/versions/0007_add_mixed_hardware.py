"""Add from which step on workers of different arithmetic served a job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("mixed_since_step", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "mixed_since_step")
