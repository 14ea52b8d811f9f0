"""The best span states a rule under another condition than the one asked about: for another grade, place or subject."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.evidence.conditions import contradicted
from assistant.evidence.gather import Evidence
from assistant.evidence.quotable_spans import QuotableSpan, column_names, whole
from assistant.evidence.replaced_subject import replaced_subject

__all__ = ["NearMiss", "near_miss"]

# A span that agrees with the question's condition stands in for the best one where its score, in log-odds, is no more
# than this below.
_AGREEING = 4.6


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The condition of the question, and the one that the documents speak of, as written."""

    asked: str
    found: str


def near_miss(evidence: Evidence) -> tuple[Evidence, NearMiss | None]:
    """Return the evidence, with a span first that agrees with the question's conditions, and None.

    Where no span near the best agrees, the evidence is as it was, and what differs is named.
    """
    if not evidence.spans:
        return evidence, None
    question = evidence.found.query.text
    differs = _contradicted(question, evidence.spans[0].span)
    if differs is not None:
        best = evidence.spans[0]
        others = [differs[1]]
        for one in evidence.spans[1:]:
            if one.score < best.score - _AGREEING or one["kind"] < best["kind"] or one["heading"]:
                continue
            other = _contradicted(question, one.span)
            if other is None:
                rest = [span for span in evidence.spans if span is not one]
                return replace(evidence, spans=[one, *rest]), None
            others += [other[1]] if other[0] == differs[0] else []
        return evidence, NearMiss(differs[0], "、".join(dict.fromkeys(others)))
    replaced = replaced_subject(evidence.found, evidence.spans[0].span.text)
    return evidence, NearMiss(*replaced) if replaced else None


def _contradicted(question: str, span: QuotableSpan) -> tuple[str, str] | None:
    passage = span.passage
    above = ("\t".join(column_names(span)), *reversed(passage.heading_path), passage.title, passage.document)
    own = contradicted(question, span.text, above)
    # The paragraph may name the condition in another sentence; the title may be a row's only context.
    return own if own and contradicted(question, whole(span).text, above) else None
