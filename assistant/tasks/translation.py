"""Translation of a passage into the other language. It needs a model; the clause number and all figures must stay."""

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
from assistant.llm.requester import Requester
from kb.core.errors import InputError, Misconfigured, NotFound, Transient
from kb.language.detect import Language
from kb.library.documents import Library
from kb.search.retriever import Retriever

__all__ = ["Translation", "translate"]


@dataclass(frozen=True, slots=True)
class Translation:
    """A passage and its translation.

    Attributes:
        language: of the translation.
        verified: whether every sentence of the translation is supported by the original.
    """

    original: Citation
    language: str
    text: str
    verified: bool
    egress: Egress

    def as_dict(self) -> dict[str, Any]:
        """Return the translation as JSON data; keys and their order are stable."""
        return {
            "original": self.original.as_dict(),
            "language": self.language,
            "text": self.text,
            "verified": self.verified,
            "egress": self.egress.as_dict(),
        }


def translate(
    retriever: Retriever, span: QuotableSpan, language: Language, requester: Requester | None = None
) -> Translation:
    """Translate a span of a passage into ``language``. Sentences that the original does not support are left out.

    Args:
        requester: who asks; the command line by default.

    Raises:
        Misconfigured: ``llm_needed`` if the tenant has no model.
        InputError: ``llm_may_not_leave`` if the collection may not be sent to the model.
        NotFound: ``passage_gone`` if the records do not contain the passage as given.
        Transient: ``llm_unsupported`` if the model fails, or a figure is missing, or no sentence is supported.
    """
    gateway = open_gateway(retriever.settings, retriever.library, requester)
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
        raise Transient("llm_unsupported")  # a figure of the original is missing
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
