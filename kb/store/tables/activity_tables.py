"""Tables of what people do in a tenant: rights, conversations, feedback, uploads, settings, the audit trail.

``user_id`` is the platform's id of a person; None where a program asked with an API key.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.store.tables.columns import EnumText, now
from kb.store.tables.library_tables import TenantBase
from kb.store.tables.states import EgressState, ErasureKind, ErasureState, GrantLevel, IngestStage, IngestStatus

__all__ = [
    "EVERYONE",
    "AuditRow",
    "ConversationRow",
    "EgressRow",
    "ErasureRow",
    "FeedbackRow",
    "GlossaryRow",
    "GrantRow",
    "MessageRow",
    "PersonalDataGrantRow",
    "SettingRow",
    "SuggestionRow",
    "UploadRow",
    "UserSettingRow",
]

EVERYONE = "everyone"


class GrantRow(TenantBase):
    """A right on a collection. ``subject`` is "everyone" or "user:<id>".

    Without a row, only owners see a collection.
    """

    __tablename__ = "grants"
    __table_args__ = (UniqueConstraint("collection_id", "subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"))
    subject: Mapped[str]
    level: Mapped[GrantLevel] = mapped_column(EnumText(GrantLevel))


class PersonalDataGrantRow(TenantBase):
    """A person who may see people's data in a collection (:mod:`kb.people.personal_data_rights`)."""

    __tablename__ = "personal_data_grants"
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ConversationRow(TenantBase):
    """A person's conversation; ``collections`` None means all the person may read."""

    __tablename__ = "conversations"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(index=True)
    title: Mapped[str]
    collections: Mapped[list[Any] | None]
    as_of: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class MessageRow(TenantBase):
    """A question and its answer; ``answer`` is the JSON of a ``StoredAnswer`` (``assistant.conversations``)."""

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    question: Mapped[str]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    refused: Mapped[bool] = mapped_column(index=True)
    reason: Mapped[str]
    language: Mapped[str]
    ms: Mapped[float]
    asked_at: Mapped[datetime] = mapped_column(default=now, index=True)


class FeedbackRow(TenantBase):
    """What the asker thought of an answer: ``verdict`` a FeedbackVerdict, ``reason`` a code, ``comment`` free text."""

    __tablename__ = "feedback"
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    verdict: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime] = mapped_column(default=now)


class SuggestionRow(TenantBase):
    """A question offered to who opens a collection."""

    __tablename__ = "suggestions"
    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int] = mapped_column(default=0)
    question: Mapped[str]


class GlossaryRow(TenantBase):
    """A term of the tenant's own, in the four columns of the shipped glossary; names in a cell parted by ";"."""

    __tablename__ = "glossary"
    id: Mapped[int] = mapped_column(primary_key=True)
    written: Mapped[str] = mapped_column(default="")
    colloquial: Mapped[str] = mapped_column(default="")
    english: Mapped[str] = mapped_column(default="")
    abbreviations: Mapped[str] = mapped_column(default="")


class SettingRow(TenantBase):
    """A choice of the tenant's; see :mod:`kb.library.tenant_settings`."""

    __tablename__ = "settings"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class UserSettingRow(TenantBase):
    """A choice of one person in the tenant; see :mod:`kb.library.user_settings`."""

    __tablename__ = "user_settings"
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class UploadRow(TenantBase):
    """A file handed in over the service and what became of it.

    ``error`` is a packed error; ``done``/``total`` count pages or chunks of ``stage``. ``batch`` is shared by the files
    that were chosen together. ``job`` is the JSON of its job (:class:`ingest.job.Job`), from which it can be queued
    again; None in rows of releases before 0.2.
    """

    __tablename__ = "uploads"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(unique=True)
    collection: Mapped[str]
    name: Mapped[str]
    path: Mapped[str]
    status: Mapped[IngestStatus] = mapped_column(EnumText(IngestStatus), default=IngestStatus.QUEUED, index=True)
    stage: Mapped[IngestStage] = mapped_column(EnumText(IngestStage), default=IngestStage.NONE)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    document_id: Mapped[int | None]
    uploaded_by: Mapped[str] = mapped_column(default="")
    batch: Mapped[str] = mapped_column(default="", server_default="")
    job: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class AuditRow(TenantBase):
    """Who did what when. ``actor`` is "user:<id>", "key:<id>" or "cli"; ``detail`` never holds a question's text."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    actor: Mapped[str]
    name: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ErasureRow(TenantBase):
    """A deletion for good and its certificate; without names, titles and text of what was deleted.

    ``content`` (:class:`kb.erasure.certificates.Content` as JSON) has the ids and digests of what was deleted and to
    whom its text was sent, ``fingerprints`` a sample of its pieces, ``report`` the result of the last search. The
    ``last_…_id`` are the highest ids at the time of the deletion: they are not given out again.
    """

    __tablename__ = "erasures"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str]
    name: Mapped[str]
    kind: Mapped[ErasureKind] = mapped_column(EnumText(ErasureKind))
    collection: Mapped[str]
    state: Mapped[ErasureState] = mapped_column(EnumText(ErasureState), default=ErasureState.PENDING)
    last_document_id: Mapped[int]
    last_version_id: Mapped[int]
    last_chunk_id: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    fingerprints: Mapped[bytes] = mapped_column(LargeBinary)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    searched_at: Mapped[datetime | None]


class EgressRow(TenantBase):
    """A request to a language model, stored before it was sent; see :mod:`assistant.llm.egress_log`.

    ``sent`` is a list of messages ``{"role", "content"}``, masked; ``typed`` the parts of them that the asker typed;
    ``version_ids`` the versions whose text is in it; ``error`` the code of an error.
    """

    __tablename__ = "egress"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    ended_at: Mapped[datetime | None]
    state: Mapped[EgressState] = mapped_column(EnumText(EgressState), default=EgressState.SENDING)
    error: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]
    name: Mapped[str]
    purpose: Mapped[str]
    host: Mapped[str]
    model: Mapped[str]
    left: Mapped[bool]
    collections: Mapped[list[Any]]
    version_ids: Mapped[list[Any]]
    sent: Mapped[list[Any]]
    typed: Mapped[list[Any]]
    masked: Mapped[dict[str, Any]]
    tokens: Mapped[int | None]
    erased: Mapped[bool] = mapped_column(default=False)
