"""Annexes and appendices: their names in Chinese and English, and which clause is inside which annex."""

from __future__ import annotations

import re
from functools import cache

from ingest.structure.marker_words import word_list
from kb.language.quantities.numerals import CLAUSE_NUMBER, STEMS, ordinal
from kb.language.script import half_width
from kb.language.sentences import STOPS

__all__ = ["annex_label", "is_within"]


@cache
def _pattern() -> re.Pattern[str]:
    words = "|".join(word_list("annex"))
    letter = r"[A-Z](?![a-zA-Z])|[IVX]{1,5}(?![a-zA-Z])"
    number = rf"(?:\d{{1,2}}(?:\.\d{{1,2}})*(?: ?\([a-z]\))?|{CLAUSE_NUMBER}|[{STEMS}]|{letter})"
    one = rf"(?i:{words}) ?{number}"
    page = r"(?: ?\((?:P\.?|第)? ?[\w /]{1,5}頁?\))?"
    return re.compile(rf"[【\[]?({one}(?: ?(?:之|to|of|的)? ?{one})?)[】\]]?{page}(?=$|[ :.—–\-\(])[ :.—–-]*")


def annex_label(flat: str, *, heading: bool) -> tuple[str, int] | None:
    """Return the annex that starts with this text, as clause paths write it, and the end offset of the label.

    Return ``None`` where the text only mentions an annex. ``flat`` comes from :func:`kb.language.script.half_width`.
    """
    # 「〔只有英文版本〕 附件 6.7」: a remark in the same line, before the label.
    remark = re.match(r"\([^)]{1,20}\) (?=\S)", flat) if heading else None
    match = _pattern().match(flat, remark.end() if remark else 0)
    if match is None:
        bare = re.fullmatch(rf"(?i)({'|'.join(word_list('annex'))})", flat.strip())
        return (flat.strip().title(), len(flat)) if bare and heading else None
    rest = flat[match.end() :]
    # "… is at / Annex 6.1." is the end of a sentence.
    if (rest and not heading) or (not rest and match[0].rstrip().endswith(".")):
        return None
    if rest[:1].islower() or (rest and rest[-1] in STOPS):
        return None
    return _label(match[1]), match.end()


def _label(raw: str) -> str:
    """ "Appendix 1 to Annex 5.1" → "Annex 5.1 Appendix 1"; 「附件二」 → 「附件 2」."""
    found = re.findall(rf"(?i)({'|'.join(word_list('annex'))}) ?([^ 之的附]+(?: ?\([a-z]\))?)", raw)
    names = []
    for word, raw_number in found:
        number = str(ordinal(raw_number)) if re.fullmatch(CLAUSE_NUMBER, raw_number) else raw_number
        names.append(f"{word.title() if word.isascii() else word} {number.replace(' ', '')}")
    if re.search(r" (?i:to|of) ", raw):
        names.reverse()
    return " ".join(names)


def clause_key(path: str) -> str:
    """Return a key that is the same for a clause in Chinese and English: 「附件 2 §3」 and "Annex 2 §3"."""
    key = half_width(path).casefold()
    for word in ("appendix", "附錄", "附录"):
        key = key.replace(word, "appendix")
    for word in ("annexure", "annex", "附件"):
        key = key.replace(word, "annex")
    return re.sub(r"\s+", "", key)


def is_within(path: str, outer: str) -> bool:
    """Return whether a clause path is ``outer`` or inside it, in any language: 「附件 5.1 附錄 2」 in "Annex 5.1"."""
    key, start = clause_key(path), clause_key(outer)
    return bool(start) and key.startswith(start) and not re.match(r"[\d.]", key[len(start) :])
