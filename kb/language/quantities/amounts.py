"""Amounts: numbers with their scale (150万, 1.5 million), shares (百分之五, 5 per cent), and sums of money.

Everything here reads folded text (:func:`kb.language.script.fold`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from kb.language.quantities.numerals import DECIMAL, GROUPED, NUMERAL, chinese_to_int, decimal_text, value_of
from kb.language.quantities.word_tables import any_of, read_table

__all__ = [
    "CHINESE_SCALE",
    "ENGLISH_SCALE",
    "MONEY",
    "MONEY_AFTER",
    "MONEY_BEFORE",
    "PERCENT",
    "PERCENT_SIGN",
    "SCALES",
    "amounts",
    "currencies",
    "money",
    "percents",
]

_SCALES = read_table("scales.tsv", 4)
SCALES = {word: int(value) for (value,), *names in _SCALES for cell in names for word in cell}
CHINESE_SCALE = any_of(word for _, chinese, _, _ in _SCALES for word in chinese)
ENGLISH_SCALE = any_of(word for _, _, english, _ in _SCALES for word in english)
_ABBREVIATED = any_of(word for *_, short in _SCALES for word in short)
_AMOUNT = re.compile(
    rf"(?<![\d.a-z])(?P<digits>{GROUPED}|{DECIMAL})(?!\d|\.\d)"
    rf"(?:\s*(?P<scale>{CHINESE_SCALE})|\s?(?P<latin>{ENGLISH_SCALE}|{_ABBREVIATED})\b)?"
    rf"|(?P<chinese>[{NUMERAL}]+)半?"
)
_ALONE = "十百千"  # 一 to 九 and 万 alone are too often part of a word

_VALUE = rf"(?:\d[\d,]*(?:\.\d+)?|[{NUMERAL}]+)"
PERCENT_SIGN = r"\s?(?:%|per\s?cent\b|个百分点)"
PERCENT = re.compile(
    rf"百分之(?P<a>{_VALUE})|(?P<b>{DECIMAL}|[a-z]+){PERCENT_SIGN}"
    r"|(?P<tenths>[一二三四五六七八九])成(?P<half>半)?(?![立功员为本果绩就长年人])"
)

_SUM = r"\d[\d,]*(?:\.\d+)?"
_CURRENCIES = {code: patterns for (code,), *patterns in read_table("currencies.tsv", 3)}
MONEY_BEFORE, MONEY_AFTER = ("|".join(cell) for cell in _CURRENCIES.pop("hkd"))
MONEY = re.compile(rf"(?:{MONEY_BEFORE})\s?(?P<a>{_SUM})|(?P<b>{_SUM})\s?(?:{MONEY_AFTER})")
_FOREIGN = re.compile("|".join(rf"(?P<{code}>{'|'.join(marks)})" for code, (marks, _) in _CURRENCIES.items()))


def amounts(folded: str) -> Iterator[str]:
    """Yield numbers as plain digits: 150万 and 1.5 million give 1500000."""
    for match in _AMOUNT.finditer(folded):
        if match["digits"]:
            scale = SCALES.get(match["scale"] or match["latin"] or "", 1)
            yield decimal_text(Decimal(match["digits"].replace(",", "")) * scale)
        elif len(match["chinese"]) > 1 or match["chinese"] in _ALONE:
            whole = chinese_to_int(match["chinese"])
            if whole is not None:
                yield str(whole)


def percents(folded: str) -> Iterator[str]:
    """Yield shares: 百分之五, 5 per cent and five percent give 5%, 三成半 gives 35%."""
    for match in PERCENT.finditer(folded):
        if match["tenths"]:
            yield f"{chinese_to_int(match['tenths'])}{5 if match['half'] else 0}%"
            continue
        value = value_of(match["a"] or match["b"])
        if value is not None:
            yield f"{decimal_text(value)}%"


def money(folded: str) -> Iterator[str]:
    """Yield sums in dollars: HK$1,200 and 1200元 give 1200$."""
    for match in MONEY.finditer(folded):
        yield f"{decimal_text(Decimal((match['a'] or match['b']).replace(',', '')))}$"


def currencies(folded: str) -> Iterator[str]:
    """Yield the codes of the foreign currencies that the text names: usd, rmb, gbp, eur."""
    for match in _FOREIGN.finditer(folded):
        yield str(match.lastgroup)
