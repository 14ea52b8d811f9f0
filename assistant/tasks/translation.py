"""A passage in the other language, its clause and figures kept; only a model can do it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from assistant.answers.checked_writing import Draft, WritingFailed, fill_prompt, write_checked
from assistant.answers.citations import Citation, cite, verify_citations
from assistant.checking.claim_checker import Checked, Verdict
from assistant.checking.figure_claims import claimed_figures, source_figures
from assistant.evidence.quotable_spans import QuotableSpan
from assistant.llm import endpoint
from assistant.llm.egress_record import Egress
from assistant.llm.gateway import open_gateway
from kb.core.errors import InputError, Misconfigured, NotFound, Transient
from kb.language.detect import Language
from kb.library.documents import Library
from kb.search.retriever import Retriever

__all__ = ["Translation", "translate"]


@dataclass(frozen=True, slots=True)
class Translation:
    """A passage, its translation, and whether every sentence of that could be verified."""

    original: Citation
    language: str
    text: str
    verified: bool
    egress: Egress

    def as_dict(self) -> dict[str, Any]:
        return {
            "original": self.original.as_dict(),
            "language": self.language,
            "text": self.text,
            "verified": self.verified,
            "egress": self.egress.as_dict(),
        }


def translate(retriever: Retriever, span: QuotableSpan, language: Language) -> Translation:
    """Translate a passage, or a clause of it, into ``language``; what the original does not carry is not shown.

    Raises:
        Misconfigured: ``llm_needed`` where the tenant has no model.
        InputError: ``llm_may_not_leave``.
        NotFound: ``passage_gone`` where the records do not have the passage as given.
        Transient: ``llm_unsupported`` where figures or whole sentences do not agree with the original.
    """
    gateway = open_gateway(retriever.settings, retriever.library)
    if gateway is None:
        raise Misconfigured("llm_needed")
    original = _original(retriever.library, span)
    passage = replace(span.passage, clause=original.clause, text=span.text, clauses=[], page_starts=[])
    draft = Draft(language)
    try:
        request, sent = fill_prompt("translate", language, gateway, [passage])
        for _ in write_checked(retriever, gateway, request, sent, draft):
            pass
    except WritingFailed as failure:
        if failure.code == "may_not_leave":
            host = endpoint.host(retriever.settings)
            raise InputError("llm_may_not_leave", collection=passage.collection, host=host) from failure
        raise Transient("llm_unsupported") from failure
    text = " ".join(one.text for one in draft.checked if one.may_be_shown)
    if claimed_figures(span.text) - source_figures(text):
        raise Transient("llm_unsupported")  # a figure got lost on the way
    if original.clause and not text.startswith(original.clause):
        text = f"{original.clause} {text}"
    return Translation(original, language.value, text, all(map(_is_sure, draft.checked)), gateway.egress)


def _is_sure(checked: Checked) -> bool:
    return checked.verdict is Verdict.SUPPORTED


def _original(library: Library, span: QuotableSpan) -> Citation:
    found = verify_citations(library, [cite(1, span)])
    if not found:
        raise NotFound("passage_gone", document=span.passage.document)
    return found[0]
