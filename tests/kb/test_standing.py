"""Versions change their standing: drafts, publishing, withdrawing, coming back, the days they hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

import pytest

from kb.core import local_date
from kb.core.errors import Conflict, InputError
from kb.core.local_date import today
from kb.publishing import version_states, version_writer
from kb.store import blobs
from kb.store.tables.library_tables import VersionRow
from tests.helpers.shelf import Shelf

pytestmark = pytest.mark.slow


def draft(shelf: Shelf, name: str, text: str) -> VersionRow:
    """Put a text in as the pipeline puts a draft in: filled, without vectors in the store."""
    source = shelf.tenant.home / "upload"
    source.write_text(text, encoding="utf-8")
    sha256 = blobs.store(shelf.tenant.files_path, source)
    started = version_writer.begin(shelf.library, shelf.collection, name, sha256, len(text), draft=True)
    shelf.fill(started, text)
    shelf.store.remove_version(started.version_id)
    version_states.keep_as_draft(shelf.library, started.document_id, started.version_id)
    return version(shelf, name, started.number)


def version(shelf: Shelf, name: str, number: int) -> VersionRow:
    versions = shelf.library.versions(shelf.library.document(name))
    return next(one for one in versions if one.number == number)


def states(shelf: Shelf, name: str) -> dict[int, str]:
    return {one.number: one.state for one in shelf.library.versions(shelf.library.document(name))}


def test_a_draft_is_not_found_until_it_is_published(shelf: Shelf) -> None:
    shelf.put("a.txt", "年假十日。")
    waiting = draft(shelf, "a.txt", "年假十四日。")
    assert shelf.ask("年假有幾多日？") == ["年假十日。"]
    assert shelf.library.document("a.txt").published_version_id != waiting.id
    version_states.publish_existing(shelf.library, shelf.store, waiting)
    assert shelf.ask("年假有幾多日？") == ["年假十四日。"]
    assert states(shelf, "a.txt") == {1: "superseded", 2: "published"}
    assert shelf.store.versions() == {waiting.id}


def test_a_withdrawn_version_answers_no_day_and_comes_back_without_embedding(shelf: Shelf) -> None:
    started = shelf.put("a.txt", "年假十日。", effective_from=date(2024, 1, 1))
    version_states.withdraw(shelf.library, shelf.store, version(shelf, "a.txt", 1))
    assert shelf.ask("年假有幾多日？") == []
    assert shelf.ask("年假有幾多日？", date(2024, 6, 1)) == []
    assert shelf.store.versions() == set()
    assert [chunk.text for chunk in shelf.library.chunks_of(started.version_id)] == ["年假十日。"]
    version_states.publish_existing(shelf.library, shelf.store, version(shelf, "a.txt", 1))
    assert shelf.ask("年假有幾多日？") == ["年假十日。"]
    assert shelf.store.versions() == {started.version_id}


def test_an_earlier_version_comes_back_and_the_later_one_rests(shelf: Shelf) -> None:
    first = shelf.put("a.txt", "年假十日。", effective_from=date(2022, 1, 1))
    shelf.put("a.txt", "年假十四日。", effective_from=date(2024, 1, 1))
    assert version(shelf, "a.txt", 1).effective_to == date(2024, 1, 1)
    version_states.publish_existing(shelf.library, shelf.store, version(shelf, "a.txt", 1))
    assert shelf.ask("年假有幾多日？") == ["年假十日。"]
    assert shelf.ask("年假有幾多日？", today() - timedelta(days=1)) == ["年假十四日。"]  # it held until today
    assert states(shelf, "a.txt") == {1: "published", 2: "superseded"}
    assert shelf.store.versions() == {first.version_id}


def test_a_change_cut_short_leaves_what_answers_whole(shelf: Shelf) -> None:
    first = shelf.put("a.txt", "年假十日。")
    second = shelf.put("a.txt", "年假十四日。")
    # as if the power had failed in publish_existing() after its vectors went in, before the records changed
    version_states.restore_vectors(shelf.library, shelf.store, first.version_id)
    assert shelf.ask("年假有幾多日？") == ["年假十四日。"]
    version_states.publish_existing(shelf.library, shelf.store, version(shelf, "a.txt", 1))
    # and in withdraw() between the records and the vectors: what lingers is not found
    version_states.withdraw(shelf.library, shelf.store, version(shelf, "a.txt", 1))
    version_states.restore_vectors(shelf.library, shelf.store, first.version_id)
    version_states.restore_vectors(shelf.library, shelf.store, second.version_id)
    assert shelf.ask("年假有幾多日？") == []


def test_a_state_that_does_not_allow_it_is_told(shelf: Shelf) -> None:
    shelf.put("a.txt", "年假十日。")
    with pytest.raises(Conflict) as caught:
        version_states.publish_existing(shelf.library, shelf.store, version(shelf, "a.txt", 1))
    assert caught.value.code == "version_state"
    waiting = draft(shelf, "a.txt", "年假十四日。")
    with pytest.raises(Conflict):
        version_states.withdraw(shelf.library, shelf.store, waiting)


def test_the_same_draft_again_is_recognised_and_gives_way_to_its_publication(shelf: Shelf) -> None:
    waiting = draft(shelf, "a.txt", "年假十四日。")
    again = version_writer.begin(shelf.library, shelf.collection, "a.txt", waiting.sha256, 1, draft=True)
    assert (again.status, again.version_id) == ("unchanged", waiting.id)
    shelf.put("a.txt", "年假十四日。")
    assert states(shelf, "a.txt") == {2: "published"}


def test_the_days_a_version_holds(shelf: Shelf) -> None:
    shelf.put("a.txt", "年假十日。")
    one = version(shelf, "a.txt", 1)
    version_states.set_validity(shelf.library, one.id, date(2025, 1, 1), date(2026, 1, 1))
    assert shelf.ask("年假", date(2025, 12, 31)) == ["年假十日。"]
    assert shelf.ask("年假", date(2026, 1, 1)) == []
    with pytest.raises(InputError) as caught:
        version_states.set_validity(shelf.library, one.id, date(2026, 1, 1), date(2026, 1, 1))
    assert caught.value.code == "dates_reversed"


def test_a_new_title_is_found_by_its_words(shelf: Shelf) -> None:
    shelf.put("a.txt", "每年十四日。\n須於七日前申請。")
    shelf.put("b.txt", "每月一次。\n由主任召集。")
    version_states.retitle(shelf.library, version(shelf, "a.txt", 1).id, "年假安排")
    (document_version,) = (one for one in shelf.library.documents() if one.document.name == "a.txt")
    assert (document_version.document.title, document_version.version.title) == ("年假安排", "年假安排")
    assert shelf.ask("年假安排")[0] in ("每年十四日。", "須於七日前申請。")


def test_a_title_given_by_hand_is_that_of_every_version(shelf: Shelf) -> None:
    shelf.put("a.txt", "每年十四日。\n須於七日前申請。")
    shelf.put("b.txt", "每月一次。\n由主任召集。")
    version_states.set_title(shelf.library, shelf.library.document("a.txt"), "休假須知")
    shelf.put("a.txt", "每年十六日。\n須於三日前申請。")
    waiting = draft(shelf, "a.txt", "每年十八日。\n須於一日前申請。")
    assert {version(shelf, "a.txt", number).title for number in (1, 2, waiting.number)} == {"休假須知"}
    assert shelf.library.document("a.txt").title == "休假須知"
    assert shelf.ask("休假須知")[0] in (
        "每年十六日。",
        "須於三日前申請。",
    )  # of the new version too
    version_states.publish_existing(shelf.library, shelf.store, version(shelf, "a.txt", 1))
    assert shelf.library.document("a.txt").title == "休假須知"
    shelf.put("b.txt", "每月兩次。\n由主任召集。")
    assert shelf.library.document("b.txt").title == "b.txt"


def test_the_old_version_ends_on_the_day_it_is_in_hong_kong(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 6, 30, 17, 0, tzinfo=UTC).astimezone(tz)  # one in the morning of 1 July

    monkeypatch.setattr(local_date, "datetime", Clock)
    shelf.put("a.txt", "年假十日。")
    shelf.put("a.txt", "年假十四日。")
    assert version(shelf, "a.txt", 1).effective_to == date(2026, 7, 1)
    assert shelf.ask("年假有幾多日？") == ["年假十四日。"]
    assert shelf.ask("年假有幾多日？", date(2026, 6, 30)) == ["年假十四日。"]  # it has no beginning, so held then too
