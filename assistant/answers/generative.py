"""The generative answerer: a language model writes from numbered passages, and only what they support is shown.

Each complete sentence is checked before it is shown. A wrong or unsupported sentence is left out, and an unverified one
is marked. Where no sentence is supported, the extractive answer is used.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from assistant.answers.amended_rules import find_amended_rule
from assistant.answers.answer import Answer
from assistant.answers.checked_writing import Draft, WritingFailed, fill_prompt, write_checked
from assistant.answers.cited_text import CitedText
from assistant.evidence.gather import Evidence
from assistant.llm.gateway import Gateway
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["NAME", "write"]

NAME = "llm"
# The most passages that the model gets.
MAX_PASSAGES = 5


def write(
    retriever: Retriever, evidence: Evidence, gateway: Gateway, quotes: Answer, question: str
) -> Generator[CitedText, None, Answer]:
    """Yield each sentence that passes the check, and return the answer.

    Args:
        quotes: the extractive answer to the same evidence; all fields but the text are taken from it.
        question: the question for the model.

    Raises:
        WritingFailed: nothing more can be shown. The sentences that were yielded before are not valid any more.
    """
    query = evidence.found.query
    note, chosen = _chosen(retriever, evidence, quotes)
    allowed = gateway.allowed_passages(chosen)[:MAX_PASSAGES]
    day = evidence.found.as_of.isoformat()
    request, sent = fill_prompt("answer", query.language, gateway, allowed, day=day, question=question)
    draft = Draft(query.language, CitedText((note + "\n",) if note else ()))
    lead = draft.text
    for sentence in write_checked(retriever, gateway, request, sent, draft):
        yield lead + sentence
        lead = CitedText()
    if not draft.citations:  # the source of every sentence was deleted in the meantime
        raise WritingFailed("unsupported", sentences=draft.checked)
    return replace(quotes, content=draft.text, answerer=NAME, egress=gateway.egress, sentences=draft.checked)


def _chosen(retriever: Retriever, evidence: Evidence, quotes: Answer) -> tuple[str, list[Passage]]:
    """Return a note on an amendment ("" for none), and the passages for the model, the quoted ones first.

    The model does not get a clause that another document has changed, only the change.
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
