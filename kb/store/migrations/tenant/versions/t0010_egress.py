"""The log of what is sent to a language model."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0010"
down_revision = "t0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "egress",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("error", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("left", sa.Boolean, nullable=False),
        sa.Column("collections", sa.JSON, nullable=False),
        sa.Column("version_ids", sa.JSON, nullable=False),
        sa.Column("sent", sa.JSON, nullable=False),
        sa.Column("typed", sa.JSON, nullable=False),
        sa.Column("masked", sa.JSON, nullable=False),
        sa.Column("tokens", sa.Integer),
        sa.Column("erased", sa.Boolean, nullable=False),
    )
    op.create_index("ix_egress_at", "egress", ["at"])


def downgrade() -> None:
    op.drop_table("egress")
