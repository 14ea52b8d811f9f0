"""Which documents, and which of their chunks, say the same in the other language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0006"
down_revision = "t0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "twins",
        _key("chinese_id", "documents"),
        _key("english_id", "documents"),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
    )
    op.create_index("ix_twins_english_id", "twins", ["english_id"])
    op.create_table("twin_chunks", _key("chunk_id", "chunks"), _key("twin_id", "chunks"))
    op.create_index("ix_twin_chunks_twin_id", "twin_chunks", ["twin_id"])
    op.create_table("twins_sought", _key("version_id", "versions"))


def _key(name: str, table: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=True)


def downgrade() -> None:
    op.drop_table("twins_sought")
    op.drop_table("twin_chunks")
    op.drop_table("twins")
