"""What is typed and asks nothing of the documents: a greeting, thanks, a sum, nothing but signs.

The form decides. A question of function words alone (「點呀？」) asks nothing either where it follows no other.
"""

from __future__ import annotations

import re
from functools import cache

from assistant.answers.answer import Answer
from assistant.answers.cited_text import CitedText
from assistant.messages import say
from kb.core import data_files
from kb.language.detect import detect
from kb.language.quantities.dates import find_dates
from kb.language.quantities.numerals import EVERYDAY
from kb.language.script import fold
from kb.language.words import content_words

__all__ = ["asks_nothing", "friendly_reply"]

# Signs and words of a sum, folded; a sum has at least one of the former between its numbers.
_OPERATORS = r"(?:[-+*/×÷^=<>%]|加|减|乘以?|除以?|开方|次方|plus|minus|times|divided by|x)"
_NUMBER = rf"(?:[$]?[\d.,]+%?|[{fold(EVERYDAY)}万亿]+)"
_TERM = rf"[(]*\s*{_NUMBER}\s*[)]*"
_SUM = re.compile(
    rf"(?:(?:what is|what's|calculate|计算?|计下|请问)\s*)?{_TERM}(?:\s*{_OPERATORS}\s*{_TERM})+"
    r"\s*(?:=|等于|系|是|即系|得)?\s*(?:几多|多少|几|咩|什么|what)?\s*(?:呀|啊|呢)?[\s?？!.。=]*"
)
# A stroke or a point between two numbers may be part of a day, of a telephone number or of the number of a clause.
_SURE_SUM = re.compile(r"[+*×÷=^<>%?？]|加|减|乘|除|开方|plus|minus|times|divided|\dx|\bx\b|几|多少|what")
# With these, 「可以嗎」 asks about the question before.
_QUESTION_ENDS = ("?", "吗")
_LETTERS = re.compile(r"[^\W_\d]")


@cache
def _courtesy() -> re.Pattern[str]:
    """Return a pattern that matches a text of nothing but courtesies, in folded script."""
    words = [word for line in data_files.lines("assistant", "courtesies.txt") for word in line.split()]
    patterns = sorted({fold(word).replace("_", r"\s+") for word in words}, key=len, reverse=True)
    chinese = "|".join(pattern for pattern in patterns if not pattern.isascii())
    english = "|".join(pattern for pattern in patterns if pattern.isascii())
    return re.compile(rf"(?:{chinese}|\b(?:{english})\b|[^\w]|_|[\d])+")


def asks_nothing(text: str, *, follows: bool) -> bool:
    """Whether a text asks nothing that a document could answer.

    Args:
        follows: whether it follows a question: then 「點解？」 asks about that one.
    """
    folded = fold(text).strip()
    if _is_sum(folded) or not re.search(r"[^\W_]", folded):
        return True
    if follows and folded.endswith(_QUESTION_ENDS):
        return False
    has_letters = bool(_LETTERS.search(folded))
    return has_letters and bool(_courtesy().fullmatch(folded) or not (follows or content_words(text)))


def _is_sum(folded: str) -> bool:
    """Whether a text is a sum: numbers with signs between them, which are neither a day nor a telephone number."""
    return bool(_SUM.fullmatch(folded) and _SURE_SUM.search(folded) and not find_dates(folded))


def friendly_reply(text: str) -> Answer:
    """Return what is answered to a text that asks nothing; no document is quoted."""
    language = detect(text)
    return Answer(
        question=text,
        language=language,
        content=CitedText((say("no_question", language),)),
        reason="no_question",
        answerer="fixed",
        confidence=1.0,
    )
