"""A document deleted for good is gone from what has been answered with it, too."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import FastAPI

from kb.library.documents import Library
from kb.publishing import deletion
from kb.publishing.version_writer import COMMAND_LINE
from kb.store import tenants
from kb.store.tables.activity_tables import MessageRow
from tests.helpers.service import ClientOf

HARMONY = "/api/v1/tenants/harmony"
DOCUMENT = "颱風及暴雨工作安排.txt"


def test_kept_answers_lose_the_words_of_a_deleted_document(app: FastAPI, client: ClientOf) -> None:
    member = client("member")
    opened = member.post(f"{HARMONY}/conversations", json={}).json()["id"]
    for question in ("八號風球要唔要返工？", "義工要幾多歲先做得？"):
        told = member.post(
            f"{HARMONY}/conversations/{opened}/messages",
            json={"question": question},
            headers={"Accept": "application/json"},
        )
        assert told.status_code == 200, told.text
    settings = app.state.service.settings
    library = Library(tenants.get(settings, "harmony"))
    quote = _answers(library)[0]["citations"][0]["quote"]
    deletion.delete_document(settings, library, library.document(DOCUMENT), COMMAND_LINE)

    erased, other = _answers(library)
    assert quote not in str(erased)
    assert erased["withheld"] is True
    assert other["citations"]
    shown = member.get(f"{HARMONY}/conversations/{opened}").json()["messages"]
    assert [one["answer"]["withheld"] for one in shown] == [True, False]
    assert shown[0]["answer"]["question"] == "八號風球要唔要返工？"


def _answers(library: Library) -> list[dict[str, object]]:
    with library.session() as session:
        return [row.answer for row in session.scalars(sa.select(MessageRow).order_by(MessageRow.id))]
