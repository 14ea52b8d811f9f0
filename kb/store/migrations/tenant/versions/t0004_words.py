"""The word index as plain tables; the words of the FTS5 table before it are moved over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from kb.language.words import FTS5_TOKENIZE
from kb.search.lexical import postings

revision = "t0004"
down_revision = "t0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "word_blocks",
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("chunks", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "postings",
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("word", sa.String, primary_key=True),
        sa.Column("postings", sa.LargeBinary, nullable=False),
    )
    _move(Session(op.get_bind()))
    op.drop_table("chunk_words")


def _move(session: Session) -> None:
    versions = session.scalars(sa.text("SELECT DISTINCT version_id FROM chunks ORDER BY version_id")).all()
    for version in versions:
        query = sa.text(
            "SELECT chunks.id, body, heading FROM chunks JOIN chunk_words ON chunk_words.rowid = chunks.id "
            "WHERE chunks.version_id = :version ORDER BY chunks.id"
        )
        rows = session.execute(query, {"version": version}).all()
        postings.add(session, version, [(int(row[0]), row[1].split(), row[2].split()) for row in rows])
        session.flush()


def downgrade() -> None:
    op.drop_table("postings")
    op.drop_table("word_blocks")
    # empty: `kb rebuild` fills it
    op.execute(
        f'CREATE VIRTUAL TABLE chunk_words USING fts5(body, heading, version_id UNINDEXED, tokenize="{FTS5_TOKENIZE}")'
    )
