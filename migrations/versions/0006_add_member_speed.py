"""Add how fast each member of a gang computes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("members", sa.Column("speed", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("members", "speed")
