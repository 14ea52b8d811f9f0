"""The first tenant schema: collections, documents, versions, sections, chunks, amendments, words."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "t0001"
down_revision = None
branch_labels = None
depends_on = None

# The index words of this revision hold these marks; every non-ASCII byte is kept.
FTS5_TOKENIZE = "ascii tokenchars '.-@_/%+&'"


def _column(name: str, kind: Any, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null)


def _reference(name: str, target: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(target), nullable=False, index=True)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def upgrade() -> None:
    op.create_table(
        "collections",
        _id(),
        sa.Column("slug", sa.String, nullable=False, unique=True),
        _column("name", sa.String),
        _column("model", sa.String),
        _column("created_at", sa.DateTime),
    )
    op.create_table(
        "documents",
        _id(),
        _reference("collection_id", "collections.id"),
        _column("name", sa.String),
        _column("title", sa.String),
        _column("language", sa.String),
        _column("published_version_id", sa.Integer, null=True),
        _column("created_at", sa.DateTime),
        sa.UniqueConstraint("collection_id", "name"),
    )
    op.create_table(
        "versions",
        _id(),
        _reference("document_id", "documents.id"),
        _column("number", sa.Integer),
        _column("state", sa.String),
        sa.Column("sha256", sa.String, nullable=False, index=True),
        _column("size_bytes", sa.Integer),
        _column("title", sa.String),
        _column("language", sa.String),
        _column("page_count", sa.Integer, null=True),
        _column("issued", sa.Date, null=True),
        _column("effective_from", sa.Date, null=True),
        _column("effective_to", sa.Date, null=True),
        _column("notes", sa.JSON),
        _column("created_at", sa.DateTime),
        sa.UniqueConstraint("document_id", "number"),
    )
    _parts_of_a_version()
    # Words are space-joined index words (kb.language.words): the tokenizer only splits at spaces.
    op.execute(
        f'CREATE VIRTUAL TABLE chunk_words USING fts5(body, heading, version_id UNINDEXED, tokenize="{FTS5_TOKENIZE}")'
    )


def _parts_of_a_version() -> None:
    op.create_table(
        "sections",
        _id(),
        _reference("version_id", "versions.id"),
        _column("ordinal", sa.Integer),
        _column("parent", sa.Integer, null=True),
        _column("level", sa.Integer),
        _column("clause", sa.String, null=True),
        _column("heading", sa.String),
        _column("page", sa.Integer, null=True),
    )
    op.create_table(
        "chunks",
        _id(),
        _reference("version_id", "versions.id"),
        _column("ordinal", sa.Integer),
        _column("section", sa.Integer, null=True),
        _column("kind", sa.String),
        sa.Column("language", sa.String, nullable=False, index=True),
        _column("clause", sa.String, null=True),
        _column("heading_path", sa.JSON),
        _column("text", sa.String),
        _column("clauses", sa.JSON),
        _column("pages", sa.JSON),
        _column("page_starts", sa.JSON),
        _column("boxes", sa.JSON),
        _column("tokens", sa.Integer),
        _column("vector", sa.LargeBinary),
    )
    op.create_table(
        "amendments",
        _id(),
        _reference("version_id", "versions.id"),
        _column("document_hint", sa.String, null=True),
        _column("clause", sa.String, null=True),
        _column("effective_from", sa.Date, null=True),
    )


def downgrade() -> None:
    for table in ("chunk_words", "amendments", "chunks", "sections", "versions", "documents", "collections"):
        op.drop_table(table)
