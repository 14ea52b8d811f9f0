"""What a search looks through is worked out once, and again when the library has changed."""

from datetime import date

import pytest

from kb.core.local_date import today
from kb.core.settings import Settings
from kb.publishing import deletion, version_writer
from kb.search.dense.vector_store import VectorStore
from kb.search.retriever import Retriever
from kb.search.scope import Scopes
from kb.store import blobs
from tests.helpers.shelf import Shelf

CHANGE = date(2026, 1, 1)


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    made = Shelf(settings)
    made.put("leave.txt", "年假十四日。")
    made.put("leave.txt", "年假十八日。", effective_from=CHANGE)
    version_writer.collection_for(made.library, "board", str(made.encoder.identity))
    return made


def test_the_same_object_until_the_library_changes(shelf: Shelf) -> None:
    scopes = Scopes(shelf.library, shelf.library.in_force)
    before = scopes.on(today(), ["board", "main"])
    assert scopes.on(today(), ["main", "board"]) is before
    assert scopes.on(today(), None) is not before
    assert len(before.versions) == 1
    shelf.put("sick.txt", "病假須附醫生證明書。")
    assert len(scopes.on(today(), ["board", "main"]).versions) == 2


def test_a_version_of_an_earlier_day_is_not_in_the_vector_store(shelf: Shelf) -> None:
    scopes = Scopes(shelf.library, shelf.library.in_force)
    now, then = scopes.on(CHANGE, None), scopes.on(date(2025, 12, 31), None)
    assert (now.stores, now.unpublished) == (["main"], [])
    assert (then.stores, then.unpublished) == ([], list(then.versions))
    assert now.versions.keys().isdisjoint(then.versions)


def test_a_collection_without_documents_is_not_opened(shelf: Shelf) -> None:
    scope = Scopes(shelf.library, shelf.library.in_force).on(today(), ["board"])
    assert (scope.versions, scope.stores, scope.unpublished) == ({}, [], [])


def test_many_days_are_not_all_kept(shelf: Shelf) -> None:
    scopes = Scopes(shelf.library, shelf.library.in_force)
    first = scopes.on(date(1900, 1, 1), None)
    for year in range(1901, 1950):
        scopes.on(date(year, 1, 1), None)
    assert scopes.on(date(1900, 1, 1), None) is not first


def test_a_file_in_two_collections_is_one_document_to_whoever_may_read_either(settings: Settings, shelf: Shelf) -> None:
    rule = "員工遲到十五分鐘須向主任報告。"
    shelf.put("late.txt", rule)
    board = version_writer.collection_for(shelf.library, "board", str(shelf.encoder.identity))
    main, store = shelf.collection, shelf.store
    shelf.collection, shelf.store = board, VectorStore(settings, shelf.tenant, "board")
    shelf.put("late-copy.txt", rule)
    shelf.collection, shelf.store = main, store
    retriever = Retriever(settings, shelf.tenant)

    def found(collections: list[str] | None) -> list[tuple[str, str]]:
        passages = retriever.retrieve("遲到幾多分鐘要報告？", collections=collections)
        return [(one.collection, one.document) for one in passages if one.text == rule]

    assert found(None) == found(["main", "board"]) == [("main", "late.txt")], "quoted once"
    assert found(["board"]) == [("board", "late-copy.txt")], "by whoever may read only the other"
    deletion.delete_document(settings, shelf.library, shelf.library.document("late.txt"), version_writer.COMMAND_LINE)
    assert found(None) == [("board", "late-copy.txt")]
    original = shelf.library.versions(shelf.library.document("late-copy.txt"))[0].sha256
    assert blobs.original_path(shelf.tenant.files_path, original).is_file(), "the original is kept for the other"
