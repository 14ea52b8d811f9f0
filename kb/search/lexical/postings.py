"""The word index as it lies in the records: which chunks hold a word, and how often.

Chunk ids fall into blocks of :data:`BLOCK` neighbours. A row of ``postings`` holds the chunks of one block that have
one word; a row of ``word_blocks`` says which chunks the block holds at all, how long they are, in which language and
of which version. New chunks have new ids, so a document touches the last block only, and a question reads one row for
each of its words in each block. These are plain tables, written in the transaction that writes the chunks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.language.detect import Language
from kb.store.database import lock_for_writing
from kb.store.tables.library_tables import ChunkRow, PostingRow, WordBlockRow

__all__ = ["BLOCK", "CHUNK", "OFFSET", "POSTING", "TIMES", "Row", "add", "blocks", "find", "remove_version", "sweep"]

BLOCK = 16_384
# A chunk of a block: its place there (chunk id modulo BLOCK), whether it is in Chinese, how many index words its text
# has, its version.
CHUNK = np.dtype([("offset", "<u2"), ("chinese", "?"), ("length", "<u4"), ("version", "<u4")])
# A posting is one number: the chunk's place in the block (bits 0–15), whether title or headings hold the word (bit 16),
# how often the text does (bits 17–31).
POSTING = np.dtype("<u4")
OFFSET = 0xFFFF
TIMES = 17
_HEADING = 1 << 16
_MOST_TIMES = 0x7FFF
_AT_ONCE = 500  # words named in one statement

Chunks = NDArray[np.void]  # of CHUNK
Entry = tuple[int, Sequence[str], Sequence[str]]  # chunk id, words of the text, words of title and headings
Row = tuple[int, str, bytes]  # block, word, postings


def add(session: Session, version_id: int, entries: Iterable[Entry]) -> None:
    """Add ``(chunk id, words of the text, words of title and headings)`` of one version.

    The chunks stand in the records already, and not yet in the index.
    """
    lock_for_writing(session)
    written = sa.select(ChunkRow.id, ChunkRow.language).where(ChunkRow.version_id == version_id)
    languages = {row.id: row.language for row in session.execute(written)}
    by_block: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_block[entry[0] // BLOCK].append(entry)
    for block, inside in by_block.items():
        rows = [
            (chunk_id % BLOCK, languages[chunk_id] != Language.ENGLISH.value, len(body), version_id)
            for chunk_id, body, _ in inside
        ]
        _add_chunks(session, block, np.array(rows, dtype=CHUNK))
        _add_postings(session, block, inside)


def _add_chunks(session: Session, block: int, chunks: Chunks) -> None:
    row = session.get(WordBlockRow, block)
    if row is None:
        session.add(WordBlockRow(block=block, chunks=chunks.tobytes()))
        return
    held = np.frombuffer(row.chunks, dtype=CHUNK)
    if np.isin(chunks["offset"], held["offset"]).any():
        raise ValueError(f"chunks of block {block} are in the word index already")
    row.chunks += chunks.tobytes()


def _add_postings(session: Session, block: int, entries: Sequence[Entry]) -> None:
    new: dict[str, list[int]] = defaultdict(list)
    for chunk_id, body, heading in entries:
        offset, above = chunk_id % BLOCK, set(heading)
        for word, times in Counter(body).items():
            new[word].append(offset | (_HEADING if word in above else 0) | min(times, _MOST_TIMES) << TIMES)
        for word in above.difference(body):
            new[word].append(offset | _HEADING)
    held = {word: postings for _, word, postings in find(session, [block], list(new))}
    fresh: list[dict[str, Any]] = []
    longer: list[dict[str, Any]] = []
    for word in sorted(new):  # in the order of the key: neighbours in the file
        postings = held.get(word, b"") + np.array(new[word], dtype=POSTING).tobytes()
        (longer if word in held else fresh).append({"block": block, "word": word, "postings": postings})
    if fresh:
        session.execute(sa.insert(PostingRow), fresh)
    if longer:
        session.execute(sa.update(PostingRow), longer)


def remove_version(session: Session, version_id: int) -> None:
    """Remove all words of a version's chunks."""
    _remove(session, lambda _block, chunks: chunks["version"] == version_id)


def sweep(session: Session) -> None:
    """Remove the words of chunks that are not in the records."""
    there = np.fromiter(session.scalars(sa.select(ChunkRow.id)), dtype=np.int64)
    _remove(session, lambda block, chunks: ~np.isin(_ids(block, chunks), there))


def _remove(session: Session, choose: Callable[[int, Chunks], NDArray[np.bool_]]) -> None:
    """Remove the chunks that ``choose`` marks among those of a block."""
    lock_for_writing(session)
    for block, blob in blocks(session).items():
        chunks = np.frombuffer(blob, dtype=CHUNK)
        marked = choose(block, chunks)
        if marked.all():
            session.execute(sa.delete(PostingRow).where(PostingRow.block == block))
            session.execute(sa.delete(WordBlockRow).where(WordBlockRow.block == block))
        elif marked.any():
            _remove_postings(session, block, chunks["offset"][marked])
            session.get_one(WordBlockRow, block).chunks = chunks[~marked].tobytes()


def _remove_postings(session: Session, block: int, offsets: NDArray[np.uint16]) -> None:
    gone = np.zeros(OFFSET + 1, dtype=np.bool_)
    gone[offsets] = True
    shorter: list[dict[str, Any]] = []
    empty: list[str] = []
    query = sa.select(PostingRow.word, PostingRow.postings).where(PostingRow.block == block)
    for word, blob in session.execute(query).all():
        postings = np.frombuffer(blob, dtype=POSTING)
        left = ~gone[postings & OFFSET]
        if not left.any():
            empty.append(word)
        elif not left.all():
            shorter.append({"block": block, "word": word, "postings": postings[left].tobytes()})
    if shorter:
        session.execute(sa.update(PostingRow), shorter)
    for start in range(0, len(empty), _AT_ONCE):
        words = PostingRow.word.in_(empty[start : start + _AT_ONCE])
        session.execute(sa.delete(PostingRow).where(PostingRow.block == block, words))


def _ids(block: int, chunks: Chunks) -> NDArray[np.int64]:
    return chunks["offset"].astype(np.int64) + block * BLOCK


def chunk_ids(session: Session) -> set[int]:
    """Return the ids of all indexed chunks."""
    found = (_ids(block, np.frombuffer(blob, dtype=CHUNK)) for block, blob in blocks(session).items())
    return {int(one) for ids in found for one in ids}


def blocks(session: Session) -> dict[int, bytes]:
    """Return the chunks of each block: records of :data:`CHUNK`."""
    query = sa.select(WordBlockRow.block, WordBlockRow.chunks).order_by(WordBlockRow.block)
    return {row.block: row.chunks for row in session.execute(query)}


# Bound parameters: SQLAlchemy would look at each word of a plain list first, which costs more than the search.
_FIND = sa.select(PostingRow.block, PostingRow.word, PostingRow.postings).where(
    PostingRow.block.in_(sa.bindparam("blocks", expanding=True)),
    PostingRow.word.in_(sa.bindparam("words", expanding=True)),
)


def find(session: Session, among: Sequence[int], words: Sequence[str]) -> Iterator[Row]:
    """Yield ``(block, word, postings)`` of each word in each of the blocks ``among``; postings: :data:`POSTING`."""
    for start in range(0, len(words), _AT_ONCE):
        yield from session.execute(_FIND, {"blocks": among, "words": words[start : start + _AT_ONCE]})
