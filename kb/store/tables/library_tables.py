"""Tables of one tenant's library (``records.sqlite``). What people do in the tenant is in :mod:`.activity_tables`.

No table of a tenant has a tenant column: a tenant's records are a database of their own, so there is no
filter to forget. Dates are ISO dates, times are UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kb.store.tables.columns import NAMING, EnumText, now
from kb.store.tables.states import PairState, PersonalDataDecision, VersionState

__all__ = [
    "AmendmentRow",
    "ChunkRow",
    "CollectionRow",
    "DocumentPairRow",
    "DocumentRow",
    "PairSearchedRow",
    "PassagePairRow",
    "PersonalDataRow",
    "PersonalSpansRow",
    "PostingRow",
    "SectionRow",
    "SentenceVectorsRow",
    "TenantBase",
    "VersionRow",
    "WordBlockRow",
]


class TenantBase(DeclarativeBase):
    """Tables of a tenant's ``records.sqlite``."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own protocol


class CollectionRow(TenantBase):
    """A knowledge base inside the tenant.

    ``model`` is the identity its vectors were made with; ``contact`` is whom to ask about its documents, or "".
    """

    __tablename__ = "collections"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    model: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class DocumentRow(TenantBase):
    """A document; ``name`` is the file's name as handed in, unique in its collection.

    ``owner`` is the person who looks after it, as text; ``review_on`` the day it should be read again;
    ``title_by_hand``: a person gave it its title, which all its versions have.
    """

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("collection_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id"), index=True)
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    title_by_hand: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(default="")
    published_version_id: Mapped[int | None]
    owner: Mapped[str] = mapped_column(default="")
    review_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class VersionRow(TenantBase):
    """One upload of a document. ``effective_to`` is the first day on which it no longer holds."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("document_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(EnumText(VersionState), default=VersionState.INDEXING)
    sha256: Mapped[str] = mapped_column(index=True)
    size_bytes: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    page_count: Mapped[int | None]
    issued: Mapped[date | None]
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    notes: Mapped[list[Any]] = mapped_column(default=list)
    page_labels: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    hidden_text: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    created_at: Mapped[datetime] = mapped_column(default=now)


class SectionRow(TenantBase):
    """A node of a version's outline."""

    __tablename__ = "sections"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), index=True)
    ordinal: Mapped[int]
    parent: Mapped[int | None]
    level: Mapped[int]
    clause: Mapped[str | None]
    heading: Mapped[str]
    page: Mapped[int | None]


class ChunkRow(TenantBase):
    """What is indexed.

    ``pages``: page numbers from 1; ``page_starts``/``clauses``: [[character offset in text, value], …];
    ``boxes``: [[page, x0, y0, x1, y1, start, end], …], fractions of the page, origin top left;
    ``tables``: [[start, end, header rows], …], the characters of each table in ``text``, whose first lines are its
    header rows; empty in chunks read before this was recorded;
    ``orders``: [[start, end, 1 where an editor lets it be quoted], …], the characters that speak to an assistant;
    ``orders_by``: the version of the detector that looked for them, "" where none has;
    ``vector``: float16, the truth from which the vector store can be rebuilt.
    """

    __tablename__ = "chunks"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), index=True)
    ordinal: Mapped[int]
    section: Mapped[int | None]
    kind: Mapped[str]
    language: Mapped[str] = mapped_column(index=True)
    clause: Mapped[str | None]
    heading_path: Mapped[list[Any]]
    text: Mapped[str]
    clauses: Mapped[list[Any]]
    pages: Mapped[list[Any]]
    page_starts: Mapped[list[Any]]
    boxes: Mapped[list[Any]]
    tables: Mapped[list[Any]] = mapped_column(server_default="[]")
    orders: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    orders_by: Mapped[str] = mapped_column(default="", server_default="")
    tokens: Mapped[int]
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class AmendmentRow(TenantBase):
    """A version's own statement that it changes another document, from a date."""

    __tablename__ = "amendments"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), index=True)
    document_hint: Mapped[str | None]
    clause: Mapped[str | None]
    effective_from: Mapped[date | None]


class PersonalDataRow(TenantBase):
    """What people's data was found in a version (:mod:`kb.personal_data`); without a row it was not looked for yet.

    ``finder`` is the number of the rules that found it; ``counts`` the different pieces by kind; ``is_list``: it is a
    list of several persons; ``decided_by`` is "user:<id>", "key:<id>" or "cli".
    """

    __tablename__ = "personal_data"
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True)
    finder: Mapped[int]
    counts: Mapped[dict[str, Any]]
    is_list: Mapped[bool]
    decision: Mapped[PersonalDataDecision] = mapped_column(EnumText(PersonalDataDecision))
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]


class PersonalSpansRow(TenantBase):
    """Where people's data stands in a chunk: ``spans`` is [[start, end, kind], …], characters of its text, in order.

    A chunk without any has no row.
    """

    __tablename__ = "personal_spans"
    chunk_id: Mapped[int] = mapped_column(ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True)
    spans: Mapped[list[Any]]


class SentenceVectorsRow(TenantBase):
    """Vectors of a chunk's sentences, made after publishing (:mod:`kb.search.dense.sentence_vectors`); deleted with it.

    ``spans``: uint32 pairs (start, end) of characters in the chunk's text; ``vectors``: int8, a row per span.
    """

    __tablename__ = "chunk_units"
    chunk_id: Mapped[int] = mapped_column(ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True)
    spans: Mapped[bytes] = mapped_column(LargeBinary)
    vectors: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentPairRow(TenantBase):
    """A bilingual pair: two documents that say the same in Chinese and in English (:mod:`kb.search.bilingual`)."""

    __tablename__ = "twins"
    chinese_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    english_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    state: Mapped[PairState] = mapped_column(EnumText(PairState))
    score: Mapped[float]


class PassagePairRow(TenantBase):
    """A chunk and its counterpart, the chunk that says the same in the other language; a row for each direction."""

    __tablename__ = "twin_chunks"
    chunk_id: Mapped[int] = mapped_column(ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True)
    counterpart_id: Mapped[int] = mapped_column(
        "twin_id", ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PairSearchedRow(TenantBase):
    """A version for which a counterpart has been searched."""

    __tablename__ = "twins_sought"
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True)


class WordBlockRow(TenantBase):
    """Which chunks a block of the word index holds (:mod:`kb.search.lexical.postings`)."""

    __tablename__ = "word_blocks"
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chunks: Mapped[bytes] = mapped_column(LargeBinary)


class PostingRow(TenantBase):
    """The chunks of one block that hold one word, and how often (:mod:`kb.search.lexical.postings`)."""

    __tablename__ = "postings"
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(primary_key=True)
    postings: Mapped[bytes] = mapped_column(LargeBinary)


class LibraryChangesRow(TenantBase):
    """One row: how often the library has changed. Only triggers write it (migration t0005)."""

    __tablename__ = "library_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
