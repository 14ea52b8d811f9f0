"""The log of what is sent to a language model: before it is sent, however it ends, and nothing that must stay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant import turn
from assistant.evidence.quotable_spans import QuotableSpan
from assistant.llm import egress_log, endpoint
from assistant.llm.egress_log import EgressFilter
from assistant.llm.requester import ReaderGone, Requester
from assistant.tasks import drafting, summary, translation
from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.erasure.deleted_content import stored_content
from kb.erasure.fingerprints import Fingerprints
from kb.language.detect import Language
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.search.passage import passage
from kb.search.retriever import Retriever
from kb.store import tenants
from kb.store.tables.activity_tables import EgressRow
from kb.store.tables.states import EgressState
from tests.helpers.language_model_server import LanguageModelServer, completion_events

pytestmark = pytest.mark.slow

Started = Callable[..., LanguageModelServer]
Made = Callable[..., Retriever]
QUESTION = "年假可結轉多少天？"
SENTENCE = "未放取的年假最多可結轉5天到下一年度 [1]。"
# Without the end of a stream.
UNFINISHED = completion_events(f"{SENTENCE}病假連續").removesuffix(b"data: [DONE]\n\n")


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the test stands for an external one: this machine's address counts as external."""
    monkeypatch.setattr(endpoint, "is_internal", lambda settings: False)


def newest(retriever: Retriever) -> EgressRow:
    return next(egress_log.entries(retriever.library, EgressFilter(), 1))


def texts(row: EgressRow) -> str:
    return json.dumps(row.sent, ensure_ascii=False)


def test_a_request_is_in_the_log_before_it_is_sent(speaking: Started, with_model: Made) -> None:
    seen: list[EgressRow] = []

    def reply(body: dict[str, object]) -> str:
        seen.append(newest(retriever))
        return SENTENCE

    server = speaking(reply)
    retriever = with_model(server.url)
    person = Requester(Actor("user:7", "陳主任"))
    answer = turn.answer(retriever, turn.Turn(f"王美玲女士問：{QUESTION}", requester=person))
    (row,) = seen
    assert (row.state, row.ended_at) == (EgressState.SENDING, None)
    assert row.sent == server.requests[-1]["messages"] == answer.egress.sent
    assert (row.actor, row.name, row.purpose, row.left) == ("user:7", "陳主任", "answer", False)
    assert row.host == endpoint.host(retriever.settings)
    assert (row.collections, row.masked) == (["main"], {"name": 1})
    assert "王美玲" not in texts(row)
    versions = {one.version.id: one.document.name for one in retriever.library.documents()}
    assert "員工手冊.txt" in {versions[one] for one in row.version_ids}
    assert row.version_ids == answer.egress.version_ids
    after = newest(retriever)
    assert (after.id, after.state, after.ended_at is None) == (row.id, EgressState.DONE, False)


def test_owners_do_not_read_what_somebody_typed(speaking: Started, with_model: Made) -> None:
    retriever = with_model(speaking(SENTENCE).url)
    turn.answer(retriever, turn.Turn(QUESTION))
    row = newest(retriever)
    shown = egress_log.visible_text(row)
    assert QUESTION in texts(row)
    assert QUESTION not in shown
    assert "最多可結轉5天" in shown
    exported = "".join(egress_log.as_jsonl([row])) + "".join(egress_log.as_csv([row]))
    assert QUESTION not in exported
    assert "最多可結轉5天" in exported


def test_a_reader_who_leaves_in_mid_stream(speaking: Started, with_model: Made) -> None:
    retriever = with_model(speaking(raw=UNFINISHED, stalls=True).url)
    events = turn.stream(retriever, turn.Turn(QUESTION))
    assert next(event for event in events if event.kind == "delta").text
    events.close()
    row = newest(retriever)
    assert (row.state, row.purpose) == (EgressState.CANCELLED, "answer")
    assert "最多可結轉5天" in texts(row)


def test_a_reader_who_leaves_stops_a_silent_model_at_once(speaking: Started, with_model: Made) -> None:
    server = speaking(raw=b"", stalls=True)
    retriever = with_model(server.url)
    gone = threading.Event()
    threading.Timer(1.0, gone.set).start()
    started = time.monotonic()
    with pytest.raises(ReaderGone):
        turn.answer(retriever, turn.Turn(QUESTION, requester=Requester(gone=gone)))
    assert server.left.wait(3.0), "the connection to the model is closed"
    assert time.monotonic() - started < 8.0
    assert newest(retriever).state is EgressState.CANCELLED


def test_every_purpose_and_every_failure_is_in_the_log(speaking: Started, with_model: Made) -> None:
    retriever = with_model(speaking("x", status=500).url)
    library = retriever.library
    version = next(one for one in library.documents() if one.document.name == "員工手冊.txt")
    chunk = library.chunks_of(version.version.id)[0]
    span = QuotableSpan(passage(chunk, version), 0, len(chunk.text))
    with pytest.raises(Transient, match="llm_unsupported"):
        translation.translate(retriever, span, Language.ENGLISH)
    assert summary.summarise(retriever, "員工手冊.txt", Language.TRADITIONAL).fallback == "down"
    assert drafting.draft(retriever, "email", QUESTION, Language.TRADITIONAL).fallback == "down"
    turn.answer(retriever, turn.Turn("咁要幾時之前放晒？", history=["年假可以結轉幾多日？"]))
    rows = list(egress_log.entries(library, EgressFilter(), 5))
    assert [row.purpose for row in rows] == ["answer", "rewrite", "draft", "summary", "translate"]
    assert {(row.state, row.error) for row in rows} == {(EgressState.FAILED, "llm_down")}
    assert all(row.sent and version.version.id in row.version_ids for row in rows if row.purpose != "rewrite")


def test_a_translation_that_loses_a_figure_is_in_the_log(speaking: Started, with_model: Made) -> None:
    retriever = with_model(speaking("Unused leave may be carried over.").url)
    library = retriever.library
    version = next(one for one in library.documents() if one.document.name == "員工手冊.txt")
    chunk = next(one for one in library.chunks_of(version.version.id) if "結轉5天" in one.text)
    with pytest.raises(Transient, match="llm_unsupported"):
        translation.translate(retriever, QuotableSpan(passage(chunk, version), 0, len(chunk.text)), Language.ENGLISH)
    row = newest(retriever)
    assert (row.purpose, row.version_ids) == ("translate", [version.version.id])
    assert "結轉5天" in texts(row)


KILLED = """
import os, sys
from assistant import turn
from kb.core.settings import Settings
from kb.search.retriever import Retriever
from kb.store import tenants

settings = Settings()
for event in turn.stream(Retriever(settings, tenants.get(settings, "harmony")), turn.Turn(sys.argv[1])):
    if event.kind == "delta":
        os._exit(9)
"""


def test_a_process_that_is_killed_leaves_its_request_in_the_log(speaking: Started, with_model: Made) -> None:
    retriever = with_model(speaking(raw=UNFINISHED, stalls=True).url)
    settings = retriever.settings
    environment = os.environ | {
        "KB_DATA": str(settings.data), "KB_CACHE": str(settings.cache), "KB_LLM_BASE_URL": settings.llm_base_url,
        "KB_LLM_MODEL": "m", "PYTHONPATH": str(Path(__file__).parents[3]),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", KILLED, QUESTION], env=environment, check=False, timeout=120)
    assert done.returncode == 9
    row = newest(retriever)
    assert (row.state, row.ended_at) == (EgressState.SENDING, None)
    assert "最多可結轉5天" in texts(row)


@pytest.mark.usefixtures("outside")
def test_what_leaves_is_in_the_audit_trail(speaking: Started, with_model: Made) -> None:
    retriever = with_model(speaking(SENTENCE).url, leave=("main",))
    turn.answer(retriever, turn.Turn(QUESTION))
    entry = next(iter(audit.entries(retriever.library, action="model.send")))
    assert entry.subject == endpoint.host(retriever.settings)
    assert entry.detail == {"egress": newest(retriever).id, "purpose": "answer", "collections": ["main"]}


def test_the_log_is_filtered(speaking: Started, with_model: Made) -> None:
    retriever = with_model(speaking(SENTENCE).url)
    turn.answer(retriever, turn.Turn(QUESTION, requester=Requester(Actor("user:99", "A"))))

    def found(**wanted: object) -> list[str]:
        return [row.actor for row in egress_log.entries(retriever.library, EgressFilter(**wanted))]  # type: ignore[arg-type]

    assert found(actor="user:99") == ["user:99"]
    assert "user:99" not in found(purpose="summary") + found(left=True)
    assert "user:99" in found(purpose="answer", left=False)


def test_the_text_of_a_deleted_version_is_erased(settings: Settings) -> None:
    library = Library(tenants.create(settings, "harmony", "和諧"))

    def sent(version_ids: list[int]) -> int:
        return egress_log.begin(
            library, Actor("user:1", "A"), purpose="answer", host="h", model="m", left=True, collections=["main"],
            version_ids=version_ids, sent=[{"role": "user", "content": "text"}], typed=["text"], masked={},
        )  # fmt: skip

    first, second = sent([3, 5]), sent([4])
    with library.transaction() as session:
        deleted = stored_content(None, {5, 9}, (), "main", (), Fingerprints(b"0123456789abcdef").to_bytes(), 0)
        (told,) = egress_log.erase_egress(session, deleted)
    assert (told.host, told.model, told.external, told.answers) == ("h", "m", True, 1)
    rows = {row.id: row for row in egress_log.entries(library, EgressFilter())}
    assert (rows[first].sent, rows[first].typed, rows[first].erased, rows[first].host) == ([], [], True, "h")
    assert (rows[second].sent, rows[second].erased) == ([{"role": "user", "content": "text"}], False)
    with library.session() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM egress WHERE sent LIKE '%text%'")) == 1


# --- follow-ups: what must stay


HISTORY = "年假可以結轉幾多日？"
FOLLOW_UP = "咁要幾時之前放晒？"


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("about", [(), (["staff-files"],), (["main", "staff-files"],)])
def test_a_follow_up_about_what_must_stay_is_not_sent(
    speaking: Started, with_model: Made, about: tuple[list[str], ...]
) -> None:
    server = speaking(SENTENCE)
    leave = ("main",) if about else ()
    retriever = with_model(server.url, leave=leave)
    answer = turn.answer(retriever, turn.Turn(FOLLOW_UP, history=[HISTORY], history_collections=about))
    assert "結轉" in answer.searched, "the rules have understood it"
    assert HISTORY not in server.heard
    assert "年假可以結轉" not in server.heard
    assert bool(server.requests) == bool(about), "where nothing may leave, the question stays too"


@pytest.mark.usefixtures("outside")
def test_a_follow_up_about_what_may_leave_is_sent(speaking: Started, with_model: Made) -> None:
    server = speaking(lambda body: "年假可以結轉幾多日，要幾時之前放晒？" if "改寫" in str(body) else SENTENCE)
    retriever = with_model(server.url, leave=("main",))
    answer = turn.answer(retriever, turn.Turn(FOLLOW_UP, history=[HISTORY], history_collections=[["main"]]))
    assert answer.searched == "年假可以結轉幾多日，要幾時之前放晒？"
    rewrite = next(egress_log.entries(retriever.library, EgressFilter(purpose="rewrite"), 1))
    assert (rewrite.collections, rewrite.version_ids) == (["main"], [])


# --- a text that does not come to its end


@pytest.mark.parametrize(
    "raw",
    [
        UNFINISHED,
        completion_events(f"{SENTENCE}病假連續", finish="length"),
        completion_events(f"{SENTENCE}病假連續", finish="content_filter"),
    ],
    ids=["no end", "length", "content filter"],
)
def test_a_text_that_is_cut_off_is_discarded(speaking: Started, with_model: Made, raw: bytes) -> None:
    events = list(turn.stream(with_model(speaking(raw=raw).url), turn.Turn(QUESTION)))
    kinds = [event.kind for event in events]
    assert kinds.index("delta") < kinds.index("discard") < len(kinds) - 1
    last = events[-1]
    assert isinstance(last, turn.AnswerEvent)
    assert (last.answer.answerer, last.answer.fallback) == ("extractive", "cut_off")
    assert last.answer.answer.startswith("語言模型的回覆未完便中斷")
    after = [event.text for event in events[kinds.index("discard") :] if isinstance(event, turn.DeltaEvent)]
    assert "".join(after) == last.answer.answer


@pytest.mark.parametrize("raw", [completion_events(SENTENCE), completion_events(SENTENCE, finish="stop")])
def test_a_whole_text_is_kept(speaking: Started, with_model: Made, raw: bytes) -> None:
    answer = turn.answer(with_model(speaking(raw=raw).url), turn.Turn(QUESTION))
    assert (answer.answerer, answer.fallback) == ("llm", "")


def test_an_end_without_the_last_line_is_an_end(speaking: Started, with_model: Made) -> None:
    raw = completion_events(SENTENCE, finish="stop").removesuffix(b"data: [DONE]\n\n")
    assert turn.answer(with_model(speaking(raw=raw).url), turn.Turn(QUESTION)).answerer == "llm"


def test_the_servers_own_count_is_used(speaking: Started, with_model: Made) -> None:
    retriever = with_model(speaking(raw=completion_events(SENTENCE, finish="stop", usage=777)).url)
    turn.answer(retriever, turn.Turn(QUESTION))
    assert newest(retriever).tokens == 777
