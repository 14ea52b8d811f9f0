"""Deleting for good: versions, collections, organisations; what stays, and what is called by its number afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from kb.core.errors import NotFound
from kb.core.settings import Settings
from kb.erasure import certificates
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import accounts
from kb.people.access import Role
from kb.publishing import deletion, erasure, erasure_followup, version_states, version_writer
from kb.publishing.version_writer import COMMAND_LINE
from kb.store import tenants
from kb.store.tables.activity_tables import AuditRow, SuggestionRow
from kb.store.tables.library_tables import CollectionRow, VersionRow
from tests.helpers.shelf import Shelf

pytestmark = pytest.mark.slow

FIRST = "琥珀計劃每年撥款總額為六十二萬四千元，由發展部統籌分配。"
SECOND = "琥珀計劃每年撥款總額改為七十一萬八千元，由總幹事統籌分配。"
OTHER = "病假連續兩天或以上，須遞交註冊西醫簽發的醫生證明書。"


def left_in(data: Path, *texts: str) -> list[str]:
    found = [path for path in data.rglob("*") if path.is_file()]
    return [path.name for path in found if any(text.encode() in path.read_bytes() for text in texts)]


def finished(shelf: Shelf) -> list[certificates.Certificate]:
    (shelf.tenant.home / "upload").unlink(missing_ok=True)  # the helper's own copy of the last text
    return erasure_followup.finish(shelf.settings, shelf.tenant)


def test_an_old_version_goes_and_the_published_one_answers(shelf: Shelf) -> None:
    shelf.put("a.txt", FIRST)
    shelf.put("a.txt", SECOND)
    document = shelf.library.document("a.txt")
    deletion.delete_version(shelf.settings, shelf.library, document, shelf.library.versions(document)[0], COMMAND_LINE)
    (certificate,) = finished(shelf)
    assert (certificate.kind, certificate.state, len(certificate.versions)) == ("version", "clear", 1)
    assert left_in(shelf.settings.data, FIRST) == []
    assert shelf.ask("琥珀計劃撥款總額") == [SECOND]
    assert [one.number for one in shelf.library.versions(document)] == [2]


def test_the_records_are_without_the_text_at_once(shelf: Shelf) -> None:
    """Before the follow-up, which a busy computer may do much later."""
    shelf.put("a.txt", FIRST)
    shelf.put("b.txt", OTHER)
    document = shelf.library.document("a.txt")
    deletion.delete_document(shelf.settings, shelf.library, document, COMMAND_LINE)
    assert [name for name in left_in(shelf.settings.data, FIRST) if name.startswith("records.sqlite")] == []
    assert shelf.ask("醫生證明書") == [OTHER]


def test_without_its_published_version_a_document_waits_for_another(shelf: Shelf) -> None:
    shelf.put("a.txt", FIRST)
    shelf.put("a.txt", SECOND)
    document = shelf.library.document("a.txt")
    old, new = shelf.library.versions(document)
    deletion.delete_version(shelf.settings, shelf.library, document, new, COMMAND_LINE)
    assert shelf.library.document("a.txt").published_version_id is None
    finished(shelf)
    assert left_in(shelf.settings.data, SECOND) == []
    version_states.publish_existing(shelf.library, shelf.store, old)
    assert shelf.ask("琥珀計劃撥款總額") == [FIRST]
    deletion.delete_version(shelf.settings, shelf.library, document, old, COMMAND_LINE)
    with pytest.raises(NotFound):
        shelf.library.document("a.txt")


def test_numbers_are_not_given_out_again(shelf: Shelf) -> None:
    first = shelf.put("a.txt", FIRST)
    chunks = [one.id for one in shelf.library.chunks_of(first.version_id)]
    shelf.remove("a.txt")
    second = shelf.put("b.txt", OTHER)
    assert second.version_id > first.version_id
    assert second.document_id > first.document_id
    assert min(one.id for one in shelf.library.chunks_of(second.version_id)) > max(chunks)


def test_what_is_deleted_while_it_is_taken_in_is_not_written_again(shelf: Shelf) -> None:
    started = shelf.begin("a.txt", FIRST)
    document = shelf.library.document("a.txt")
    deletion.delete_document(shelf.settings, shelf.library, document, COMMAND_LINE)
    other = shelf.put("a.txt", OTHER)
    with pytest.raises(sa.exc.NoResultFound):
        shelf.fill(started, FIRST)
    finished(shelf)
    assert [one.text for one in shelf.library.chunks_of(other.version_id)] == [OTHER]
    assert left_in(shelf.settings.data, FIRST) == []


def test_a_version_that_was_begun_just_now_goes_too(shelf: Shelf) -> None:
    shelf.put("a.txt", FIRST)
    document = shelf.library.document("a.txt")
    deleted = deletion.deleted_content.of_versions(shelf.library, shelf.library.versions(document))
    shelf.begin("a.txt", SECOND)
    version_writer.remove_versions(shelf.library, shelf.store, deleted, "document", COMMAND_LINE)
    with shelf.library.session() as session:
        assert session.scalars(sa.select(VersionRow)).all() == []
    with pytest.raises(NotFound):
        version_writer.remove_versions(shelf.library, shelf.store, deleted, "document", COMMAND_LINE)


def test_a_collection_goes_with_all_its_documents(shelf: Shelf) -> None:
    shelf.put("a.txt", FIRST)
    shelf.put("b.txt", OTHER)
    deletion.delete_collection_documents(shelf.settings, shelf.library, shelf.collection, COMMAND_LINE)
    (certificate,) = finished(shelf)
    assert (certificate.kind, len(certificate.versions), certificate.state) == ("collection", 2, "clear")
    assert left_in(shelf.settings.data, FIRST, OTHER) == []
    assert deletion.delete_collection_documents(shelf.settings, shelf.library, shelf.collection, COMMAND_LINE) is None


def test_an_organisation_goes_and_the_others_stay(settings: Settings) -> None:
    first, second = Shelf(settings, "harmony"), Shelf(settings, "sunrise")
    first.put("琥珀撥款內部指引.txt", FIRST)
    second.put("b.txt", OTHER)
    person = accounts.create(settings, "o@example.org", "O", "correct horse battery")
    for slug in ("harmony", "sunrise"):
        accounts.add_member(settings, person.id, slug, Role.OWNER)
    report = deletion.delete_tenant(settings, first.tenant)
    assert (report.is_clear, report.pieces["text"] > 0) == (True, True)
    assert left_in(settings.data, FIRST, "琥珀撥款內部指引") == []
    assert [one.slug for one in tenants.listing(settings)] == ["sunrise"]
    assert second.ask("病假要唔要醫生紙？") == [OTHER]
    assert not first.tenant.home.exists()


def test_after_a_crash_the_next_start_searches_with_the_sample(shelf: Shelf) -> None:
    shelf.put("a.txt", FIRST * 3)
    shelf.remove("a.txt")
    (number,) = [number for number, _ in certificates.pending(shelf.library)]
    erasure.searched(shelf.tenant, number)  # another process does not have the text
    assert erasure.pending_mark(shelf.tenant).is_file()
    (certificate,) = finished(shelf)
    assert certificate.report is not None
    assert (certificate.state, certificate.report.is_complete) == ("clear", False)
    assert not erasure.pending_mark(shelf.tenant).is_file()
    left = shelf.settings.data / "left.txt"
    left.write_text(FIRST * 3, encoding="utf-8")
    erasure_followup.search_again(shelf.tenant, number)
    (again,) = finished(shelf)
    assert again.report is not None
    assert (again.state, [one.place for one in again.report.found]) == ("found", ["left.txt", "left.txt"])


def test_the_audit_trail_calls_it_by_its_number_and_others_by_name(shelf: Shelf) -> None:
    shelf.put("amber.txt", FIRST)
    with shelf.library.transaction() as session:
        session.add(CollectionRow(slug="other", name="Other"))
        session.add(SuggestionRow(collection_id=shelf.collection.id, question="amber.txt 講咩？"))
    number = shelf.library.document("amber.txt").id
    somebody = Actor("user:1", "A")
    audit.record(shelf.library, somebody, "document.upload", "amber.txt", collection="main")
    audit.record(shelf.library, somebody, "draft.write", "other amber.txt, amber.txt", other="amber.txt")
    audit.record(shelf.library, somebody, "document.fetch", "https://example.org/amber.txt", collection="main")
    audit.record(shelf.library, somebody, "question.ask", "main")
    shelf.remove("amber.txt")
    with shelf.library.session() as session:
        rows = session.scalars(sa.select(AuditRow).order_by(AuditRow.id)).all()
        assert session.scalars(sa.select(SuggestionRow)).all() == []
    assert [row.subject for row in rows] == [f"#{number}", f"other amber.txt, #{number}", f"#{number}", "main"]
    assert rows[1].detail == {"other": f"#{number}"}
    assert {row.name for row in rows} == {"A"}


@pytest.mark.parametrize("name", ["Fong Siu Ling, complaint 2026.txt", "方小菱,方小蓮.txt"])
def test_names_with_commas_and_former_names_go_too(shelf: Shelf, name: str) -> None:
    shelf.put("warning to Fong Siu Ling.txt", FIRST)
    row = shelf.library.document("warning to Fong Siu Ling.txt")
    somebody = Actor("user:1", "A")
    audit.record(shelf.library, somebody, "document.upload", row.name, collection="main")
    version_writer.rename(shelf.library, row.id, name)
    audit.record(shelf.library, somebody, "document.rename", name, collection="main", before=row.name)
    audit.record(shelf.library, somebody, "draft.write", f"other.txt, {name}", collection="main")
    shelf.remove(name)
    (certificate,) = finished(shelf)
    assert certificate.state == "clear"
    assert left_in(shelf.settings.data, "Fong Siu Ling", "方小菱") == []
    with shelf.library.session() as session:
        subjects = session.scalars(sa.select(AuditRow.subject).order_by(AuditRow.id)).all()
    assert subjects == [f"#{row.id}", f"#{row.id}", f"other.txt, #{row.id}"]


def test_a_sample_does_not_clear_what_a_whole_search_found(shelf: Shelf) -> None:
    shelf.put("amber report 2026.txt", FIRST * 3)
    (shelf.settings.data / "left.txt").write_text("amber report 2026.txt", encoding="utf-8")
    shelf.remove("amber report 2026.txt")
    (certificate,) = finished(shelf)
    assert certificate.state == "found"
    erasure_followup.search_again(shelf.tenant, certificate.id)
    (again,) = finished(shelf)
    assert again.report is not None
    assert (again.state, {one.place for one in again.report.found}) == ("found", {"left.txt"})


def test_a_question_asked_meanwhile_is_answered_from_what_is_left(shelf: Shelf) -> None:
    """Search reads the scope first and the text last; a deletion in between must not break the answer."""
    from kb.search.retriever import Retriever

    shelf.put("a.txt", FIRST)
    shelf.put("b.txt", OTHER)
    retriever = Retriever(shelf.settings, shelf.tenant)
    assert len(retriever.retrieve("琥珀計劃撥款總額同醫生紙")) == 2
    chunks = Library.chunks

    def deleted_in_between(library: Library, ids: object) -> object:
        wanted = list(ids)  # type: ignore[call-overload]
        shelf.remove("a.txt")
        return chunks(library, wanted)

    retriever.library.chunks = deleted_in_between.__get__(retriever.library)  # type: ignore[method-assign]
    assert [one.text for one in retriever.retrieve("琥珀計劃撥款總額同醫生紙")] == [OTHER]
