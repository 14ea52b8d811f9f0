"""People's data is stored with the version it stands in, and looked for at once where nobody has looked yet."""

from __future__ import annotations

import sqlalchemy as sa

from kb.personal_data import stored_spans
from kb.personal_data.masked_text import MaskedText, mask
from kb.personal_data.personal_span import PersonalKind, PersonalSpan
from kb.personal_data.persons_finder import find_persons_data
from kb.store.tables.library_tables import PersonalDataRow, PersonalSpansRow
from tests.helpers.shelf import Shelf

LINE = "陳大文的身份證號碼是 U945807(4)，手提電話 9991 2345。"


def test_chunks_that_nobody_has_examined_are_examined_when_they_are_shown(shelf: Shelf) -> None:
    started = shelf.put("a.txt", LINE)
    (chunk,) = shelf.library.chunks_of(started.version_id)
    with shelf.library.session() as session:
        spans = stored_spans.spans_of(session, [chunk.id])[chunk.id]
        assert stored_spans.unexamined(session) == [started.version_id]
    assert [(one.kind, LINE[one.start : one.end]) for one in spans] == [
        (PersonalKind.HKID, "U945807(4)"),
        (PersonalKind.PHONE, "9991 2345"),
    ]
    assert mask(LINE, spans) == "陳大文的身份證號碼是 〔身份證號碼已遮蓋〕，手提電話 〔個人電話已遮蓋〕。"


def test_what_was_stored_is_read_and_goes_with_its_version(shelf: Shelf) -> None:
    started = shelf.put("a.txt", LINE)
    (chunk,) = shelf.library.chunks_of(started.version_id)
    stored = [PersonalSpan(0, 3, PersonalKind.HEALTH)]  # not what the finder would find: it is read, not found again
    with shelf.library.transaction() as session:
        stored_spans.store(session, started.version_id, {"health": 1}, False)
        stored_spans.store_spans(session, {chunk.id: stored})
    with shelf.library.session() as session:
        assert stored_spans.spans_of(session, [chunk.id]) == {chunk.id: stored}
        assert stored_spans.unexamined(session) == []
    shelf.remove("a.txt")
    with shelf.library.session() as session:
        for table in (PersonalDataRow, PersonalSpansRow):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_place_in_a_text_is_found_again_in_the_masked_text() -> None:
    masked = MaskedText(LINE, find_persons_data(LINE), "zh-HK")
    for word in ("陳大文", "手提電話", "。"):
        assert masked.text[masked.place(LINE.index(word)) :].startswith(word)
    inside = LINE.index("945807")
    start, end = masked.place(inside), masked.place(inside + 3, end=True)
    assert masked.text[start:end] == "〔身份證號碼已遮蓋〕"
