"""Stored answers: those of earlier programs are readable, and the view is made from the record."""

from __future__ import annotations

import json
import shutil
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant import turn
from assistant.answers.answer_view import AnswerView
from assistant.conversations import conversation_store
from assistant.conversations.stored_answer import SCHEMA, StoredAnswer, redacted, stored_answer, view_of
from kb.core.errors import Misconfigured
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.publishing import deletion
from kb.publishing.version_writer import COMMAND_LINE
from kb.search.retriever import Retriever
from kb.store import tenants
from kb.store.tables.activity_tables import MessageRow
from kb.store.tables.library_tables import DocumentRow
from tests.helpers.kept_answers import kept_answer, kept_place

DAY = {"effective_from": "2026-04-01", "pages": [3, 4]}
EGRESS = {
    "left": True, "host": "h", "model": "m", "collections": ["main"], "sent": [{"role": "user", "content": "secret"}],
    "masked": {"name": 1},
}  # fmt: skip
FULL = kept_answer(
    answer="secret",
    message="secret",
    citations=[kept_place(quote="secret", twin=kept_place(chunk_id=2), **DAY)],
    nearest=[kept_place(excerpt="secret")],
    egress=EGRESS,
    card={"title": "t", "contacts": []},
    as_of="2026-01-31",
    fallback="down",
    withheld=True,
)


def through_json(record: StoredAnswer) -> StoredAnswer:
    return StoredAnswer.from_json(json.loads(json.dumps(record.to_json())))


def test_a_stored_answer_without_a_schema_is_readable() -> None:
    assert "schema" not in FULL
    record = StoredAnswer.from_json(FULL)
    assert record.schema == 1
    assert record.citations[0].effective_from == date(2026, 4, 1)
    assert record.citations[0].twin is not None
    assert record.egress.sent == ({"role": "user", "content": "secret"},)
    assert view_of(record) == AnswerView.model_validate(FULL), "shown as the program showed it that kept it"


def test_a_stored_answer_without_fallback_and_twin_is_readable() -> None:
    record = StoredAnswer.from_json(kept_answer(citations=[kept_place()]))
    assert (record.fallback, record.withheld, record.citations[0].twin) == ("", False, None)


def test_a_record_has_its_schema_and_is_read_back_unchanged() -> None:
    record = StoredAnswer.from_json(FULL)
    assert record.to_json()["schema"] == SCHEMA
    assert through_json(record) == record


def test_a_record_of_a_newer_program_is_an_error() -> None:
    with pytest.raises(Misconfigured, match="answer_too_new"):
        StoredAnswer.from_json(FULL | {"schema": SCHEMA + 1})


@pytest.mark.parametrize("question", ["病假要唔要醫生紙？", "公司有沒有牙科保險？"])
def test_the_stored_answer_is_the_answer_that_was_given(harmony: Retriever, question: str) -> None:
    answer = turn.answer(harmony, turn.Turn(question))
    record = stored_answer(harmony.library, answer, ["main"], date(2026, 1, 31))
    assert through_json(record) == record
    shown = view_of(through_json(record)).model_dump()
    told: dict[str, Any] = answer.as_dict()
    for name in ("question", "language", "answer", "refused", "reason", "answerer", "confidence", "ms", "searched"):
        assert shown[name] == told[name]
    assert shown["message"] == answer.message
    assert [one["quote"] for one in shown["citations"]] == [one.quote for one in answer.citations]
    assert [one["chunk_id"] for one in shown["nearest"]] == [
        one.chunk_id for one in (answer.contexts[:3] if answer.refused else [])
    ]
    assert (shown["as_of"], shown["collections"]) == (date(2026, 1, 31), ["main"])
    assert (shown["contact"], shown["withheld"]) == ("人事部，內線 101", False)


def test_a_redacted_record_keeps_only_the_question_and_the_host() -> None:
    record = StoredAnswer.from_json(FULL | {"withheld": False})
    empty = redacted(record)
    assert "secret" not in json.dumps(empty.to_json())
    assert empty.withheld
    assert (empty.answer, empty.message, empty.places) == ("", "", [])
    assert (empty.question, empty.egress) == (record.question, replace(record.egress, sent=()))
    assert redacted(empty) == empty
    assert len(record.places) == 2, "the record given is as it was"
    with pytest.raises(FrozenInstanceError):
        record.answer = ""  # type: ignore[misc]


@pytest.fixture
def own(asked: Settings, tmp_path: Path) -> Retriever:
    """The organisation with records of its own, from which documents may be deleted."""
    shutil.copytree(asked.data, tmp_path / "data")
    settings = asked.model_copy(update={"data": tmp_path / "data"})
    return Retriever(settings, tenants.get(settings, "harmony"))


def delete(retriever: Retriever, name: str) -> None:
    library = retriever.library
    deletion.delete_document(retriever.settings, library, library.document(name), COMMAND_LINE)


@pytest.mark.parametrize("question", ["病假要唔要醫生紙？", "公司有沒有牙科保險？"])
def test_an_answer_whose_document_was_deleted_meanwhile_is_stored_without_its_words(
    own: Retriever, question: str
) -> None:
    answer = turn.answer(own, turn.Turn(question))
    used = [answer.citations[0].document] if answer.citations else [answer.contexts[0].document]
    delete(own, used[0])
    record = stored_answer(own.library, answer, ["main"], None)
    assert record.withheld
    assert (record.question, record.answer, record.message, record.places) == (question, "", "", [])


@pytest.mark.parametrize(
    "unreadable", [{"schema": SCHEMA + 1, "new": "secret"}, {"citations": "secret"}], ids=["newer", "damaged"]
)
def test_an_unreadable_answer_is_emptied_and_does_not_stop_a_deletion(
    own: Retriever, unreadable: dict[str, object]
) -> None:
    record = StoredAnswer.from_json(kept_answer(question="病假？", answer="secret", message="secret"))
    conversation = conversation_store.start(own.library, 1)
    conversation_store.record(own.library, 1, conversation.id, record)
    with own.library.transaction() as session:
        session.execute(sa.update(MessageRow).values(answer=record.to_json() | unreadable))
    delete(own, "收費表.csv")
    assert "收費表.csv" not in documents(own.library)
    with own.library.session() as session:
        stored = session.scalars(sa.select(MessageRow)).one().answer
    assert "secret" not in json.dumps(stored)
    emptied = StoredAnswer.from_json(stored)
    assert (emptied.question, emptied.answer, emptied.withheld) == ("病假？", "", True)


def documents(library: Library) -> list[str]:
    with library.session() as session:
        return list(session.scalars(sa.select(DocumentRow.name)))
