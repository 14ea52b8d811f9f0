"""Uploads know their batch, and the job from which a failed file can be queued again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0011"
down_revision = "t0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("batch", sa.String, nullable=False, server_default=""))
    op.add_column("uploads", sa.Column("job", sa.JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("uploads", "job")
    op.drop_column("uploads", "batch")
