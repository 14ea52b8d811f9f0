"""What the index stores of the quantities of a text: one normal form in both languages, beside the words.

三萬五千蚊, HK$35,000 and 35 千 all hold the figure ``35000``; 十月三十一日, 31 October and 10月31日 all hold
``10月31日``; 兩年, two years and 2-year hold ``2年``. So a question meets a passage in
the other language on its figures.
"""

from __future__ import annotations

import re

from kb.language.quantities.amounts import PERCENT, amounts, percents
from kb.language.quantities.dates import days_of_month, without_days_of_month
from kb.language.quantities.numerals import NUMBER_WORDS, NUMERAL
from kb.language.quantities.units import spans
from kb.language.quantities.word_tables import any_of
from kb.language.script import fold

__all__ = ["figures"]

_ANY = re.compile(rf"[\d{NUMERAL}半]|(?<![a-z])(?:{any_of(NUMBER_WORDS)})(?![a-z])")


def figures(text: str) -> list[str]:
    """Return the normal forms of the figures of ``text``, in folded script: dates, shares, spans, amounts."""
    folded = fold(text)
    if not _ANY.search(folded):
        return []
    # A date's and a share's parts are no figures of their own: 十月三十一日 is not thirty-one days, 百分之五 not 100.
    dates = list(days_of_month(folded))
    rest = without_days_of_month(folded) if dates else folded
    shares = list(percents(rest))
    rest = PERCENT.sub(" ", rest) if shares else rest
    return [*dates, *shares, *spans(rest), *amounts(rest)]
