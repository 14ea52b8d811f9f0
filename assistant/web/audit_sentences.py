"""Entries of the audit trail as sentences: who did what, with names instead of codes and links to people and things.

The texts are in ``messages/audit.json``. An action has a sentence under its name, and, where an entry may lack details
(an older one, say), a shorter one under ``<action>_short``. The first whose fields are all known is taken. An action
without a sentence is told by its name in the list of actions, or as "something else".
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote

import sqlalchemy as sa

from assistant.web.pages import text, text_keys, texts
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import accounts
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow

__all__ = ["AuditSentences"]

# (beginning of the action, detail, its value, key of what is said in brackets after the sentence)
_NOTES = (
    ("question.ask", "refused", True, "note_refused"),
    ("question.ask", "declined", True, "note_declined"),
    ("", "left", True, "note_left"),
    ("document.upload", "publish", False, "note_draft"),
    ("member.invite", "renewed", True, "note_renewed"),
    ("collection.create", "open", True, "note_open"),
    ("glossary.import", "replaced", True, "note_replaced"),
)
_NUMBERS = ("version", "earlier", "later", "added")


class Entry(Protocol):
    """What is read of an entry; ``at`` is in UTC."""

    at: datetime
    actor: str
    name: str
    action: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence; with ``href`` it is a link."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class _Document:
    id: int
    title: str
    versions: tuple[tuple[datetime, int], ...]  # when each was made, and its number


class AuditSentences:
    """Sentences about the entries of one tenant, in one language."""

    def __init__(self, settings: Settings, library: Library, locale: str) -> None:
        self._settings = settings
        self._library = library
        self._locale = locale
        self._texts = texts("audit", locale)
        self._base = f"/t/{library.tenant.slug}"

    def sentence(self, entry: Entry) -> list[Piece]:
        """Return the sentence in pieces; no space belongs between them."""
        fields = dict(self._fields(entry))
        key = entry.action.replace(".", "_")
        if f"manage.did_{key}" in text_keys():
            fields["did"] = Piece(text(f"manage.did_{key}", self._locale))
        for candidate in (key, f"{key}_short", "known", "known_short", "other"):
            template = self._texts.get(candidate)
            if template is not None and _field_names(template) <= fields.keys():
                return [*_filled(template, fields), *self._notes(entry)]
        return [*_filled(self._texts["other_short"], fields), *self._notes(entry)]

    def _notes(self, entry: Entry) -> Iterator[Piece]:
        found = [
            self._texts[key]
            for action, name, value, key in _NOTES
            if entry.action.startswith(action) and entry.detail.get(name) is value
        ]
        if found:
            yield Piece(self._texts["notes"].format(notes=self._texts["comma"].join(found)))

    # -- fields -------------------------------------------------------------------------------------------------------

    def _fields(self, entry: Entry) -> Iterator[tuple[str, Piece]]:
        """Yield the fields that this entry can fill."""
        detail = {name: value for name, value in entry.detail.items() if value not in (None, "", [], {})}
        thing = entry.action.partition(".")[0]
        yield "who", self._who(entry)
        name = detail.get("name") if entry.action == "collection.rename" else entry.subject
        if name:
            yield "name", Piece(str(name))
        for name in _NUMBERS:
            if name in detail:
                yield name, Piece(str(detail[name]))
        for name in ("role", "before"):
            if f"manage.role_{detail.get(name)}" in text_keys():
                yield name, Piece(text(f"manage.role_{detail[name]}", self._locale))
        yield from self._things(entry, thing, detail)
        yield from self._choices(entry, detail)

    def _who(self, entry: Entry) -> Piece:
        kind, _, _number = entry.actor.partition(":")
        if kind == "key":
            return Piece(self._texts["program"].format(name=entry.name), f"{self._base}/manage/keys")
        if kind == "user":
            return Piece(entry.name, f"{self._base}/manage/audit?actor={quote(entry.actor)}")
        return Piece(self._texts["at_the_computer"])

    def _things(self, entry: Entry, thing: str, detail: Mapping[str, Any]) -> Iterator[tuple[str, Piece]]:
        """Yield what the entry is about."""
        if thing in ("document", "draft") and entry.subject:
            yield "document", self._document(entry.subject, detail.get("collection"))
            if entry.action == "document.upload" and (number := self._version_of(entry)):
                yield "version", Piece(str(number))
            if "before" in detail:
                yield "former", Piece(self._titled(str(detail["before"])))
            if "other" in detail:
                yield "other", self._document(str(detail["other"]), None)
        if thing in ("collection", "rights", "suggestions"):
            yield "collection", self._collection(entry.subject)
        elif "collection" in detail:
            yield "collection", self._collection(str(detail["collection"]))
        if thing == "question" and entry.subject:
            names = [self._collection(slug).text for slug in entry.subject.split(", ")]
            yield "collections", Piece(self._texts["comma"].join(names))
        if thing == "glossary" and entry.subject and not entry.subject.isdecimal():
            yield "term", Piece(entry.subject, f"{self._base}/manage/glossary")
        if thing in ("testset", "run") and entry.subject:
            kind = "runs" if entry.action == "run.export" else "sets"
            link = Piece(entry.subject, f"{self._base}/measure/{kind}/{quote(entry.subject)}")
            yield ("run" if kind == "runs" else "testset"), link
        if thing == "member" and entry.subject:
            yield "person", Piece(entry.subject, f"{self._base}/manage/people")
        if thing == "rights":
            yield from self._right(detail)

    def _right(self, detail: Mapping[str, Any]) -> Iterator[tuple[str, Piece]]:
        subject = str(detail.get("to", ""))
        name = text("manage.everyone", self._locale) if subject == EVERYONE else self._people.get(subject)
        if name or "name" in detail:
            yield "person", Piece(name or str(detail["name"]), f"{self._base}/manage/rights")
        if f"manage.level_{detail.get('level')}" in text_keys():
            yield "level", Piece(text(f"manage.level_{detail['level']}", self._locale))

    def _choices(self, entry: Entry, detail: Mapping[str, Any]) -> Iterator[tuple[str, Piece]]:
        """Yield details that are chosen from a few."""
        changed = [self._texts[f"field_{one}"] for one in detail.get("fields", ()) if f"field_{one}" in self._texts]
        if changed:
            yield "fields", Piece(self._texts["comma"].join(changed))
        if entry.action == "settings.model" and "enabled" in entry.detail:
            yield "switched", Piece(self._texts["switched_on" if entry.detail["enabled"] else "switched_off"])
        if entry.action == "document.dates" and "effective_from" in entry.detail:
            first, end = detail.get("effective_from"), detail.get("effective_to")
            key = "between" if first and end else "from" if first else "until" if end else "none"
            yield "period", Piece(self._texts[f"period_{key}"].format(first=first, end=end))
        if entry.action == "document.personal_data" and f"library.do_data_{detail.get('decision')}" in text_keys():
            yield "decision", Piece(text(f"library.do_data_{detail['decision']}", self._locale))
        if f"tasks.draft_{detail.get('kind')}" in text_keys():
            yield "kind", Piece(text(f"tasks.draft_{detail['kind']}", self._locale))

    # -- names --------------------------------------------------------------------------------------------------------

    def _document(self, name: str, collection: object) -> Piece:
        """Return a document's title with a link; its file's name where it is not there any more."""
        found = self._documents.get((str(collection), name)) or self._documents.get(("", name))
        if found is None:
            return Piece(self._titled(name))
        return Piece(self._titled(found.title or name), f"{self._base}/library/{found.id}")

    def _titled(self, title: str) -> str:
        return title if title[:1] in "《【「" else self._texts["document_named"].format(title=title)

    def _version_of(self, entry: Entry) -> int | None:
        """Return the number of the first version made after an upload; None where it brought nothing new."""
        found = self._documents.get((str(entry.detail.get("collection")), entry.subject))
        at = entry.at.astimezone(UTC).replace(tzinfo=None) if entry.at.tzinfo else entry.at
        return next((number for made, number in found.versions if made >= at), None) if found else None

    def _collection(self, slug: str) -> Piece:
        name = self._collections.get(slug)
        return Piece(name, f"{self._base}/library?collection={quote(slug)}") if name else Piece(slug)

    @cached_property
    def _collections(self) -> dict[str, str]:
        return {row.slug: row.name for row in self._library.collections()}

    @cached_property
    def _people(self) -> dict[str, str]:
        """Return names by "user:<id>"."""
        members = accounts.members(self._settings, self._library.tenant.slug)
        return {f"user:{one.user.id}": one.user.name for one in members}

    @cached_property
    def _documents(self) -> dict[tuple[str, str], _Document]:
        """Return documents by (collection, name), and by ("", name) for entries that do not tell the collection."""
        query = (
            sa.select(CollectionRow.slug, DocumentRow, VersionRow.created_at, VersionRow.number)
            .join(DocumentRow, DocumentRow.collection_id == CollectionRow.id)
            .join(VersionRow, VersionRow.document_id == DocumentRow.id)
            .order_by(VersionRow.number)
        )
        made: dict[int, list[tuple[datetime, int]]] = {}
        rows: dict[tuple[str, str], DocumentRow] = {}
        with self._library.session() as session:
            for slug, row, created_at, number in session.execute(query):
                made.setdefault(row.id, []).append((created_at, number))
                rows[slug, row.name] = rows["", row.name] = row
        return {key: _Document(row.id, row.title, tuple(made[row.id])) for key, row in rows.items()}


def _field_names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def _filled(template: str, fields: Mapping[str, Piece]) -> Iterator[Piece]:
    for words, name, _, _ in string.Formatter().parse(template):
        if words:
            yield Piece(words)
        if name:
            yield fields[name]
