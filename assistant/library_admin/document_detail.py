"""One document for the library's page, and the actions of an editor on it, with their audit records."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.library_admin import left_out
from kb.core.errors import NotFound
from kb.core.settings import Settings
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import DocumentVersion, Library
from kb.publishing import deletion, personal_data_decisions, version_states
from kb.search.dense.vector_store import VectorStore
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import READABLE, PersonalDataDecision, VersionState

__all__ = ["DocumentEditor", "main_version"]


def main_version(document: DocumentRow, versions: list[VersionRow]) -> VersionRow | None:
    """Return the published version, else the newest; None if there is no version."""
    published = next((one for one in versions if one.id == document.published_version_id), None)
    return published or (versions[-1] if versions else None)


class DocumentEditor:
    """Actions on a document. Each action is recorded in the audit trail for ``actor``."""

    def __init__(
        self, settings: Settings, library: Library, actor: Actor, collection: CollectionRow, document: DocumentRow
    ) -> None:
        self.library = library
        self.collection = collection
        self.document = document
        self._settings = settings
        self._actor = actor

    def versions(self, *, editor: bool) -> list[VersionRow]:
        """Return the visible versions, oldest first.

        Args:
            editor: whether the person may edit the collection; then drafts are visible too.

        Raises:
            NotFound: ``document_not_found`` if none is visible, for example where there is only a draft.
        """
        found = self.library.versions(self.document)
        seen = found if editor else [one for one in found if one.state in READABLE]
        if not seen:
            raise NotFound("document_not_found", document=str(self.document.id))
        return seen

    def version(self, version_id: int, *, editor: bool) -> VersionRow:
        """Return a visible version of this document.

        Raises:
            NotFound: ``version_not_found``.
        """
        found = next((one for one in self.versions(editor=editor) if one.id == version_id), None)
        if found is None:
            raise NotFound("version_not_found", document=self.document.name, version=version_id)
        return found

    def describe(self, changes: dict[str, Any]) -> None:
        """Set those of ``title``, ``owner`` and ``review_on`` that are in ``changes``.

        A title is that of all versions from now on, and its words are indexed again.
        """
        if "title" in changes:
            version_states.set_title(self.library, self.document, changes["title"])
        with self.library.transaction() as session:
            row = session.get_one(DocumentRow, self.document.id)
            row.owner = changes.get("owner", row.owner)
            row.review_on = changes.get("review_on", row.review_on)
        self._record("document.change", fields=sorted(changes))

    def hold_between(self, version: VersionRow, first: date | None, end: date | None) -> None:
        """Set the days on which a version is valid; see :func:`kb.publishing.version_states.set_validity`."""
        version_states.set_validity(self.library, version.id, first, end)
        self._record("document.dates", version=version.number, effective_from=_iso(first), effective_to=_iso(end))

    def release(self, version: VersionRow) -> None:
        """Publish a draft or an earlier version; of a list of persons, that is the decision to publish it as it is."""
        action = "document.publish" if version.state == VersionState.DRAFT else "document.restore"
        version_states.publish_existing(self.library, self._store(), version)
        self._record(action, version=version.number)
        found = personal_data_decisions.of_versions(self.library, [version.id]).get(version.id)
        undecided = (PersonalDataDecision.NONE, PersonalDataDecision.WAITING)
        if found is not None and found.is_list and found.decision in undecided:
            opened = DocumentVersion(self.collection, self.document, version)
            decision = PersonalDataDecision.PUBLISH
            personal_data_decisions.decide(self._settings, self.library, opened, decision, self._actor)

    def let_quote(self, version: VersionRow, chunk_id: int, start: int, quotable: bool) -> None:
        """Let a sentence be quoted that was taken for an order to an assistant, or not any more.

        Raises:
            NotFound: ``sentence_not_found``.
        """
        left_out.let_quote(self.library, version.id, chunk_id, start, quotable)
        action = "document.allow_quote" if quotable else "document.forbid_quote"
        self._record(action, version=version.number, chunk=chunk_id, start=start)

    def withdraw(self, version: VersionRow) -> None:
        """Withdraw a version: it is not searched any more, but stays stored."""
        version_states.withdraw(self.library, self._store(), version)
        self._record("document.withdraw", version=version.number)

    def remove(self) -> None:
        """Delete the document permanently, with all versions and originals. The audit trail names its number only."""
        versions = len(self.library.versions(self.document))
        certificate = deletion.delete_document(self._settings, self.library, self.document, self._actor)
        self._record_deletion("document.delete", versions=versions, certificate=certificate)

    def remove_version(self, version: VersionRow) -> None:
        """Delete a version permanently, and the document if it has no other version."""
        certificate = deletion.delete_version(self._settings, self.library, self.document, version, self._actor)
        self._record_deletion("document.delete_version", version=version.number, certificate=certificate)

    def _record_deletion(self, action: str, **detail: Any) -> None:
        subject = f"#{self.document.id}"
        audit.record(self.library, self._actor, action, subject, collection=self.collection.slug, **detail)

    def _store(self) -> VectorStore:
        return VectorStore(self._settings, self.library.tenant, self.collection.slug)

    def _record(self, action: str, **detail: Any) -> None:
        audit.record(self.library, self._actor, action, self.document.name, collection=self.collection.slug, **detail)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
