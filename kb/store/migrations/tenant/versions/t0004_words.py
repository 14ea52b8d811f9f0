"""The word index as plain tables; the words of the FTS5 table before it are moved over.

The format is the one of this revision, copied here on purpose: ``kb.search.lexical.postings`` may go on to another.
Chunk ids fall into blocks of 16,384 neighbours. A row of ``word_blocks`` holds a record for each chunk of a block, a
row of ``postings`` a number for each chunk of the block that has the word.
"""

from __future__ import annotations

import struct
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "t0004"
down_revision = "t0003"
branch_labels = None
depends_on = None

BLOCK = 16_384
# Little-endian: the chunk's place in the block, whether it is not in English, index words of its text, its version.
CHUNK = struct.Struct("<H?II")
# A posting, 32 bits little-endian: the chunk's place in the block (bits 0-15), whether title or headings hold the word
# (bit 16), how often the text does (bits 17-31).
HEADING = 1 << 16
TIMES = 17
MOST_TIMES = 0x7FFF
FTS5_TOKENIZE = "ascii tokenchars '.-@_/%+&'"

WORDS = sa.text(
    "SELECT chunks.id, chunks.version_id, chunks.language, body, heading "
    "FROM chunks JOIN chunk_words ON chunk_words.rowid = chunks.id "
    "WHERE chunks.id >= :first AND chunks.id < :end ORDER BY chunks.version_id, chunks.id"
)


def upgrade() -> None:
    word_blocks = op.create_table(
        "word_blocks",
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("chunks", sa.LargeBinary, nullable=False),
    )
    postings = op.create_table(
        "postings",
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("word", sa.String, primary_key=True),
        sa.Column("postings", sa.LargeBinary, nullable=False),
    )
    for block, chunks, words in _blocks(op.get_bind()):
        op.bulk_insert(word_blocks, [{"block": block, "chunks": chunks}])
        op.bulk_insert(postings, [{"block": block, "word": word, "postings": words[word]} for word in sorted(words)])
    op.drop_table("chunk_words")


def _blocks(connection: sa.Connection) -> Iterator[tuple[int, bytes, dict[str, bytes]]]:
    """Yield ``(block, records of its chunks, postings by word)``."""
    last = connection.scalar(sa.text("SELECT max(id) FROM chunks")) or 0
    for block in range(last // BLOCK + 1):
        first = block * BLOCK
        rows = connection.execute(WORDS, {"first": first, "end": first + BLOCK}).all()
        if rows:
            yield block, b"".join(map(_record, rows)), _postings(rows)


def _record(row: Any) -> bytes:
    return CHUNK.pack(row.id % BLOCK, row.language != "en", len(row.body.split()), row.version_id)


def _postings(rows: Sequence[Any]) -> dict[str, bytes]:
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for row in rows:
        offset, above = row.id % BLOCK, set(row.heading.split())
        times = Counter(row.body.split())
        for word in times.keys() | above:
            heading = HEADING if word in above else 0
            found[word].append(offset | heading | min(times[word], MOST_TIMES) << TIMES)
    return {word: struct.pack(f"<{len(numbers)}I", *numbers) for word, numbers in found.items()}


def downgrade() -> None:
    op.drop_table("postings")
    op.drop_table("word_blocks")
    # empty: `kb rebuild` fills it
    op.execute(
        f'CREATE VIRTUAL TABLE chunk_words USING fts5(body, heading, version_id UNINDEXED, tokenize="{FTS5_TOKENIZE}")'
    )
