"""Add how many jobs an owner may have at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("owners", sa.Column("max_queued_jobs", sa.Integer(), nullable=True))
    op.add_column("owners", sa.Column("max_running_jobs", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("owners", "max_running_jobs")
    op.drop_column("owners", "max_queued_jobs")
