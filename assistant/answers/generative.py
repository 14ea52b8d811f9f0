"""The generative answerer: a language model writes from numbered passages, and only what they carry is shown.

Each sentence is checked when it is complete, before anyone sees it. What is wrong or unsupported is left out, what
cannot be verified is marked, and an answer with nothing supported in it is none: the extractive one stands in.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from assistant.answers.amended_rules import find_amended_rule
from assistant.answers.answer import Answer
from assistant.answers.checked_writing import Draft, WritingFailed, fill_prompt, write_checked
from assistant.answers.cited_text import CitedText
from assistant.events import DeltaEvent
from assistant.evidence.gather import Evidence
from assistant.llm.gateway import Gateway
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["NAME", "write"]

NAME = "llm"
MOST_PASSAGES = 5


def write(
    retriever: Retriever, evidence: Evidence, gateway: Gateway, quotes: Answer
) -> Generator[DeltaEvent, None, Answer]:
    """Yield the answer's sentences as they pass, and return the answer.

    Args:
        quotes: the extractive answer to the same evidence, for what an answer says beside its text.

    Raises:
        WritingFailed: nothing more can be shown. What has been yielded before then does not count.
    """
    query = evidence.found.query
    note, chosen = _chosen(retriever, evidence, quotes)
    allowed = gateway.allowed_passages(chosen)[:MOST_PASSAGES]
    day = evidence.found.as_of.isoformat()
    request, sent = fill_prompt("answer", query.language, gateway, allowed, day=day, question=query.text)
    draft = Draft(query.language, CitedText((note + "\n",) if note else ()))
    lead = draft.text
    for sentence in write_checked(retriever, gateway, request, sent, draft):
        yield DeltaEvent(lead + sentence, NAME)
        lead = CitedText()
    if not draft.citations:  # what supports a sentence has gone from the records meanwhile
        raise WritingFailed("unsupported", sentences=draft.checked)
    return replace(quotes, content=draft.text, answerer=NAME, egress=gateway.egress, sentences=draft.checked)


def _chosen(retriever: Retriever, evidence: Evidence, quotes: Answer) -> tuple[str, list[Passage]]:
    """Return a note on an amendment, and the passages for the model: the quoted ones first.

    A clause that another document has changed is not shown to the model at all, only the change.
    """
    quoted = [citation.chunk_id for citation in quotes.citations]
    passages = sorted(
        evidence.passages, key=lambda one: quoted.index(one.chunk_id) if one.chunk_id in quoted else len(quoted)
    )
    best = evidence.spans[0].span if evidence.spans else None
    change = find_amended_rule(retriever.library, evidence, best) if best else None
    if change is None or best is None:
        return "", passages
    changed = change.span.passage
    rest = [one for one in passages if one.chunk_id not in (changed.chunk_id, best.passage.chunk_id)]
    return change.note(evidence.found.query.language), [changed, *rest]
