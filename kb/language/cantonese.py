"""Colloquial Cantonese → written Chinese as handbooks are written. For search, not for reading aloud.

Four passes: typing habits to one spelling (``cantonese_typos.tsv``), grammar that crosses words
(``cantonese_rules.tsv``: 使唔使, 交咗未, 攞唔到), words by longest match (``cantonese.tsv``), and what is left of
the particles. The particle 咗 goes rather than becoming 了, so that 簽咗約 meets 簽約 in the handbook.
English stays as typed. Ambiguous forms (野, 左, 既, 先, 啲) are touched only in a text that shows by other
signs that it is Cantonese, so written Chinese comes back as it went in.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kb.core import data_files
from kb.language.detect import Language, detect
from kb.language.lexicon import Lexicon
from kb.language.script import is_han, to_traditional

__all__ = ["to_written"]

Rule = tuple[re.Pattern[str], str]
_LONG = 60  # Han characters; only questions and short notes that show no other sign of Cantonese are looked at at all
_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_SPACES = re.compile(r"[ \t]{2,}")


@cache
def _rules(name: str, cantonese: bool) -> tuple[Rule, ...]:
    """Return the (pattern, replacement) rules of a table; those marked ``?`` only for Cantonese text."""
    found = []
    for pattern, replacement, *flag in data_files.rows("kb.language", name):
        if cantonese or not any(flag):
            found.append((re.compile(pattern, re.IGNORECASE), replacement))
    return tuple(found)


@cache
def _words(cantonese: bool, shortest: int) -> Lexicon[str]:
    """Return colloquial word → written words; ``=`` rows map to themselves, ``-`` rows to nothing."""
    entries: dict[str, str] = {}
    for written, forms in data_files.rows("kb.language", "cantonese.tsv"):
        for form in forms.split():
            word = form.removeprefix("?")
            if (cantonese or word == form) and len(word) >= shortest:
                entries.setdefault(word, {"=": word, "-": ""}.get(written, written))
    # What the first pass wrote must not be rewritten by the second: 懸掛八號風球 holds the colloquial 八號風球.
    entries = {written: written for written in entries.values() if len(written) > 1} | entries
    return Lexicon({tuple(word): written for word, written in entries.items()})


def _apply(rules: tuple[Rule, ...], text: str) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def _replace_words(text: str, words: Lexicon[str]) -> str:
    lower = text.lower()
    if len(lower) != len(text):  # a few letters (İ) grow in lower case: then match as typed
        lower = text
    parts, last = [], 0
    for start, end, written in words.matches(lower):
        if _is_part(lower, start, end):
            continue
        parts += [text[last:start], written]
        last = end
    return "".join([*parts, text[last:]])


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether a match is a part of something longer: a Latin word (有d|onor) or a question (仲要|唔要, 仲有|冇得)."""
    before, first = text[start - 1 : start], text[start]
    last, after = text[end - 1], text[end : end + 1]
    if (_is_latin(before) and _is_latin(first)) or (_is_latin(last) and _is_latin(after)):
        return True
    if last == "有" and after == "冇":
        return True
    if after == "唔" and text[end + 1 : end + 2] == last:
        return True
    return first == "唔" and text[start + 1 : start + 2] == before


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


@lru_cache(maxsize=2048)
def to_written(text: str) -> str:
    """Return ``text`` (Cantonese, any script; English inside allowed) in written Chinese, Traditional characters.

    Written Chinese and English come back unchanged, but for Simplified and for full-width letters and digits.
    """
    language = detect(text)
    if language is Language.ENGLISH:
        return text
    cantonese = language is Language.CANTONESE
    plain = to_traditional(text).translate(_WIDTH)
    if not cantonese and sum(map(is_han, plain)) > _LONG:
        return plain
    plain = _apply(_rules("cantonese_typos.tsv", cantonese), plain)
    # Words of two characters and more come before grammar, which would tear some (嗰啲, 唔見咗); single characters
    # come after it, with the words that grammar set free (簽咗約 → 簽約).
    plain = _replace_words(plain, _words(cantonese, 2))
    plain = _apply(_rules("cantonese_rules.tsv", cantonese), plain)
    plain = _replace_words(plain, _words(cantonese, 1))
    return _SPACES.sub(" ", plain).strip()
