"""A collection may name whom to ask about its documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0012"
down_revision = "t0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("collections", sa.Column("contact", sa.String, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("collections", "contact")
