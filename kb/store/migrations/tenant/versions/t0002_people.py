"""What people do: rights, conversations, feedback, uploads, glossary, settings, audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "t0002"
down_revision = "t0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("documents", sa.Column("owner", sa.String, nullable=False, server_default=""))
    op.add_column("documents", sa.Column("review_on", sa.Date, nullable=True))
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False, index=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, nullable=True, index=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("collections", sa.JSON, nullable=True),
        sa.Column("as_of", sa.Date, nullable=True),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "glossary",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("written", sa.String, nullable=False),
        sa.Column("colloquial", sa.String, nullable=False),
        sa.Column("english", sa.String, nullable=False),
        sa.Column("abbreviations", sa.String, nullable=False),
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("job_id", sa.String, nullable=False, unique=True),
        sa.Column("collection", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False, index=True),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=True),
        sa.Column("error", sa.JSON, nullable=True),
        sa.Column("document_id", sa.Integer, nullable=True),
        sa.Column("uploaded_by", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("finished_at", sa.DateTime, nullable=True),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.UniqueConstraint("collection_id", "subject"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "conversation_id",
            sa.Integer,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False, index=True),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("ms", sa.Double, nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "collection_id", sa.Integer, sa.ForeignKey("collections.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("question", sa.String, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("message_id", sa.Integer, sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("verdict", sa.Integer, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
        sa.Column("given_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "feedback",
        "suggestions",
        "messages",
        "grants",
        "uploads",
        "settings",
        "glossary",
        "conversations",
        "audit",
    ):
        op.drop_table(table)
    op.drop_column("documents", "review_on")
    op.drop_column("documents", "owner")
