"""Compares the answers of a language model with extractive answers: support by the sources, and time.

Wrong numbers are counted independently of the claim checker, by a simpler rule. A number, in digits or Chinese
numerals, is wrong if it is in none of the passages that the answer cites (before checking: in none that was sent).
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from assistant.answers.answer import Answer
from assistant.checking.claim_checker import Verdict
from assistant.events import DeltaEvent, final_answer
from assistant.turn import Turn, stream
from assistant.turn import answer as answer_turn
from eval.datasets.question_files import JudgedQuestion
from eval.measures.answer_judge import judge
from eval.measures.tenant_records import TenantRecords
from eval.runs.speed.latency import percentiles
from kb.language.quantities.index import figures
from kb.language.script import fold
from kb.search.retriever import Retriever

__all__ = ["run"]

Row = dict[str, Any]
_MARKER = re.compile(r"\[\d{1,2}\]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def run(
    retriever: Retriever,
    questions: list[JudgedQuestion],
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> dict[str, Any]:
    """Ask every question twice, with the language model and without it, and summarise both.

    Returns:
        ``{"llm": {...}, "extractive": {...}, "questions": n, "rows": [...]}``.
    """
    answer_turn(retriever, Turn("warm 暖機", generate=False))
    records = TenantRecords(retriever.library)
    rows: dict[str, list[Row]] = {"llm": [], "extractive": []}
    for done, one in enumerate(questions, 1):
        for name, some in rows.items():
            some.append(_ask(retriever, one, records, name == "llm"))
        progress("ask", done, len(questions))
    found: dict[str, Any] = {name: _summary(some) for name, some in rows.items()}
    return found | {"questions": len(questions), "model": retriever.settings.llm_model, "rows": rows["llm"]}


def _ask(retriever: Retriever, one: JudgedQuestion, records: TenantRecords, generate: bool) -> Row:
    turn = Turn(one.question, history=one.history, as_of=one.as_of, id=one.id, generate=generate)
    started = time.perf_counter()
    timed = [(time.perf_counter() - started, event) for event in stream(retriever, turn)]
    answer = final_answer(event for _, event in timed)
    first = next((at for at, event in timed if isinstance(event, DeltaEvent)), timed[-1][0])
    verdicts = Counter(sentence.verdict for sentence in answer.sentences)
    shown = sum(sentence.may_be_shown for sentence in answer.sentences) if answer.answerer == "llm" else 0
    sent = "\n".join(message["content"] for message in answer.egress.sent)
    return {
        "id": one.id,
        "answerer": answer.answerer,
        "fallback": answer.fallback,
        "written": len(answer.sentences),
        "supported": verdicts[Verdict.SUPPORTED],
        "shown": shown,
        "wrong_before": sum(len(unsupported_numbers(sentence.text, sent)) for sentence in answer.sentences),
        "wrong_after": len(unsupported_numbers(answer.answer, _source_text(retriever, answer, one))),
        "refusal_right": answer.refused != one.answerable,
        "fact": judge(one, answer.as_dict(), records)["fact in answer"],
        "first_ms": 1000 * first,
        "ms": answer.ms,
        "text": answer.answer,
        "sentences": [(sentence.verdict.value, sentence.why, sentence.text) for sentence in answer.sentences],
    }


def _source_text(retriever: Retriever, answer: Answer, one: JudgedQuestion) -> str:
    """Return the text that numbers of the answer may come from: cited passages, or the contexts of a refusal."""
    chunks = retriever.library.chunks(citation.chunk_id for citation in answer.citations)
    cited = [
        f"{citation.title} {citation.clause} {citation.pages} {citation.version} {chunks[citation.chunk_id].text}"
        for citation in answer.citations
    ]
    nearest = [f"{passage.title} {passage.clause} {passage.pages} {passage.text}" for passage in answer.contexts]
    since = [str(passage.effective_from) for passage in answer.contexts]
    return "\n".join([*cited, *since, *(nearest if answer.refused else []), answer.contact])


def unsupported_numbers(text: str, source: str) -> set[str]:
    """Return the numbers of ``text`` that are not in ``source``; citation markers such as [1] do not count."""

    def numbers(of: str) -> set[str]:
        plain = fold(of)
        return set(_NUMBER.findall(plain.replace(",", ""))) | {one for one in figures(plain) if one.isdigit()}

    return numbers(_MARKER.sub(" ", text)) - numbers(source)


def _summary(rows: list[Row]) -> dict[str, Any]:
    written = sum(row["written"] for row in rows)
    shown = sum(row["shown"] for row in rows)
    by_model = [row for row in rows if row["answerer"] == "llm"]
    kept_supported = sum(row["supported"] for row in by_model)
    facts = [row["fact"] for row in rows if row["fact"] is not None]
    return {
        "answers": dict(Counter(row["answerer"] for row in rows)),
        "stood in because": dict(Counter(row["fallback"] for row in rows if row["fallback"])),
        "sentences written": written,
        "supported before checking": _share(sum(row["supported"] for row in rows), written),
        "sentences shown": shown,
        "supported after checking": _share(kept_supported, shown),
        "wrong numbers before": sum(row["wrong_before"] for row in rows),
        "wrong numbers after": sum(row["wrong_after"] for row in rows),
        "fact in answer": _share(sum(facts), len(facts)),
        "refusals right": _share(sum(row["refusal_right"] for row in rows), len(rows)),
        "first text ms": percentiles([row["first_ms"] for row in rows]),
        "end ms": percentiles([row["ms"] for row in rows]),
    }


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
