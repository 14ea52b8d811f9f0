"""Judges one answer to one question: values from 0 to 1, ``None`` if a measure does not apply.

The comparison of texts ignores width, case and white space. A number must match a whole number: "114 days" does not
contain the fact "14 days", and "13.65" does not contain "3.6".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from eval.datasets.question_files import ExpectedSource, JudgedQuestion

__all__ = ["MEASURES", "is_quoted_in", "judge"]

MEASURES = (
    "evidence in records",
    "evidence@1",
    "evidence@5",
    "answered",
    "fact in answer",
    "right document",
    "right page",
    "quote true",
)
_TOKENS = re.compile(r"[a-zß-ɏ]+|\d+|\S")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


class Records(Protocol):
    """The records of the searched tenant, as the judge uses them."""

    def contains(self, document: str, version: int | None, pages: Sequence[int], text: str) -> bool:
        """Return whether a chunk of the document has ``text`` literally; ``version`` None means any version.

        ``pages`` must all be pages of that chunk.
        """
        ...

    def texts(self, document: str) -> list[str]:
        """Return the texts of the document's chunks, of all versions."""
        ...


def judge(question: JudgedQuestion, answer: Mapping[str, Any], records: Records | None) -> dict[str, float | None]:
    """Return the value of every measure, and ``foreign``: the number of contexts that are not from this tenant.

    Args:
        answer: an answer in the JSON form of ``kb ask --batch``.
        records: the tenant's records. Without them, quotes are compared with the contexts of the answer, and the
            measures "evidence in records" and ``foreign`` are left out.
    """
    contexts, citations = list(answer.get("contexts") or []), list(answer.get("citations") or [])
    refused = bool(answer.get("refused"))
    values: dict[str, float | None] = dict.fromkeys(MEASURES)
    if question.answerable:
        values["answered"] = float(not refused)
        if question.documents:
            hits = [any(_is_evidence(place, context) for place in question.documents) for context in contexts[:5]]
            if records is not None:
                values["evidence in records"] = _evidence_in_records(question.documents, records)
            values["evidence@1"], values["evidence@5"] = float(any(hits[:1])), float(any(hits))
            pairs = [(place, one) for place in question.documents for one in citations]
            values["right document"] = float(any(_same_document(place, one) for place, one in pairs))
            if any(place.page for place in question.documents):
                values["right page"] = float(any(_same_page(place, one) for place, one in pairs))
        if question.facts:
            answer_text = "\n".join(
                [str(answer.get("answer") or ""), *(str(one.get("quote") or "") for one in citations)]
            )
            hit = all(any(is_quoted_in(one, answer_text) for one in alternatives) for alternatives in question.facts)
            values["fact in answer"] = float(hit and not refused)
    if citations:
        values["quote true"] = sum(_is_quote_true(one, contexts, records) for one in citations) / len(citations)
    if records is not None:
        values["foreign"] = float(sum(not records.contains(one["document"], None, (), one["text"]) for one in contexts))
    return values


def _is_quote_true(citation: Mapping[str, Any], contexts: list[dict[str, Any]], records: Records | None) -> bool:
    quote, document = str(citation.get("quote") or ""), citation["document"]
    if not quote:
        return False
    if records is not None:
        return records.contains(document, citation.get("version"), _pages(citation), quote)
    return any(one["document"] == document and quote in one["text"] for one in contexts)


def _evidence_in_records(places: Sequence[ExpectedSource], records: Records) -> float | None:
    """Return 1 if the records have an expected quote. 0 means that reading the file failed or the question is wrong."""
    with_evidence = [place for place in places if place.evidence]
    if not with_evidence:
        return None
    return float(
        any(
            is_quoted_in(place.evidence or "", text)
            for place in with_evidence
            for text in records.texts(place.document)
        )
    )


def _is_evidence(place: ExpectedSource, context: Mapping[str, Any]) -> bool:
    """Return whether a context shows the expected place.

    The context must be from the right document and have the expected quote or clause. If the question names neither,
    the page must match; without a page, the document is enough.
    """
    if not _same_document(place, context):
        return False
    if place.evidence and is_quoted_in(place.evidence, str(context.get("text") or "")):
        return True
    if place.clause:
        return context.get("clause") == place.clause
    if place.evidence:
        return False
    return place.page is None or place.page in _pages(context)


def _same_document(place: ExpectedSource, one: Mapping[str, Any]) -> bool:
    return unicodedata.normalize("NFC", str(one["document"])) == unicodedata.normalize("NFC", place.document)


def _same_page(place: ExpectedSource, one: Mapping[str, Any]) -> bool:
    return _same_document(place, one) and (place.page is None or place.page in _pages(one))


def _pages(one: Mapping[str, Any]) -> list[int]:
    page = one.get("page")
    return list(page) if isinstance(page, list) else [] if page is None else [int(page)]


def is_quoted_in(phrase: str, text: str) -> bool:
    """Return whether ``phrase`` occurs in ``text``; width, case, white space and thousands separators are ignored."""
    return bool(_pattern(phrase).search(_fold(text)))


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> re.Pattern[str]:
    parts = _TOKENS.findall(_fold(phrase))
    if not parts:
        return re.compile(r"(?!)")
    before = r"(?<!\d)(?<!\d\.)" if parts[0].isdigit() else r"(?<![a-z])" if re.match("[a-z]", parts[0]) else ""
    after = r"(?!\d)(?!\.\d)" if parts[-1].isdigit() else ""
    return re.compile(before + r"\s*".join(re.escape(part) for part in parts) + after)


def _fold(text: str) -> str:
    return _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).casefold())
