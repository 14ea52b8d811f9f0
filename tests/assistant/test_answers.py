"""A question is asked, the right words are quoted, and where they stand."""

import json
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant import turn
from assistant.answers.answer import Refusal
from assistant.answers.citations import Citation, cite, verify_citations
from assistant.events import AnswerEvent, DeltaEvent, EvidenceEvent, SearchingEvent, final_answer
from assistant.evidence.gather import gather
from assistant.evidence.quotable_spans import QuotableSpan, spans_of, whole
from assistant.messages import say
from kb.cli import cli
from kb.core.errors import InputError, SinziError
from kb.core.settings import Settings
from kb.language.detect import Language
from kb.search.passage import Passage
from kb.search.retriever import Retriever
from tests.helpers.command_line import run


def ask(retriever: Retriever, question: str, as_of: date | None = None, history: tuple[str, ...] = ()) -> turn.Answer:
    return turn.answer(retriever, turn.Turn(question, history, as_of=as_of))


@pytest.mark.parametrize(
    ("question", "fact", "document", "clause"),
    [
        ("放唔晒啲大假可唔可以 carry 去下年？", "最多可結轉5天", "員工手冊.txt", "5.6"),
        ("病咗兩日使唔使俾醫生紙？", "醫生證明書", "員工手冊.txt", "5.8"),
        ("院友跌親之後幾耐要通知屋企人？", "兩小時內通知家屬", "員工手冊.txt", "6.1"),
        ("院友跌倒後何時須通知家屬？", "兩小時內通知家屬", "員工手冊.txt", "6.1"),
        ("Who approves a petty cash claim above 500 dollars?", "approved by the unit head", "petty cash.md", "2.1"),
        ("零用現金報銷要邊個批？", "approved by the unit head", "petty cash.md", "2.1"),
        ("家居照顧每個月收幾多錢？", "$650", "收費表.csv", None),
    ],
)
def test_the_fact_is_quoted_from_the_right_place(
    harmony: Retriever, question: str, fact: str, document: str, clause: str | None
) -> None:
    answer = ask(harmony, question)
    assert not answer.refused
    with_fact = [one for one in answer.citations if fact in one.quote]
    assert [(one.document, one.clause) for one in with_fact] == [(document, clause)]
    assert fact in answer.answer


def test_a_rule_is_quoted_with_its_proviso(harmony: Retriever) -> None:
    quote = next(one.quote for one in ask(harmony, "年假可結轉多少天？").citations if "5天" in one.quote)
    assert "離職結算除外" in quote


def test_a_lead_in_is_quoted_with_its_list(harmony: Retriever) -> None:
    quotes = "\n".join(one.quote for one in ask(harmony, "咩情況要即刻叫白車？").citations)
    assert "(a) 神志不清" in quotes
    assert "(c) 出血不止" in quotes


def test_the_answer_is_framed_in_the_language_of_the_question(harmony: Retriever) -> None:
    assert ask(harmony, "院友跌親之後幾耐要通知屋企人？").language == "yue"
    english = ask(harmony, "When must the family be told after a resident falls?")
    assert english.language == "en"
    assert "the original is in Chinese" in english.answer


@pytest.mark.parametrize(
    "question",
    [
        "食堂嘅餐牌幾時換？",
        "公司有沒有牙科保險？",
        "What is the wifi password of the head office?",
        "港鐵尾班車係幾點？",
    ],
)
def test_where_the_documents_are_silent_it_says_so_and_whom_to_ask(harmony: Retriever, question: str) -> None:
    answer = ask(harmony, question)
    assert answer.refused
    assert answer.reason == "weak_evidence"
    assert answer.citations == []
    assert "人事部，內線 101" in answer.answer
    assert 0 < len(answer.contexts) <= 10


def test_the_other_organisation_cannot_be_heard(harmony: Retriever, sunrise: Retriever) -> None:
    question = "年假有幾多日？"
    assert {one.document for one in ask(harmony, question).contexts} <= {
        "員工手冊.txt", "通告2026-03.txt", "petty cash.md", "收費表.csv",
    }  # fmt: skip
    assert {one.document for one in ask(sunrise, question).contexts} == {"rules.txt"}


def test_a_circular_speaks_from_its_day_on(harmony: Retriever) -> None:
    question = "服務滿一年的全職員工年假有多少天？"
    after = ask(harmony, question, date(2026, 4, 1))
    assert "14天" in after.citations[0].quote
    before = ask(harmony, question, date(2026, 3, 31))
    assert "10天" in before.citations[0].quote
    assert "14天" not in before.answer


def test_every_quote_is_compared_with_the_records(harmony: Retriever) -> None:
    answer = ask(harmony, "病假要唔要醫生紙？")
    assert verify_citations(harmony.library, answer.citations) == answer.citations
    first = answer.citations[0]
    changed = Citation(**{**{name: getattr(first, name) for name in Citation.__slots__}, "quote": first.quote + "。"})
    assert verify_citations(harmony.library, [changed]) == []


def test_a_follow_up_is_understood(harmony: Retriever) -> None:
    answer = ask(harmony, "咁要幾時之前放晒？", history=("年假可以 carry forward 幾多日？",))
    assert any("6月30日" in one.quote for one in answer.citations)


def test_an_empty_library_refuses(settings: Settings) -> None:
    from kb.store import tenants

    answer = ask(Retriever(settings, tenants.create(settings, "empty", "空")), "年假有幾多日？")
    assert (answer.refused, answer.reason) == (True, "no_documents")


def _passage(text: str) -> Passage:
    return Passage(
        1, "d", "D", 1, 1, "main", None, [], text, [3, 4], [(0, "1"), (12, "2")], [(0, 3), (12, 4)], [], "text", "en"
    )


def test_units_know_their_page_and_clause() -> None:
    found = spans_of(_passage("One is one.\nTwo is two. Three."))
    assert [span.text for span in found] == ["One is one.", "Two is two.", "Three."]
    citation = cite(1, found[1])
    assert (citation.pages, citation.clause, citation.page) == ([4], "2", 4)
    assert whole(found[2]).text == "Two is two. Three."
    assert cite(1, QuotableSpan(found[0].passage, 0, 20)).page == [3, 4]


def test_a_margin_note_does_not_cut_a_list() -> None:
    text = "Funded are –\n(a) homes;\nRevised 2020/7\n(b) centres.\nOther services are described in the next chapter."
    assert whole(spans_of(_passage(text))[0]).text == text.rsplit("\n", 1)[0]


def test_simplified_characters_are_answered_in_simplified() -> None:
    assert say("refused", Language.SIMPLIFIED) == "文件中找不到这条问题的答案。"


# --- steps and answers are built once


def test_a_turn_goes_from_step_to_step(harmony: Retriever) -> None:
    searching, evidence, *deltas, last = turn.stream(harmony, turn.Turn("病假要唔要醫生紙？", id="7"))
    assert searching == SearchingEvent("病假要唔要醫生紙？", None)
    assert isinstance(evidence, EvidenceEvent)
    assert isinstance(last, AnswerEvent)
    assert all(isinstance(one, DeltaEvent) and one.answerer == "extractive" for one in deltas)
    assert "".join(one.text for one in deltas) == last.answer.answer
    assert [one.kind for one in (searching, evidence, deltas[0], last)] == ["searching", "evidence", "delta", "done"]
    assert searching.as_dict() == {"searched": "病假要唔要醫生紙？", "card": None}
    assert list(evidence.as_dict()["passages"][0]) == ["document", "title", "page", "clause", "text"]
    assert deltas[0].as_dict() == {"text": "文件係咁寫：\n"}
    assert (last.answer.id, last.answer.searched, last.answer.contexts) == ("7", searching.searched, evidence.passages)
    assert last.answer.ms > 0


def test_events_without_an_answer_are_no_turn() -> None:
    with pytest.raises(ValueError, match="ends with an answer"):
        final_answer([SearchingEvent("x", None)])


def test_nothing_of_an_answer_is_filled_in_later(harmony: Retriever) -> None:
    found = harmony.search(harmony.read("病假要唔要醫生紙？"))
    evidence = gather(harmony, "病假要唔要醫生紙？", None, None)
    assert [(one.chunk_id, one.score) for one in evidence.found.passages] == [
        (one.chunk_id, one.score) for one in found.passages
    ], "what search said stays beside what the spans made of it"
    assert [one.score for one in evidence.passages] != [one.score for one in found.passages]
    answer = ask(harmony, "病假要唔要醫生紙？")
    for built in (answer, answer.contexts[0], answer.citations[0], evidence):
        with pytest.raises(FrozenInstanceError):
            setattr(built, fields(built)[0].name, None)


def test_a_refusal_is_data_and_its_text_the_same_to_the_letter() -> None:
    one = Passage(
        1, "d.txt", "手冊", 2, 1, "main", "5.6", [], "甲" * 70, [3, 4], [], [(0, 3), (40, 4)], [], "text", "zh-Hant"
    )  # fmt: skip
    other = replace(one, text="First.\nSecond  line.", clause=None, pages=[], page_starts=[], version=1, language="en")
    near = (QuotableSpan(one, 0, 70), QuotableSpan(other, 7, len(other.text)))
    # words of a contact that look like the heading of the list below it
    contact = "最接近的段落（未必能解答）：人事部"
    answer = turn.Answer("?", Language.TRADITIONAL, Refusal("找不到。", contact, near), "weak_evidence", "extractive")
    assert answer.message == f"找不到。\n請向以下人士查詢：{contact}"
    assert answer.answer == (
        f"找不到。\n請向以下人士查詢：{contact}\n"
        "最接近的段落（未必能解答）：\n"
        f"· 《手冊》第 5.6 條，第 3–4 頁，第 2 版：{'甲' * 60}…\n"
        "· 《手冊》（原文為英文）：Second line."
    )
    assert (answer.refused, answer.unsure, answer.citations) == (True, False, [])


def test_a_refusal_names_whom_to_ask_where_anybody_could_answer() -> None:
    assert Refusal("No.", "", ()).text("en") == "No.\nPlease ask your supervisor."
    assert Refusal("Please type a question.").text("") == "Please type a question."


def test_a_refused_question_reads_as_before(harmony: Retriever) -> None:
    answer = ask(harmony, "What is the wifi password of the head office?")
    assert isinstance(answer.content, Refusal)
    assert answer.content.contact == "人事部，內線 101"
    assert [one.passage.chunk_id for one in answer.content.nearest] == [one.chunk_id for one in answer.contexts[:3]]
    first, second, third, *near = answer.answer.splitlines()
    assert (first, second, third) == (
        "The documents do not answer this question.",
        "Please ask: 人事部，內線 101",
        "The nearest passages (they may not answer it):",
    )
    assert "· Petty Cash, clause 2.1：2.1 A petty cash claim above HK$500 must be approved by the…" in near
    assert len(near) == 3


# --- the contract for scripts


def test_one_question_as_json(asked: Settings) -> None:
    line = json.loads(run(asked, "ask", "病假要唔要醫生紙？", "--tenant", "harmony", "--json"))
    assert list(line) == [
        "id", "question", "language", "answer", "refused", "reason", "citations", "contexts", "answerer",
        "confidence", "ms", "egress", "searched", "fallback", "card", "procedure",
    ]  # fmt: skip
    assert list(line["citations"][0]) == ["n", "document", "title", "version", "page", "clause", "quote"]
    assert list(line["contexts"][0]) == ["document", "page", "clause", "text", "score"]
    assert line["citations"][0]["page"] is None
    assert line["answerer"] == "extractive"


def test_a_batch_of_questions(asked: Settings, tmp_path: Path) -> None:
    lines = [
        {"id": 1, "question": "年假可結轉多少天？"},
        {"id": "b", "question": "年假有幾多日？", "tenant": "sunrise"},
        {"id": "c", "question": "咁要幾時之前放晒？", "history": [{"role": "user", "content": "年假可以結轉幾多日？"}]},
        {"id": "d", "question": "服務滿一年年假有多少天？", "as_of": "2026-01-01"},
        {"id": "e", "question": "   "},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(one) for one in lines) + "\n\n", encoding="utf-8")
    run(
        asked, "ask", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"), "--tenant", "harmony"
    )
    answers = [json.loads(one) for one in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["id"] for one in answers] == ["1", "b", "c", "d", "e"]
    assert "5天" in answers[0]["answer"]
    assert answers[1]["contexts"][0]["document"] == "rules.txt"
    assert "6月30日" in answers[2]["answer"]
    assert "10天" in answers[3]["answer"]
    assert (answers[4]["refused"], answers[4]["reason"]) == (True, "question_empty")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "batch_line_invalid"),
        ('{"id": 1}', "batch_line_invalid"),
        ('{"question": 7}', "batch_line_invalid"),
        ('{"question": "x", "as_of": "1/4/2026"}', "date_invalid"),
    ],
)
def test_an_invalid_line_is_reported(asked: Settings, tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "in.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=code):
        run(asked, "ask", "--batch", str(tmp_path / "in.jsonl"), "--tenant", "harmony")


@pytest.mark.parametrize(
    "history",
    [
        "年假可以結轉幾多日？",
        7,
        {"role": "user", "content": "年假可以結轉幾多日？"},
        [7],
        [None],
        [["年假可以結轉幾多日？"]],
        [{"role": "user"}],
        [{"role": "user", "content": [{"type": "text", "text": "年假可以結轉幾多日？"}]}],
    ],
)
def test_a_wrong_history_is_told_and_the_other_lines_are_answered(
    asked: Settings, tmp_path: Path, history: object
) -> None:
    question = "年假可結轉多少天？"
    lines: list[dict[str, object]] = [
        {"id": "a", "question": question, "history": []},
        {"id": "b", "question": "咁要幾時之前放晒？", "history": history},
        {"id": "c", "question": question, "history": [{"role": "assistant"}, {"content": "病假？"}, ""]},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.raises(InputError, match="batch_history_invalid") as failure:
        run(
            asked, "ask", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"),
            "--tenant", "harmony",
        )  # fmt: skip
    told = 'in.jsonl 第 2 行的 history 不合格：須為清單，每項是之前的一條問題，寫成文字或 {"role", "content"}。'
    assert failure.value.message("zh-HK") == told
    assert failure.value.message("en").startswith("The history in line 2 of in.jsonl is not valid:")
    first, broken, last = (json.loads(one) for one in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert (broken["id"], broken["question"], broken["answer"]) == ("b", "咁要幾時之前放晒？", told)
    assert (broken["refused"], broken["reason"]) == (True, "batch_history_invalid")
    assert [one["refused"] for one in (first, last)] == [False, False]


def test_every_broken_line_of_a_batch_is_told(asked: Settings, tmp_path: Path) -> None:
    lines = ["{", '{"id": 2, "question": "x", "tenant": 5}', '{"id": 3, "question": "x", "history": 1}', "[1]"]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = CliRunner().invoke(
        cli,
        ["--data", str(asked.data), "ask", "--batch", str(tmp_path / "in.jsonl"), "--tenant", "harmony"],
        env={"KB_CACHE": str(asked.cache), "KB_LOCALE": "en"},
    )
    assert isinstance(found.exception, InputError)
    rows = [json.loads(one) for one in found.stdout.splitlines()]
    assert [(one["id"], one["reason"]) for one in rows] == [
        (None, "batch_line_invalid"), ("2", "batch_line_invalid"), ("3", "batch_history_invalid"),
        (None, "batch_line_invalid"),
    ]  # fmt: skip
    assert [one["answer"] for one in rows[:-1]] == [line[: line.rindex("  [")] for line in found.stderr.splitlines()]
    assert "Error(" not in found.output


def answered_batch(asked: Settings, folder: Path, lines: list[bytes], *options: str) -> tuple[list[list[object]], str]:
    """Ask a file of questions; return (id, question, reason) of each row, and the code of the error at the end."""
    (folder / "in.jsonl").write_bytes(b"\n".join(lines))
    files = ["--batch", str(folder / "in.jsonl"), "--out", str(folder / "out.jsonl")]
    command = ["--data", str(asked.data), "ask", *files, *options]
    found = CliRunner().invoke(cli, command, env={"KB_CACHE": str(asked.cache)})
    rows = [json.loads(one) for one in (folder / "out.jsonl").read_bytes().decode("utf-8").split("\n") if one]
    error = found.exception
    assert error is None or isinstance(error, SinziError), error
    return [[one["id"], one["question"], one["reason"]] for one in rows], error.code if error else ""


GOOD = '{"id": "good", "question": "年假可結轉多少天？"}'.encode()


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b'{"id": "x", "question": "\xff\xfe"}', [None, "", "batch_line_invalid"]),
        (rb'{"id": "x", "question": "\ud800 leave"}', ["x", "\ud800 leave", "batch_line_invalid"]),
        (rb'{"id": "\udfff", "question": "leave"}', ["\udfff", "leave", "batch_line_invalid"]),
        (rb'{"id": "x", "question": "leave", "tenant": "\ud800"}', ["x", "leave", "batch_line_invalid"]),
        (rb'{"id": "x", "question": "leave", "history": ["\ud800"]}', ["x", "leave", "batch_line_invalid"]),
        (b'{"id": NaN, "question": "leave"}', [None, "", "batch_line_invalid"]),
        (b'{"id": -Infinity, "question": "leave"}', [None, "", "batch_line_invalid"]),
        (b'{"id": 1e999, "question": "leave"}', [None, "leave", "batch_line_invalid"]),
        (b'{"id": {"a": 1}, "question": "leave"}', [None, "leave", "batch_line_invalid"]),
        (b'{"id": "x", "question": "leave", "tenant": "nobody"}', ["x", "leave", "tenant_not_found"]),
    ],
)
def test_a_line_that_cannot_be_asked_is_one_refused_row(
    asked: Settings, tmp_path: Path, line: bytes, row: list[object]
) -> None:
    rows, code = answered_batch(asked, tmp_path, [GOOD, line, GOOD], "--tenant", "harmony")
    good = ["good", "年假可結轉多少天？", "answered"]
    assert rows == [good, row, good]
    assert code == row[2]


def test_a_line_without_a_tenant_is_one_refused_row(asked: Settings, tmp_path: Path) -> None:
    lines = [b'{"id": 1, "question": "leave"}', GOOD[:-1] + b', "tenant": "harmony"}']
    rows, code = answered_batch(asked, tmp_path, lines)
    assert [row[2] for row in rows] == ["tenant_required", "answered"]
    assert code == "tenant_required"


@pytest.mark.parametrize("separator", ["\u2028", "\u0085"])
def test_only_a_line_feed_ends_a_line_of_a_batch(asked: Settings, tmp_path: Path, separator: str) -> None:
    question = f"年假可結轉{separator}多少天？"
    line = json.dumps({"id": "x", "question": question}, ensure_ascii=False).encode()
    rows, code = answered_batch(asked, tmp_path, ["\ufeff".encode() + line + b"\r", b"", GOOD], "--tenant", "harmony")
    assert [row[:2] for row in rows] == [["x", question], ["good", "年假可結轉多少天？"]]
    assert code == ""


def test_a_question_that_is_not_utf8_is_an_input_error(asked: Settings) -> None:
    with pytest.raises(InputError, match="question_invalid"):
        run(asked, "ask", b"\xff leave".decode("utf-8", "surrogateescape"), "--tenant", "harmony")


def test_ask_needs_a_tenant(asked: Settings) -> None:
    with pytest.raises(InputError, match="tenant_required"):
        run(asked, "ask", "年假")
