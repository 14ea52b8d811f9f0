"""What search keeps in memory is read again when the library changes, and only then."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from kb.cli import cli
from kb.core.errors import Conflict
from kb.core.settings import Settings
from kb.library import audit, tenant_glossary
from kb.library.documents import Library
from kb.publishing.version_writer import collection_for
from kb.search.dense.vector_store import VectorStore
from kb.store import tenants
from tests.helpers.shelf import Shelf


@pytest.fixture
def library(settings: Settings) -> Library:
    return Library(tenants.create(settings, "harmony", "Harmony"))


def test_a_line_in_the_audit_trail_is_no_change_of_the_library(library: Library) -> None:
    before = library.data_version()
    audit.record(library, audit.Actor("user:1", "A"), "question.ask")
    assert library.data_version() == before


def test_collections_and_terms_are_changes(library: Library) -> None:
    before = library.data_version()
    collection_for(library, "main", "some model")
    between = library.data_version()
    tenant_glossary.add(library, tenant_glossary.Term(written="大假", english="annual leave"))
    assert before < between < library.data_version()


def test_another_process_like_reader_sees_the_change(library: Library) -> None:
    other = Library(library.tenant)
    before = other.data_version()
    collection_for(library, "main", "some model")
    assert other.data_version() > before


def test_a_name_in_two_collections_needs_the_collection(settings: Settings) -> None:
    shelf = Shelf(settings)
    shelf.put("rules.txt", "年假十四日。")
    main = shelf.collection
    shelf.collection = collection_for(shelf.library, "board", str(shelf.encoder.identity))
    shelf.store = VectorStore(settings, shelf.tenant, "board")
    shelf.put("rules.txt", "董事年假三十日。")
    shelf.put("minutes.txt", "會議紀錄。")
    with pytest.raises(Conflict) as caught:
        shelf.library.document("rules.txt")
    assert caught.value.code == "document_ambiguous"
    assert caught.value.detail["collections"] == "board, main"
    assert shelf.library.document("rules.txt", "main").collection_id == main.id

    def kb(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["--data", str(settings.data), "document", *arguments, "--tenant", "harmony"])

    refused = kb("remove", "rules.txt", "--yes")
    assert refused.exit_code != 0
    assert len(shelf.library.documents()) == 3, "nothing was removed by guessing"
    assert kb("rename", "minutes.txt", "rules.txt").exit_code != 0, "the name is taken there"
    assert kb("rename", "minutes.txt", "minutes 2026.txt").exit_code == 0
    assert kb("remove", "rules.txt", "--collection", "board", "--yes").exit_code == 0
    assert [one.document.name for one in shelf.library.documents()] == ["minutes 2026.txt", "rules.txt"]
    assert shelf.library.document("rules.txt").collection_id == main.id
