"""Deletions for good: what was deleted, by whom, and what the search for it found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0009"
down_revision = "t0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("collection", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("last_document_id", sa.Integer, nullable=False),
        sa.Column("last_version_id", sa.Integer, nullable=False),
        sa.Column("last_chunk_id", sa.Integer, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("fingerprints", sa.LargeBinary, nullable=False),
        sa.Column("report", sa.JSON, nullable=True),
        sa.Column("searched_at", sa.DateTime, nullable=True),
    )


def downgrade() -> None:
    op.drop_table("erasures")
