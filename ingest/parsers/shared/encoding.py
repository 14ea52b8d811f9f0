"""Bytes → text, for files that do not say how they are encoded.

A byte-order mark and valid UTF-8 settle it. Otherwise every likely encoding is tried and the one whose
characters are the most plausible wins: Big5 text read as GB18030 still decodes, but into rare characters.
What is common is taken from the standards themselves, which put frequent characters into a first level:
Big5 rows A4–C6 (5,401 Traditional characters) and GB 2312 rows B0–D7 (3,755 Simplified ones).
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from kb.language.script import HAN_BASIC

__all__ = ["decode", "decode_as", "guess_encoding", "plausibility"]

_BOMS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
]
_CANDIDATES = (
    "big5hkscs",
    "gb18030",
    "cp950",
    "utf-16-le",
    "utf-16-be",
    "cp932",
    "euc_kr",
    "cp1252",
    "cp1251",
    "cp1255",
    "mac_roman",
)
# the characters prose cannot do without, both scripts and Cantonese: they outweigh a lucky rare one
_FREQUENT = frozenset(
    "的一是不了在人有我他這这個个們们中來来上大為为和國国地到以說说時时要就出會会可也你對对生能而子那得於于着之後后"
    "自年月日及或與与如須须應应請请員员工職职假服務务申嘅咗唔係喺佢哋冇啲嗰乜邊点點"
)
_PUNCTUATION = frozenset("，。、；：「」『』（）！？《》〈〉—…　‧·“”‘’％＄０１２３４５６７８９")
_IDEOGRAPH = re.compile(f"[{HAN_BASIC}\U00020000-\U0003ffff]")
# a Chinese character between two Latin letters is an accent read wrongly: "für" in Big5
_WEDGED = re.compile(f"(?<=[A-Za-z])[{HAN_BASIC}](?=[A-Za-z])|[{HAN_BASIC}](?=[a-z]{{2}})")
_SAMPLE = 65_536
# names that files declare, and the wider encodings that their bytes are really in
_WIDER = {"big5": "big5hkscs", "gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "ascii": "cp1252"}


@cache
def _common() -> frozenset[str]:
    def rows(codec: str, first: int, last: int, trails: range) -> str:
        pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in trails)
        return "".join(pair.decode(codec, "ignore") for pair in pairs)

    traditional = rows("big5", 0xA4, 0xC6, range(0x40, 0xFF))
    return frozenset(traditional + rows("gb2312", 0xB0, 0xD7, range(0xA1, 0xFF)))


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return ``(text, encoding name)``; ``declared`` is what the file says of itself and is believed if it fits."""
    encoding = guess_encoding(data, declared)
    return decode_as(data, encoding), encoding


def decode_as(data: bytes, encoding: str) -> str:
    """Decode; bytes that do not fit become U+FFFD and one leading byte-order mark is dropped."""
    return data.decode(encoding, "replace").removeprefix("\ufeff")


def guess_encoding(data: bytes, declared: str | None = None) -> str:
    """Return the Python codec that reads ``data`` best."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    wide = _by_nulls(sample)
    if wide:
        return wide
    if _fits(sample, "utf-8"):
        # a long file may turn bad after the sample; an ASCII sample proves nothing about the rest
        if len(data) <= _SAMPLE or _fits(data, "utf-8"):
            return "utf-8"
        sample = data if sample.isascii() else sample
    named = _known(declared)
    usable = named and named not in ("utf-8", "utf-16", "utf-32") and _fits(sample, named)
    if named and usable and (named == "cp1252" or plausibility(sample, named) > 0.3):
        return named
    # two Latin letters make a Chinese character in UTF-16: mostly plain bytes are no UTF-16
    plain = sum(1 for byte in sample if 0x20 <= byte < 0x7F) > 0.65 * len(sample)
    tried = [encoding for encoding in _CANDIDATES if not (plain and encoding.startswith("utf-16"))]
    scores = {encoding: plausibility(sample, encoding) for encoding in tried}
    broken_utf8 = plausibility(sample, "utf-8")  # one bad byte must not turn a UTF-8 file into another script
    best = max(scores, key=lambda encoding: scores[encoding])
    return "utf-8" if broken_utf8 > 0 and broken_utf8 >= scores[best] else best


def _known(declared: str | None) -> str | None:
    try:
        name = codecs.lookup((declared or "").strip().strip("'\"")).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(name, name)


def _by_nulls(sample: bytes) -> str | None:
    """UTF-16 and UTF-32 without a mark: Latin text leaves zero bytes at fixed places."""
    if b"\0" not in sample or len(sample) < 4:
        return None
    quarters = [sample[offset::4].count(0) / max(1, len(sample[offset::4])) for offset in range(4)]
    if min(quarters[1:]) > 0.5 and quarters[0] < 0.5 and len(sample) % 4 == 0:
        return "utf-32-le"
    if min(quarters[:3]) > 0.5 and quarters[3] < 0.5 and len(sample) % 4 == 0:
        return "utf-32-be"
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 0.03 * len(sample) / 2 or min(even, odd) > 0.2 * max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _fits(data: bytes, encoding: str) -> bool:
    """True if ``data`` decodes without error; a character cut off at the end of the sample is no error."""
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(data, final=False)
    except (UnicodeError, LookupError):
        return False
    return True


def plausibility(data: bytes, encoding: str) -> float:
    """Mean worth of the decoded non-ASCII characters, from about −3 (noise) to about 1.5 (prose)."""
    try:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(data, final=False)
    except UnicodeError:
        return -3.0
    foreign = re.findall(r"[^\x09\x0a\x0d\x20-\x7e]", text)
    if not foreign:
        return 0.5 if text else -3.0
    wedged = len(_WEDGED.findall(text))
    # accents stand alone among plain letters; a word made of nothing else is another alphabet
    crowded = len(re.findall(r"(?<=[\u00c0-\u00ff])[\u00c0-\u00ff]", text))
    return (sum(map(_worth, foreign)) - 2.0 * wedged - 0.6 * crowded) / len(foreign)


@cache
def _worth(char: str) -> float:  # noqa: PLR0911 (a table with ranges for keys)
    if char in _FREQUENT:
        return 2.5
    if char in _PUNCTUATION:
        return 1.5
    if _IDEOGRAPH.match(char):
        return 1.0 if char in _common() else -0.7
    if "\uac00" <= char <= "\ud7a3" or "\u3040" <= char <= "\u30ff":
        return 0.9
    if "\u00c0" <= char <= "\u00ff":
        return 0.6
    if "\u05d0" <= char <= "\u05ea" or "\u0430" <= char <= "\u044f":
        return 0.5
    if char in "–—•€£©®°§«»¿¡\xa0":
        return 0.4
    if char == "\ufffd" or char < "\x20" or "\x7f" <= char <= "\x9f" or "\ue000" <= char <= "\uf8ff":
        return -3.0
    return -0.4
