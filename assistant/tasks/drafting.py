"""An e-mail, a notice or minutes from cited passages.

A text is a frame around a body. The body is a list of quotes, or the sentences of a language model after checking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from assistant.answers import extractive
from assistant.answers.citations import Citation, place, verify_citations
from assistant.evidence.gather import gather
from assistant.llm.requester import Requester
from assistant.messages import say
from assistant.prompts import fill_text
from assistant.sources.readable_versions import document_versions
from assistant.tasks.model_text import written_by_model
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
# The most passages that the model gets.
MAX_PASSAGES = 5


@dataclass(frozen=True, slots=True)
class _DraftSource:
    """What a draft is made from: the subject, the quotes, and the passages for a model."""

    subject: str
    citations: list[Citation]
    passages: list[Passage]
    unsure: bool


def draft(
    retriever: Retriever,
    kind: Kind,
    subject: str,
    language: Language,
    *,
    collections: list[str] | None = None,
    as_of: date | None = None,
    generate: bool = True,
    requester: Requester | None = None,
) -> WrittenText:
    """Draft a text about ``subject`` (a question or a topic) from what the documents say about it.

    Args:
        collections: slugs of the collections to search; all by default.
        as_of: the day for which the text should be valid; today by default.
        generate: whether a language model may write the body, if the tenant has one.
        requester: who asks; the command line by default.

    Raises:
        InputError: ``question_empty``; ``draft_no_evidence`` where the documents say nothing about the subject.
    """
    evidence = gather(retriever, subject, collections, as_of)
    quotes = extractive.answer(retriever, evidence, contact="")
    if quotes.refused:
        raise InputError("draft_no_evidence", subject=subject)
    source = _DraftSource(subject, quotes.citations, _quoted_first(evidence.passages, quotes.citations), quotes.unsure)
    writer = (requester or Requester()) if generate else None
    return _write(retriever, kind, language, source, as_of, writer)


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
    requester: Requester | None = None,
) -> WrittenText:
    """Draft a text about ``subject`` from the quotes of an answer.

    Quotes that are not in the records any more are left out. The others are numbered again from 1.

    Args:
        unsure: whether the answer was of low confidence.
        requester: who asks; the command line by default.

    Raises:
        InputError: ``draft_no_evidence`` where no quote is left.
    """
    valid = [replace(one, n=n) for n, one in enumerate(verify_citations(retriever.library, list(citations)), start=1)]
    if not valid:
        raise InputError("draft_no_evidence", subject=subject)
    source = _DraftSource(subject, valid, _quoted_first(_passages(retriever.library, valid), valid), unsure)
    writer = (requester or Requester()) if generate else None
    return _write(retriever, kind, language, source, as_of, writer)


def _write(
    retriever: Retriever,
    kind: Kind,
    language: Language,
    source: _DraftSource,
    as_of: date | None,
    requester: Requester | None,
) -> WrittenText:
    """Write the body, by the model or from the quotes, and put it into the frame of the text's kind.

    Args:
        requester: who asks a model; None where no model may be used.
    """
    body = _body(retriever, kind, language, source, requester)
    sources = "\n".join(f"[{one.n}] {place(one, language)}" for one in body.citations)
    text = fill_text(
        f"frame_{kind}", language, subject=source.subject, body=body.text, sources=sources,
        organisation=retriever.tenant.name, day=(as_of or today()).isoformat(),
    )  # fmt: skip
    return replace(body, text=text)


def _body(
    retriever: Retriever, kind: Kind, language: Language, source: _DraftSource, requester: Requester | None
) -> WrittenText:
    """Return the text without its frame: the model's checked sentences, or the quotes where it has none."""
    lines = [f"{say('quote', language, text=' '.join(one.quote.split()))} [{one.n}]" for one in source.citations]
    quoted = WrittenText(
        kind, language.value, "\n".join(lines), extractive.NAME, source.citations, unsure=source.unsure
    )
    if requester is None:
        return quoted
    values = {"kind": say(f"draft_{kind}", language), "subject": source.subject}
    return written_by_model(retriever, quoted, "draft", source.passages, requester, **values)


def _passages(library: Library, citations: list[Citation]) -> list[Passage]:
    """Return the quoted passages, each once, in the order of the quotes."""
    chunks = library.chunks({one.chunk_id for one in citations})
    known = document_versions(library, {one.version_id for one in citations})
    ids = dict.fromkeys(one.chunk_id for one in citations)
    return [passage(chunks[one], known[chunks[one].version_id]) for one in ids]


def _quoted_first(passages: list[Passage], citations: list[Citation]) -> list[Passage]:
    """Return the passages for the model, the quoted ones first, at most ``MAX_PASSAGES``."""
    quoted = {one.chunk_id for one in citations}
    return sorted(passages, key=lambda one: one.chunk_id not in quoted)[:MAX_PASSAGES]
