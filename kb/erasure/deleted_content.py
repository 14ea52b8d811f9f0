"""What is searched for when versions of documents are deleted: their text, names, titles, vectors and originals.

What also stands in a document that stays, or in words that the organisation wrote itself (glossary, cards, names of
collections), is no trace of the deleted one. It is found out when something was found, because it costs a pass over the
library.
"""

from __future__ import annotations

import json
import secrets
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.erasure.fingerprints import PIECE, ContentKind, Fingerprints, Hasher, Pieces, Stream, quantised
from kb.language.script import to_simplified
from kb.library.documents import Library
from kb.search.models.encoder import decode_vector
from kb.store import blobs
from kb.store.tables.activity_tables import AuditRow, GlossaryRow, SettingRow
from kb.store.tables.library_tables import (
    ChunkRow,
    CollectionRow,
    DocumentRow,
    SectionRow,
    SentenceVectorsRow,
    VersionRow,
)

__all__ = ["DeletedContent", "of_versions", "shared_with_others", "stored_content", "strings_in"]

# JSON writes a Chinese character as \uXXXX: six bytes.
_ESCAPED_PIECE = 2 * PIECE
_STRIDE = 12
# Fingerprints of this process have one key, so that several deletions are searched for in one pass.
_KEY = secrets.token_bytes(16)
# Pieces that are stored for later searches are far apart: who has them cannot put the text together again.
_STORED_STRIDE, _MOST_STORED = 4 * PIECE, 200
# Shorter names and texts are ordinary words.
_SHORTEST_NAME, _SHORTEST_TEXT = 8, 12
# Of a text shorter than a piece its beginning is taken, in one of these lengths: each costs time in a search.
_LENGTHS = (8, 12, 18, 24, 30, PIECE, 48, _ESCAPED_PIECE)
_STEPS_PIECE, _STEPS_PLACES = 24, (0, 24, 48, 72)
_ORIGINAL_PIECES = 400
# A piece with fewer different bytes is a line of dots or a row of zeros.
_DIFFERENT_BYTES = 8
_AT_ONCE = 500
_GAP = "\x00\x01\x00"


@dataclass(slots=True)
class DeletedContent:
    """The content of deleted versions, as fingerprints.

    Attributes:
        version_ids, document_ids: of the deleted versions, and of the documents of which no version is left.
        names: the names of these documents, by id. Empty when this was read from a certificate, which has no names.
        former_names: the names that these documents had before, by id.
        sha256s: of the originals.
        fingerprints: what is searched for.
        stored: a small part of the fingerprints, for searches later.
        too_short: how many passages are too short to be searched for.
        is_complete: whether these are the fingerprints of the whole text. False: a sample from a certificate.
        is_everything: whether the whole organisation is deleted; then there is no other document.
    """

    library: Library | None
    version_ids: frozenset[int]
    document_ids: frozenset[int]
    collection: str
    names: Mapping[int, str]
    sha256s: frozenset[str]
    fingerprints: Fingerprints
    stored: Fingerprints
    too_short: int = 0
    former_names: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    is_complete: bool = True
    is_everything: bool = False
    _own: Fingerprints | None = field(default=None, repr=False)

    def names_of(self, document_id: int) -> list[str]:
        """Return the name of a document and its former names."""
        return [self.names[document_id], *self.former_names.get(document_id, ())]

    def occurs_in(self, texts: Sequence[str], *, titles: bool = False) -> list[bool]:
        """Return, for each text, whether it has a run of the deleted text or a deleted document's name.

        Args:
            titles: whether a title counts too. People use short titles as ordinary words.
        """
        kinds = (
            (ContentKind.TEXT, ContentKind.NAME, ContentKind.TITLE) if titles else (ContentKind.TEXT, ContentKind.NAME)
        )
        found = _find_texts(self.fingerprints.of_kinds(*kinds), texts)
        if not any(found):
            return found
        return _find_texts(self.own().of_kinds(*kinds), texts)

    def own(self) -> Fingerprints:
        """Return the fingerprints of what stands nowhere else in the library; computed once."""
        if self.library is None:
            return self.fingerprints
        if self._own is None:
            with self.library.session() as session:
                shared = shared_with_others(session, self.fingerprints, self.version_ids)
            self._own = self.fingerprints.without(shared)
        return self._own


def _find_texts(wanted: Fingerprints, texts: Sequence[str]) -> list[bool]:
    found = [False] * len(texts)
    if wanted.hashes and texts:
        encoded = [(one + _GAP).encode("utf-8", "replace") for one in texts]
        ends = np.cumsum([len(one) for one in encoded]).tolist()
        for place in wanted.find_at(b"".join(encoded))[1]:
            found[bisect_right(ends, place)] = True
    return found


def of_versions(library: Library, versions: Collection[VersionRow], *, is_everything: bool = False) -> DeletedContent:
    """Return the content of versions that are about to be deleted. Nothing is changed."""
    ids = frozenset(one.id for one in versions)
    documents = {one.document_id for one in versions}
    content = Fingerprints(_KEY)
    stored = Fingerprints(content.key, _hasher=content.hasher)
    with library.session() as session:
        rows = session.scalars(sa.select(DocumentRow).where(DocumentRow.id.in_(documents))).all()
        kept = sa.select(VersionRow.document_id).where(VersionRow.document_id.in_(documents), VersionRow.id.not_in(ids))
        kept_documents = set(session.scalars(kept))
        gone = [row for row in rows if row.id not in kept_documents]
        collection = session.get_one(CollectionRow, rows[0].collection_id).slug if rows else ""
        former = {row.id: former_names(session, row.name, collection) for row in gone}
        too_short = _add_texts(session, ids, content, stored)
        _add_vectors(session, ids, content, stored)
    called = {name for row in gone for name in (row.name, *former[row.id])}
    for name in {part for one in called for part in (one, one.rsplit("/", 1)[-1])}:
        _add_short(content, ContentKind.NAME, name, _SHORTEST_NAME)
    for title in {one.title for one in versions}:
        _add_short(content, ContentKind.TITLE, title, _SHORTEST_TEXT)
    for sha256 in {one.sha256 for one in versions}:
        _add_original(blobs.original_path(library.tenant.files_path, sha256), content, stored)
    return DeletedContent(
        library=library,
        version_ids=ids,
        document_ids=frozenset(row.id for row in gone),
        collection=collection,
        names={row.id: row.name for row in gone},
        sha256s=frozenset(one.sha256 for one in versions),
        fingerprints=content,
        stored=stored,
        too_short=too_short,
        former_names=former,
        is_everything=is_everything,
    )


def former_names(session: Session, name: str, collection: str) -> tuple[str, ...]:
    """Return the names that a document had before, newest first, as the audit trail tells them."""
    renamed = sa.select(AuditRow).where(AuditRow.action == "document.rename").order_by(AuditRow.id.desc())
    found: list[str] = []
    for row in session.scalars(renamed):
        if row.detail.get("collection") == collection and row.subject == (found[-1] if found else name):
            found.append(str(row.detail.get("before", "")))
    return tuple(dict.fromkeys(one for one in found if one and one != name))


def stored_content(
    library: Library | None,
    version_ids: Iterable[int],
    document_ids: Iterable[int],
    collection: str,
    sha256s: Iterable[str],
    stored: bytes,
    too_short: int,
) -> DeletedContent:
    """Return what a certificate keeps of deleted content: ids, digests of originals, and a sample of fingerprints."""
    sample = Fingerprints.from_bytes(stored)
    return DeletedContent(
        library=library,
        version_ids=frozenset(version_ids),
        document_ids=frozenset(document_ids),
        collection=collection,
        names={},
        sha256s=frozenset(sha256s),
        fingerprints=sample,
        stored=sample,
        too_short=too_short,
        is_complete=False,
    )


def _add_texts(session: Session, ids: Collection[int], content: Fingerprints, stored: Fingerprints) -> int:
    """Add the pieces of all chunks, headings and hidden text; return how many chunks are too short."""
    too_short = 0
    dense, sparse = _Collected(content.hasher), _Collected(content.hasher)
    chunks = session.scalars(sa.select(ChunkRow.text).where(ChunkRow.version_id.in_(ids)))
    for text in chunks:
        too_short += not _add_text(text, dense, _STRIDE, _SHORTEST_TEXT)
        _add_text(text, sparse, _STORED_STRIDE, PIECE)
    for heading in session.scalars(sa.select(SectionRow.heading).where(SectionRow.version_id.in_(ids))):
        _add_text(heading, dense, _STRIDE, PIECE)
    for hidden in session.scalars(sa.select(VersionRow.hidden_text).where(VersionRow.id.in_(ids))):
        for piece in hidden:
            _add_text(piece, dense, _STRIDE, PIECE)
    for length, found in dense.pieces.items():
        content.add(Stream.BYTES, ContentKind.TEXT, length, Pieces.joined(found))
    for length, found in sparse.pieces.items():
        stored.add(Stream.BYTES, ContentKind.TEXT, length, Pieces.joined(found).sample(_MOST_STORED))
    return too_short


@dataclass(slots=True)
class _Collected:
    """Pieces of text, by length."""

    hasher: Hasher
    pieces: dict[int, list[Pieces]] = field(default_factory=dict)

    def add(self, data: bytes, length: int, offsets: Sequence[int]) -> None:
        self.pieces.setdefault(length, []).append(self.hasher.pieces(data, length, offsets))


def _add_text(text: str, collected: _Collected, stride: int, shortest: int) -> bool:
    """Add pieces of a text in every spelling; return whether there is any."""
    added = False
    for spelling in _spellings(text):
        for encoded, length in _encodings(spelling):
            if len(encoded) >= length:
                added |= _add_pieces(encoded, collected, length, stride)
            elif len(encoded) >= shortest:
                collected.add(encoded, len(_beginning(encoded, length)), [0])
                added = True
    return added


def _add_pieces(data: bytes, collected: _Collected, length: int, stride: int) -> bool:
    offsets = _telling(data, length, range(0, len(data) - length + 1, stride))
    collected.add(data, length, offsets)
    return len(offsets) > 0


def _telling(data: bytes, length: int, offsets: Iterable[int]) -> list[int]:
    """Return the offsets of pieces with enough different bytes."""
    return [at for at in offsets if len(set(data[at : at + length])) >= _DIFFERENT_BYTES]


def _spellings(text: str) -> list[str]:
    """Return a text as it is stored, with white space as one space (excerpts), and in Simplified characters."""
    return list(dict.fromkeys([text, " ".join(text.split()), to_simplified(text)]))


def _encodings(text: str) -> Iterator[tuple[bytes, int]]:
    """Yield the bytes of a text in each encoding in which something may be stored, and the length of its pieces."""
    plain = text.encode("utf-8", "replace")
    yield plain, PIECE
    json_text = json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "replace")
    if json_text != plain:
        yield json_text, PIECE
    if not text.isascii():
        yield json.dumps(text)[1:-1].encode("ascii"), _ESCAPED_PIECE
    yield text.encode("utf-16-le", "replace"), PIECE


def _add_short(content: Fingerprints, kind: ContentKind, text: str, shortest: int) -> None:
    """Add a whole name or title, or the beginning of a long one."""
    for encoded, length in _encodings(text):
        piece = _beginning(encoded, length)
        if len(text.encode("utf-8", "replace")) >= shortest:
            content.add(Stream.BYTES, kind, len(piece), content.hasher.piece(piece))


def _beginning(encoded: bytes, most: int) -> bytes:
    """Return the beginning of a short text, in the longest of the usual lengths."""
    return encoded[: max((one for one in _LENGTHS if one <= min(len(encoded), most)), default=0)]


def _add_vectors(session: Session, ids: Collection[int], content: Fingerprints, stored: Fingerprints) -> None:
    pieces: dict[tuple[Stream, int], list[bytes]] = {}
    for one in session.scalars(sa.select(ChunkRow.vector).where(ChunkRow.version_id.in_(ids))):
        _add_vector_pieces(one, pieces)
    sentences = sa.select(SentenceVectorsRow.vectors).join(ChunkRow, ChunkRow.id == SentenceVectorsRow.chunk_id)
    for one in session.scalars(sentences.where(ChunkRow.version_id.in_(ids))):
        pieces.setdefault((Stream.BYTES, PIECE), []).append(one[:PIECE])
    for (stream, length), found in pieces.items():
        hashed = _hashed(found, content, length)
        content.add(stream, ContentKind.VECTOR, length, hashed)
        stored.add(stream, ContentKind.VECTOR, length, hashed.sample(_MOST_STORED))


def _add_vector_pieces(vector: bytes, pieces: dict[tuple[Stream, int], list[bytes]]) -> None:
    """Add pieces of a vector as the records (float16) and the vector store (float32, perhaps rescaled) keep it."""
    floats = decode_vector(vector).tobytes()
    pieces.setdefault((Stream.BYTES, PIECE), []).extend([vector[:PIECE], floats[:PIECE]])
    steps = quantised(floats)
    numbers = [steps[at : at + _STEPS_PIECE] for at in _STEPS_PLACES]
    pieces.setdefault((Stream.NUMBERS, _STEPS_PIECE), []).extend(numbers)


def _hashed(pieces: Iterable[bytes], content: Fingerprints, length: int) -> Pieces:
    """Return the hashes of pieces that have exactly ``length`` bytes."""
    usable = [one for one in pieces if len(one) == length and len(set(one)) >= _DIFFERENT_BYTES]
    return content.hasher.pieces(b"".join(usable), length, range(0, len(usable) * length, length))


def _add_original(path: Path, content: Fingerprints, stored: Fingerprints) -> None:
    """Add pieces of the original's bytes, evenly spread."""
    try:
        data = path.read_bytes()
    except OSError:
        return
    step = max(PIECE, len(data) // _ORIGINAL_PIECES)
    offsets = _telling(data, PIECE, range(0, len(data) - PIECE + 1, step))
    hashed = _hashed([data[at : at + PIECE] for at in offsets], content, PIECE)
    content.add(Stream.BYTES, ContentKind.ORIGINAL, PIECE, hashed)
    stored.add(Stream.BYTES, ContentKind.ORIGINAL, PIECE, hashed.sample(_MOST_STORED))


def shared_with_others(session: Session, wanted: Fingerprints, version_ids: Collection[int]) -> Fingerprints:
    """Return those fingerprints that other versions have, or words that the organisation wrote itself."""
    shared = [Fingerprints(wanted.key)]
    others = VersionRow.id.not_in(version_ids)
    words: list[str] = [
        *session.scalars(
            sa.select(DocumentRow.name).where(DocumentRow.id.in_(sa.select(VersionRow.document_id).where(others)))
        ),
        *session.scalars(sa.select(VersionRow.title).where(others)),
        *session.scalars(sa.select(CollectionRow.name)),
    ]
    for row in session.scalars(sa.select(GlossaryRow)):
        words += [row.written, row.colloquial, row.english, row.abbreviations]
    words += [one for pieces in session.scalars(sa.select(VersionRow.hidden_text).where(others)) for one in pieces]
    words += [one for value in session.scalars(sa.select(SettingRow.value)) for one in strings_in(value)]
    _add_found(words, wanted, shared)
    kept = ChunkRow.version_id.not_in(version_ids)
    texts = session.scalars(sa.select(ChunkRow.text).where(kept).execution_options(yield_per=_AT_ONCE))
    for batch in texts.partitions(_AT_ONCE):
        _add_found(batch, wanted, shared)
    headings = sa.select(SectionRow.heading).where(SectionRow.version_id.not_in(version_ids))
    for batch in session.scalars(headings.execution_options(yield_per=_AT_ONCE)).partitions(_AT_ONCE):
        _add_found(batch, wanted, shared)
    _add_shared_vectors(session, version_ids, wanted.of_kinds(ContentKind.VECTOR), shared)
    return shared[0].union(*shared[1:])


def strings_in(value: Any) -> Iterator[str]:
    """Yield all texts of a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from strings_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings_in(one)


def _add_found(texts: Sequence[str], wanted: Fingerprints, shared: list[Fingerprints]) -> None:
    """Add what the texts have in common with the deleted content, in every spelling and encoding."""
    sought = wanted.of_kinds(ContentKind.TEXT, ContentKind.NAME, ContentKind.TITLE, ContentKind.ORIGINAL)
    hit = [text for text, found in zip(texts, _find_texts(sought, texts), strict=True) if found]
    hit += [
        text
        for text, found in zip(texts, _find_texts(sought, [" ".join(one.split()) for one in texts]), strict=True)
        if found
    ]
    for text in dict.fromkeys(hit):
        for spelling in _spellings(text):
            for encoded, _ in _encodings(spelling):
                shared.append(sought.find(encoded))


def _add_shared_vectors(
    session: Session, version_ids: Collection[int], wanted: Fingerprints, shared: list[Fingerprints]
) -> None:
    """Add what other versions' vectors have in common: the same text under the same title has the same vector."""
    if not wanted.hashes:
        return
    rows = sa.select(ChunkRow.id, ChunkRow.vector).where(ChunkRow.version_id.not_in(version_ids))
    for batch in session.execute(rows.execution_options(yield_per=_AT_ONCE)).partitions(_AT_ONCE):
        for _, vector in batch if wanted.find(b"".join(row.vector for row in batch)).hashes else ():
            floats = decode_vector(vector).tobytes()
            for data, stream in (
                (vector, Stream.BYTES),
                (floats, Stream.BYTES),
                (quantised(floats), Stream.NUMBERS),
            ):
                shared.append(wanted.find(data, stream))
    sentences = sa.select(SentenceVectorsRow.vectors).join(ChunkRow, ChunkRow.id == SentenceVectorsRow.chunk_id)
    sentences = sentences.where(ChunkRow.version_id.not_in(version_ids)).execution_options(yield_per=_AT_ONCE)
    for packed in session.scalars(sentences).partitions(_AT_ONCE):
        shared.append(wanted.find(b"".join(packed)))
