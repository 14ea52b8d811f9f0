"""Where the tables of a chunk are. Chunks read before have none recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0008"
down_revision = "t0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chunks", sa.Column("tables", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("chunks", "tables")
