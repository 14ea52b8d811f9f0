"""A text with marks in place of people's data, and where its characters were before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from kb.core.messages import Catalogue
from kb.language.script import is_han
from kb.personal_data.personal_span import PersonalKind, PersonalSpan

__all__ = ["MaskedText", "kind_words", "language_of", "mask"]

_WORDS = Catalogue("kb.personal_data", "masked_text.json")


class MaskedText:
    """A text with marks in place of some spans.

    Attributes:
        text: the masked text.
    """

    def __init__(self, original: str, spans: Sequence[PersonalSpan], language: str) -> None:
        pieces, at = [], 0
        self._spans = spans
        marks = [_mask_words(span.kind, language) for span in spans]
        for span, mark in zip(spans, marks, strict=True):
            pieces += [original[at : span.start], mark]
            at = span.end
        self.text = "".join([*pieces, original[at:]])
        growth = (len(mark) - (span.end - span.start) for span, mark in zip(spans, marks, strict=True))
        self._shifts = [0, *accumulate(growth)]

    def place(self, at: int, *, end: bool = False) -> int:
        """Return where the character ``at`` of the original is in the masked text.

        What was inside a span is at the beginning of its mark, or for an ``end`` behind it.
        """
        shift = 0
        for number, span in enumerate(self._spans):
            if at <= span.start:
                break
            if at < span.end:
                return span.end + self._shifts[number + 1] if end else span.start + self._shifts[number]
            shift = self._shifts[number + 1]
        return at + shift


def mask(text: str, spans: Sequence[PersonalSpan], language: str = "") -> str:
    """Return the text with a mark in place of each span.

    Args:
        spans: in order and without overlap, as :func:`.stored_spans.spans_of` has them.
        language: "zh-HK" or "en" of the marks; by default that of the text.
    """
    return MaskedText(text, spans, language or language_of(text)).text if spans else text


def _mask_words(kind: PersonalKind, language: str) -> str:
    """Return the mark of a kind in "zh-HK" or "en": 〔個人電話已遮蓋〕."""
    return _WORDS.text("masked", language, what=kind_words(kind, language))


def kind_words(kind: str, language: str) -> str:
    """Return the name of a kind of people's data, by its value, in "zh-HK" or "en"."""
    return _WORDS.text(kind, language)


def language_of(text: str) -> str:
    """Return the language of marks in a text: "zh-HK" where it has any Chinese characters, else "en"."""
    return "zh-HK" if any(is_han(char) for char in text) else "en"
