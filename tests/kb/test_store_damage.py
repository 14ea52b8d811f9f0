"""A damaged vector store: never a dead process, never a wrong answer in silence, and made anew from the records."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.doctor import examine
from kb.library.documents import Library
from kb.search.dense import chroma_clients, store_check, store_marks, store_repair
from kb.search.dense.vector_store import VectorStore
from kb.search.rebuild import rebuild
from kb.store import tenants
from tests.helpers.vector_library import VectorLibrary

CHUNKS = 1200  # Chroma writes an index to the disk from 1,000 records on
INDEX_FILES = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")
WAYS = ("gone", "empty", "cut", "rubbish")


@pytest.fixture(scope="module")
def large(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> VectorLibrary:
    library = VectorLibrary(model_settings.model_copy(update={"data": tmp_path_factory.mktemp("large")}))
    library.put("manual", CHUNKS)
    chroma_clients.close_unused(0, 0)
    shutil.copytree(library.tenant.vectors_path, library.tenant.home / "sound")
    return library


@pytest.fixture
def sound(large: VectorLibrary) -> Iterator[VectorLibrary]:
    """The large library with its store as it was."""
    chroma_clients.replace_folder(large.settings, large.tenant)
    shutil.copytree(large.tenant.home / "sound", large.tenant.vectors_path)
    assert large.found() >= 0.95
    chroma_clients.close_unused(0, 0)
    yield large
    chroma_clients.close_unused(0, 0)


def damage(path: Path, way: str) -> None:
    held = path.read_bytes()
    if way == "gone":
        path.unlink()
    elif way == "empty":
        path.write_bytes(b"")
    elif way == "cut":
        path.write_bytes(held[: len(held) // 2])
    else:
        number = min(4096, len(held))
        path.write_bytes(bytes((i * 167 + 13) % 251 for i in range(number)) + held[number:])


def _right_or_said(library: VectorLibrary) -> None:
    """Search answers rightly, or says that the store cannot be used; repaired, it answers rightly."""
    with contextlib.suppress(Transient):
        assert library.found() >= 0.95
    store_repair.repair(library.settings, library.library)
    assert library.found() >= 0.95
    assert not store_marks.is_behind(library.tenant)
    assert sorted(path.name for path in library.tenant.home.glob("vectors*")) == ["vectors"]


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", INDEX_FILES)
def test_a_file_of_the_index(sound: VectorLibrary, name: str, way: str) -> None:
    damage(next(sound.tenant.vectors_path.glob(f"*/{name}")), way)
    _right_or_said(sound)


@pytest.mark.parametrize(("name", "way"), [("data_level0.bin", "rubbish"), ("index_metadata.pickle", "gone")])
def test_files_that_end_the_process_or_are_not_missed(sound: VectorLibrary, name: str, way: str) -> None:
    damage(next(sound.tenant.vectors_path.glob(f"*/{name}")), way)
    with pytest.raises(Transient, match="store_unavailable"):
        sound.found()
    _right_or_said(sound)


@pytest.mark.parametrize("way", WAYS)
def test_the_database(sound: VectorLibrary, way: str) -> None:
    damage(sound.tenant.vectors_path / "chroma.sqlite3", way)
    with pytest.raises(Transient, match="store_unavailable"):
        sound.found()
    _right_or_said(sound)


def test_bytes_in_the_middle_of_files(sound: VectorLibrary) -> None:
    for path in [path for path in sound.tenant.vectors_path.rglob("*") if path.is_file()]:
        with path.open("r+b") as stream:
            stream.seek(path.stat().st_size // 3)
            stream.write(os.urandom(min(path.stat().st_size // 2, 200_000)))
    with pytest.raises(Transient, match="store_unavailable"):
        sound.found()
    _right_or_said(sound)


def test_the_whole_folder(sound: VectorLibrary) -> None:
    folder = sound.tenant.vectors_path
    shutil.rmtree(next(path for path in folder.iterdir() if path.is_dir()))
    with pytest.raises(Transient, match="store_unavailable"):
        sound.found()
    _right_or_said(sound)
    chroma_clients.close_unused(0, 0)
    shutil.rmtree(folder)
    folder.write_text("not a folder", encoding="utf-8")
    with pytest.raises(Transient, match="store_unavailable"):
        sound.found()
    _right_or_said(sound)


def test_a_sound_store_is_called_sound(sound: VectorLibrary) -> None:
    assert store_check.examine(sound.tenant.vectors_path) == ""
    sound.put("notice", 30)
    sound.put("circular", 1500)
    sound.store.remove(sound.ids[10:400])
    chroma_clients.close_unused(0, 0)
    assert store_check.examine(sound.tenant.vectors_path) == ""


def test_what_takes_away_or_adds_goes_on(settings: Settings) -> None:
    one, other = VectorLibrary(settings), VectorLibrary(settings, "kindness")
    one.put("a", 5), other.put("a", 5)
    chroma_clients.close_unused(0, 0)
    damage(one.tenant.vectors_path / "chroma.sqlite3", "cut")
    one.put("a", 6)
    one.put("b", 3)
    assert [entry.document.name for entry in one.library.documents()] == ["a", "b"]
    assert store_marks.is_behind(one.tenant)
    assert other.found(slice(None)) == 1.0
    assert not store_marks.is_behind(other.tenant)
    store_repair.repair(settings, one.library)
    assert one.store.ids() == set(one.ids[5:])
    assert not store_marks.is_behind(one.tenant)


def test_doctor_names_it_and_rebuild_mends_it(settings: Settings) -> None:
    one = VectorLibrary(settings)
    one.put("a", 5)
    chroma_clients.close_unused(0, 0)
    damage(one.tenant.vectors_path / "chroma.sqlite3", "cut")
    finding = next(found for found in examine(settings) if found.what == "tenant harmony/main")
    assert "malformed" in finding.found
    assert finding.mend == "kb rebuild --tenant harmony"
    rebuild(settings, one.library, one.collection)
    finding = next(found for found in examine(settings) if found.what == "tenant harmony/main")
    assert (finding.found, finding.mend) == ("1 documents, 5 chunks", "")


def test_a_store_that_was_marked_while_it_was_repaired_stays_marked(settings: Settings) -> None:
    one = VectorLibrary(settings)
    token = store_marks.mark_behind(one.tenant)
    store_marks.mark_behind(one.tenant)
    store_marks.remove_mark(one.tenant, token)
    assert store_marks.is_behind(one.tenant)


def test_a_server_that_is_away(settings: Settings) -> None:
    away = settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"})
    one = VectorLibrary(away)
    one.put("a", 5)
    assert [entry.document.name for entry in one.library.documents()] == ["a"]
    with pytest.raises(Transient, match="store_unavailable"):
        VectorStore(away, tenants.get(away, "harmony"), "main").ids()
    with pytest.raises(Transient, match="store_unavailable"):
        rebuild(away, one.library, one.collection)
    assert Library(one.tenant).collection("main").model == one.collection.model  # it can still be searched
    finding = next(found for found in examine(away) if found.what == "tenant harmony/main")
    assert "start the Chroma server at http://127.0.0.1:9" in finding.mend
    store_repair.repair(settings, one.library)
    assert one.store._settings is away
    assert VectorStore(settings, one.tenant, "main").ids() == set(one.ids)
