"""A tenant with documents, written without reading files."""

from __future__ import annotations

from datetime import date

from kb.core.settings import Settings
from kb.language.detect import detect
from kb.library.documents import DEFAULT_COLLECTION, Library
from kb.publishing import deletion, version_writer
from kb.search.dense.vector_store import VectorStore
from kb.search.models import embedding
from kb.search.retriever import Retriever
from kb.store import blobs, tenants
from kb.store.tables.library_tables import ChunkRow

__all__ = ["Shelf"]


class Shelf:
    """A tenant into which texts are put as a pipeline would."""

    def __init__(self, settings: Settings, slug: str = "harmony") -> None:
        self.settings = settings
        self.tenant = tenants.create(settings, slug, slug)
        self.library = Library(self.tenant)
        self.encoder = embedding.load(settings)
        self.collection = version_writer.collection_for(self.library, DEFAULT_COLLECTION, str(self.encoder.identity))
        self.store = VectorStore(settings, self.tenant, DEFAULT_COLLECTION)

    def begin(self, name: str, text: str) -> version_writer.StartedVersion:
        source = self.tenant.home / "upload"
        source.write_text(text, encoding="utf-8")
        sha256 = blobs.store(self.tenant.files_path, source)
        return version_writer.begin(self.library, self.collection, name, sha256, len(text))

    def fill(self, started: version_writer.StartedVersion, text: str, **dates: date) -> None:
        lines = text.splitlines()
        chunks = [
            ChunkRow(
                ordinal=i,
                section=None,
                kind="text",
                language=detect(line).value,
                clause=None,
                heading_path=[],
                text=line,
                clauses=[],
                pages=[i + 1],
                page_starts=[[0, i + 1]],
                boxes=[],
                tokens=9,
            )
            for i, line in enumerate(lines)
        ]
        content = version_writer.VersionContent(
            started.document, "zh-Hant", len(lines), [], chunks, self.encoder.encode_passages(lines), **dates
        )
        ids = version_writer.fill(self.library, started, content)
        self.store.add(started.version_id, ids, content.vectors)

    def put(self, name: str, text: str, **dates: date) -> version_writer.StartedVersion:
        started = self.begin(name, text)
        if started.status != "unchanged":
            self.fill(started, text, **dates)
            version_writer.publish(self.library, self.store, started)
        return started

    def remove(self, name: str) -> int:
        """Delete a document for good; return how many versions it had."""
        document = self.library.document(name)
        versions = self.library.versions(document)
        deletion.delete_document(self.settings, self.library, document, version_writer.COMMAND_LINE)
        return len(versions)

    def ask(self, question: str, as_of: date | None = None) -> list[str]:
        return [one.text for one in Retriever(self.settings, self.tenant).retrieve(question, as_of=as_of)]
