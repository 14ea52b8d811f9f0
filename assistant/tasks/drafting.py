"""An e-mail, a notice or minutes that stand on cited passages: a frame with the quotes, or a model's checked words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from assistant.answers import extractive
from assistant.answers.checked_writing import Draft, WritingFailed, fill_prompt, write_checked
from assistant.answers.citations import Citation, place, verify_citations
from assistant.evidence.gather import gather
from assistant.llm.gateway import open_gateway
from assistant.messages import say
from assistant.prompts import fill_text
from assistant.sources.readable_versions import document_versions
from assistant.tasks.written_text import WrittenText
from kb.core.errors import InputError
from kb.core.local_date import today
from kb.language.detect import Language
from kb.library.documents import Library
from kb.search.passage import Passage, passage
from kb.search.retriever import Retriever

__all__ = ["KINDS", "Kind", "draft", "draft_from"]

Kind = Literal["email", "notice", "minutes"]
KINDS: tuple[Kind, ...] = ("email", "notice", "minutes")
MOST_PASSAGES = 5


def draft(
    retriever: Retriever,
    kind: Kind,
    subject: str,
    language: Language,
    *,
    collections: list[str] | None = None,
    as_of: date | None = None,
    generate: bool = True,
) -> WrittenText:
    """Draft a text about ``subject`` (a question or a topic) from what the documents say of it.

    Raises:
        InputError: ``question_empty``; ``draft_no_evidence`` where the documents say nothing of the subject.
    """
    evidence = gather(retriever, subject, collections, as_of)
    quotes = extractive.answer(retriever, evidence, retriever.tenant.contact)
    if quotes.refused:
        raise InputError("draft_no_evidence", subject=subject)
    made = WrittenText(kind, language.value, "", "extractive", quotes.citations, unsure=quotes.unsure)
    passages = _first(evidence.passages, [one.chunk_id for one in quotes.citations])
    return _framed(retriever, made, subject, passages, as_of, generate)


def draft_from(
    retriever: Retriever,
    kind: Kind,
    subject: str,
    language: Language,
    citations: Sequence[Citation],
    *,
    as_of: date | None = None,
    unsure: bool = False,
    generate: bool = True,
) -> WrittenText:
    """Draft a text about ``subject`` from what an answer has quoted; quotes that no longer stand are left out.

    Raises:
        InputError: ``draft_no_evidence`` where no quote stands.
    """
    kept = [replace(one, n=n) for n, one in enumerate(verify_citations(retriever.library, list(citations)), start=1)]
    if not kept:
        raise InputError("draft_no_evidence", subject=subject)
    made = WrittenText(kind, language.value, "", "extractive", kept, unsure=unsure)
    passages = _first(_passages(retriever.library, kept), [one.chunk_id for one in kept])
    return _framed(retriever, made, subject, passages, as_of, generate)


def _framed(
    retriever: Retriever, made: WrittenText, subject: str, passages: list[Passage], as_of: date | None, generate: bool
) -> WrittenText:
    """Put quotes, or a model's checked words over ``passages``, into the frame of the text's kind."""
    language = Language(made.language)
    lines = [f"{say('quote', language, text=' '.join(one.quote.split()))} [{one.n}]" for one in made.citations]
    body = "\n".join(lines)
    gateway = open_gateway(retriever.settings, retriever.library) if generate else None
    if gateway is not None:
        writing = Draft(language)
        try:
            request, sent = fill_prompt(
                "draft", language, gateway, passages, kind=say(f"draft_{made.kind}", language), subject=subject
            )
            for _ in write_checked(retriever, gateway, request, sent, writing):
                pass
            body = str(writing.text)
            made.citations, made.answerer = writing.citations, "llm"
        except WritingFailed as failure:
            made.fallback = failure.code
        made.egress = gateway.egress
    sources = "\n".join(f"[{one.n}] {place(one, language)}" for one in made.citations)
    made.text = fill_text(
        f"frame_{made.kind}", language, subject=subject, body=body, sources=sources,
        organisation=retriever.tenant.name, day=(as_of or today()).isoformat(),
    )  # fmt: skip
    return made


def _passages(library: Library, citations: list[Citation]) -> list[Passage]:
    """Return the passages that were quoted, each once, in the order of the quotes."""
    chunks = library.chunks({one.chunk_id for one in citations})
    known = document_versions(library, {one.version_id for one in citations})
    ids = dict.fromkeys(one.chunk_id for one in citations)
    return [passage(chunks[one], known[chunks[one].version_id]) for one in ids]


def _first(passages: list[Passage], quoted: list[int]) -> list[Passage]:
    return sorted(passages, key=lambda one: one.chunk_id not in quoted)[:MOST_PASSAGES]
