"""Versions: begun, filled, published, replaced, removed; and what answers on which day."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from kb.core.errors import Misconfigured, NotFound
from kb.core.local_date import today
from kb.core.settings import Settings
from kb.library.documents import DEFAULT_COLLECTION
from kb.publishing import version_writer
from tests.helpers.shelf import Shelf

pytestmark = pytest.mark.slow


def test_the_same_content_again_is_recognised(shelf: Shelf) -> None:
    assert shelf.put("a.txt", "年假十四日。").status == "new"
    assert shelf.put("a.txt", "年假十四日。").status == "unchanged"
    copy = shelf.put("a (1).txt", "年假十四日。")
    assert (copy.status, copy.document) == ("unchanged", "a.txt")
    assert [document_version.document.name for document_version in shelf.library.documents()] == ["a.txt"]


def test_a_new_version_replaces_the_old_which_stays_readable(shelf: Shelf) -> None:
    first = shelf.put("a.txt", "年假十日。")
    second = shelf.put("a.txt", "年假十四日。")
    assert (second.status, second.number) == ("replacement", 2)
    assert shelf.ask("年假有幾多日？") == ["年假十四日。"]
    assert [chunk.text for chunk in shelf.library.chunks_of(first.version_id)] == ["年假十日。"]
    assert shelf.store.versions() == {second.version_id}


def test_until_it_is_published_the_old_version_answers(shelf: Shelf) -> None:
    shelf.put("a.txt", "年假十日。")
    started = shelf.begin("a.txt", "年假十四日。")
    shelf.fill(started, "年假十四日。")
    assert shelf.ask("年假有幾多日？") == ["年假十日。"]
    shelf.fill(started, "年假十四日。")  # taken up again after a crash: nothing is there twice
    version_writer.publish(shelf.library, shelf.store, started)
    assert shelf.ask("年假有幾多日？") == ["年假十四日。"]


def test_a_half_made_version_is_taken_up_again_or_discarded(shelf: Shelf) -> None:
    started = shelf.begin("a.txt", "年假十日。")
    assert shelf.begin("a.txt", "年假十日。").version_id == started.version_id
    shelf.fill(started, "年假十日。")
    version_writer.discard(shelf.library, started)
    assert shelf.ask("年假") == []
    with pytest.raises(NotFound):
        shelf.library.document("a.txt")
    with shelf.library.session() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM postings")) == 0


def test_an_edition_of_next_month_waits_for_its_day(shelf: Shelf) -> None:
    shelf.put("a.txt", "年假十日。")
    begins = today() + timedelta(days=30)
    shelf.put("a.txt", "年假十四日。", effective_from=begins)
    assert shelf.ask("年假有幾多日？") == ["年假十日。"]
    assert shelf.ask("年假有幾多日？", begins) == ["年假十四日。"]


def test_a_question_about_the_past_is_answered_from_the_version_of_that_day(shelf: Shelf) -> None:
    shelf.put("a.txt", "年假七日。", effective_from=date(2020, 1, 1))
    shelf.put("a.txt", "年假十日。", effective_from=date(2022, 1, 1))
    shelf.put("a.txt", "年假十四日。", effective_from=date(2024, 1, 1))
    assert shelf.ask("年假", date(2019, 12, 31)) == []
    assert shelf.ask("年假", date(2021, 6, 1)) == ["年假七日。"]
    assert shelf.ask("年假", date(2023, 12, 31)) == ["年假十日。"]
    assert shelf.ask("年假", date(2024, 1, 1)) == ["年假十四日。"]


def test_removal_leaves_nothing(shelf: Shelf) -> None:
    started = shelf.put("a.txt", "年假十日。")
    shelf.put("a.txt", "年假十四日。")
    kept = shelf.put("b.txt", "病假兩日。")
    assert shelf.remove("a.txt") == 2
    assert shelf.ask("年假") == ["病假兩日。"]
    assert shelf.library.chunks_of(started.version_id) == []
    assert shelf.store.versions() == {kept.version_id}
    originals = [path for path in shelf.tenant.files_path.rglob("*") if path.is_file()]
    assert len(originals) == 1


HANDLER = """
from pathlib import Path
import sqlalchemy as sa

def erase(session, deleted):
    session.execute(sa.text("INSERT INTO suggestions VALUES (1, 1, :n, 'erased')"), {"n": len(deleted.version_ids)})
    if Path(__file__).with_name("disk-full").exists():
        raise OSError("disk full")
"""


def test_who_keeps_copies_is_told_in_the_same_transaction(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = tmp_path / "copies-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: copies\nVersion: 1.0\n", encoding="utf-8")
    (facts / "entry_points.txt").write_text("[sinzi.erasure]\ncopies = copies_kept:erase\n", encoding="utf-8")
    (tmp_path / "copies_kept.py").write_text(HANDLER, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    told = sa.text("SELECT ordinal, question FROM suggestions")
    shelf.put("a.txt", "年假十日。")
    shelf.put("a.txt", "年假十四日。")
    (tmp_path / "disk-full").touch()
    with pytest.raises(OSError, match="disk full"):
        shelf.remove("a.txt")
    assert shelf.ask("年假有幾多日？") == ["年假十四日。"]
    with shelf.library.session() as session:
        assert session.execute(told).all() == []
    (tmp_path / "disk-full").unlink()
    assert shelf.remove("a.txt") == 2
    with shelf.library.session() as session:
        assert session.execute(told).all() == [(2, "erased")]


def test_another_model_is_refused_with_the_command_that_mends_it(shelf: Shelf) -> None:
    with pytest.raises(Misconfigured) as caught:
        version_writer.collection_for(shelf.library, DEFAULT_COLLECTION, "another-model@1/768")
    assert "kb rebuild --tenant harmony" in caught.value.message("en")


def test_two_tenants_cannot_see_each_other(settings: Settings) -> None:
    first, second = Shelf(settings, "harmony"), Shelf(settings, "sunrise")
    first.put("a.txt", "年假十四日。")
    second.put("b.txt", "年假二十日。")
    assert first.ask("年假有幾多日？") == ["年假十四日。"]
    assert second.ask("年假有幾多日？") == ["年假二十日。"]
    assert [document_version.document.name for document_version in second.library.documents()] == ["b.txt"]
