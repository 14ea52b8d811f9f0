"""Which language is this? Four answers, for a question of three words as for a whole document.

Cantonese is recognised by words that formal written Chinese does not use (``markers.tsv``).
One strong marker makes a question Cantonese; a document needs a share of them, since minutes and case
notes quote what people said. Weak markers (係, 點, 埋) count only together.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from importlib.resources import files

from kb.language.script import fold, is_han, simplified_only, traditional_only

__all__ = ["Language", "detect"]


class Language(StrEnum):
    """A language of a question or a document, as a BCP 47 tag."""

    CANTONESE = "yue"
    TRADITIONAL = "zh-Hant"
    SIMPLIFIED = "zh-Hans"
    ENGLISH = "en"

    @property
    def is_chinese(self) -> bool:
        """True for Cantonese and for written Chinese in either script."""
        return self is not Language.ENGLISH


# A document is Cantonese when it has this much marker weight per Han character; colloquial text has 0.05 to 0.3.
_CANTONESE_DENSITY = 0.02
_SAMPLE = 4000
_SHORT = 40  # Han characters up to which weak markers count
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*")
_ENGLISH_FRAME = re.compile(
    r"\b(?:a|am|an|and|are|at|be|can|could|did|do|does|for|from|has|have|how|i|if|in|is|it|may|me|must|my|of|on|or|our|"
    r"shall|should|tell|that|the|their|there|this|to|was|we|were|what|when|where|which|who|whom|whose|why|will|with|"
    r"would|you|your)\b",
    re.IGNORECASE,
)


@cache
def _markers() -> tuple[re.Pattern[str], dict[str, float]]:
    """Return a longest-first pattern over the folded markers and the weight of each (0 shields a word)."""
    text = files("kb.language").joinpath("markers.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    weights = {fold(word): float(weight) for weight, words in rows for word in words.split()}
    return re.compile("|".join(sorted(map(re.escape, weights), key=len, reverse=True))), weights


def _cantonese_weight(text: str, han: int) -> float:
    pattern, weights = _markers()
    found = [weights[word] for word in pattern.findall(fold(text))]
    return sum(found) if han <= _SHORT else sum(weight for weight in found if weight >= 1)


def _is_english(text: str, han: int, cantonese: float) -> bool:
    """Decide a mixture by its frame: 「MPF 點樣 claim」 is Chinese, "What is 生果金?" is English."""
    words = len(_LATIN_WORD.findall(text))
    if not han:
        return words > 0
    frame = len(_ENGLISH_FRAME.findall(text))
    if cantonese >= 1 and frame < 3 and han * 8 > words:
        return False
    # A Chinese text says in about 1.7 characters what an English word says; frame words weigh more.
    return words * 1.7 + frame * 4 > han * 1.3 if frame else words > han * 1.5


def detect(text: str) -> Language:
    """Return the language of ``text``: a question, a passage or a document (its first 4,000 characters count).

    Code-mixed Cantonese is Cantonese; Chinese without a sign of either script or of Cantonese, and text with
    no letters at all, is written Chinese in Traditional characters.
    """
    sample = text[:_SAMPLE]
    han = sum(map(is_han, sample))
    cantonese = _cantonese_weight(sample, han)
    if _is_english(sample, han, cantonese):
        return Language.ENGLISH
    if cantonese >= max(1.0, han * _CANTONESE_DENSITY):
        return Language.CANTONESE
    simplified = sum(char in simplified_only() for char in sample)
    traditional = sum(char in traditional_only() for char in sample)
    return Language.SIMPLIFIED if simplified > traditional else Language.TRADITIONAL
