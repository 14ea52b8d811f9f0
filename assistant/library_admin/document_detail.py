"""One document as the library's page shows it, and what an editor does to it, with the trace that leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

from kb.core.errors import NotFound
from kb.core.settings import Settings
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.publishing import version_states, version_writer
from kb.search.dense.vector_store import VectorStore
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import READABLE, VersionState

__all__ = ["DocumentEditor", "main_version"]


def main_version(document: DocumentRow, versions: list[VersionRow]) -> VersionRow | None:
    """Return the published version, else the newest."""
    published = next((one for one in versions if one.id == document.published_version_id), None)
    return published or (versions[-1] if versions else None)


class DocumentEditor:
    """A document in its place, and who is at it."""

    def __init__(
        self, settings: Settings, library: Library, actor: Actor, collection: CollectionRow, document: DocumentRow
    ) -> None:
        self.library = library
        self.collection = collection
        self.document = document
        self._settings = settings
        self._actor = actor

    def versions(self, *, editor: bool) -> list[VersionRow]:
        """Return the versions that may be seen, oldest first.

        Raises:
            NotFound: ``document_not_found`` where there is none, as with a draft that is somebody else's.
        """
        found = self.library.versions(self.document)
        seen = found if editor else [one for one in found if one.state in READABLE]
        if not seen:
            raise NotFound("document_not_found", document=str(self.document.id))
        return seen

    def version(self, version_id: int, *, editor: bool) -> VersionRow:
        """Return a version of this document that may be seen.

        Raises:
            NotFound: ``version_not_found``.
        """
        found = next((one for one in self.versions(editor=editor) if one.id == version_id), None)
        if found is None:
            raise NotFound("version_not_found", document=self.document.name, version=version_id)
        return found

    def describe(self, changes: dict[str, Any]) -> None:
        """Set ``title``, ``owner``, ``review_on``: those that ``changes`` names.

        A title goes to the version that stands for the document, whose words search then knows anew.
        """
        version = main_version(self.document, self.library.versions(self.document))
        if "title" in changes and version is not None:
            version_states.retitle(self.library, version.id, changes["title"])
        with self.library.transaction() as session:
            row = session.get_one(DocumentRow, self.document.id)
            row.owner = changes.get("owner", row.owner)
            row.review_on = changes.get("review_on", row.review_on)
        self._note("document.change", fields=sorted(changes))

    def hold_between(self, version: VersionRow, first: date | None, end: date | None) -> None:
        """Set the days a version holds; see :func:`kb.publishing.version_states.set_validity`."""
        version_states.set_validity(self.library, version.id, first, end)
        self._note("document.dates", version=version.number, effective_from=_iso(first), effective_to=_iso(end))

    def release(self, version: VersionRow) -> None:
        """Publish a draft, or let an earlier version come back."""
        action = "document.publish" if version.state == VersionState.DRAFT else "document.restore"
        version_states.publish_existing(self.library, self._store(), version)
        self._note(action, version=version.number)

    def withdraw(self, version: VersionRow) -> None:
        """Take a version out of search, and keep it."""
        version_states.withdraw(self.library, self._store(), version)
        self._note("document.withdraw", version=version.number)

    def remove(self) -> None:
        """Delete the document for good, with all versions and originals."""
        number = version_writer.remove(self.library, self._store(), self.document)
        self._note("document.delete", versions=number)

    def _store(self) -> VectorStore:
        return VectorStore(self._settings, self.library.tenant, self.collection.slug)

    def _note(self, action: str, **detail: Any) -> None:
        audit.record(self.library, self._actor, action, self.document.name, collection=self.collection.slug, **detail)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
