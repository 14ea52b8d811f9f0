"""Bytes → text, for files that do not state their encoding.

A byte-order mark or valid UTF-8 decides. Otherwise every likely encoding is tried, and the one with the most plausible
characters is used: Big5 text decoded as GB18030 gives no error, but rare characters. Common characters are those that
the standards put into their first level: Big5 rows A4–C6 (5,401 Traditional characters) and GB 2312 rows B0–D7 (3,755
Simplified characters).
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
# the most frequent characters of prose, in both scripts and Cantonese; they outweigh rare ones that decode by chance
_FREQUENT = frozenset(
    "的一是不了在人有我他這这個个們们中來来上大為为和國国地到以說说時时要就出會会可也你對对生能而子那得於于着之後后"
    "自年月日及或與与如須须應应請请員员工職职假服務务申嘅咗唔係喺佢哋冇啲嗰乜邊点點"
)
_PUNCTUATION = frozenset("，。、；：「」『』（）！？《》〈〉—…　‧·“”‘’％＄０１２３４５６７８９")
_IDEOGRAPH = re.compile(f"[{HAN_BASIC}\U00020000-\U0003ffff]")
# a Chinese character between two Latin letters is an accent read wrongly: "für" in Big5
_WRONG_ACCENT = re.compile(f"(?<=[A-Za-z])[{HAN_BASIC}](?=[A-Za-z])|[{HAN_BASIC}](?=[a-z]{{2}})")
_SAMPLE = 65_536
# encodings that files declare → the larger encodings that their bytes really use
_WIDER = {"big5": "big5hkscs", "gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "ascii": "cp1252"}


@cache
def _common_characters() -> frozenset[str]:
    def rows(codec: str, first: int, last: int, trails: range) -> str:
        pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in trails)
        return "".join(pair.decode(codec, "ignore") for pair in pairs)

    traditional = rows("big5", 0xA4, 0xC6, range(0x40, 0xFF))
    return frozenset(traditional + rows("gb2312", 0xB0, 0xD7, range(0xA1, 0xFF)))


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return ``(text, encoding name)``. ``declared`` is the encoding the file states; it is used if it decodes."""
    encoding = guess_encoding(data, declared)
    return decode_as(data, encoding), encoding


def decode_as(data: bytes, encoding: str) -> str:
    """Decode. Bytes that cannot be decoded become U+FFFD; a leading byte-order mark is removed."""
    return data.decode(encoding, "replace").removeprefix("\ufeff")


def guess_encoding(data: bytes, declared: str | None = None) -> str:
    """Return the name of the Python codec for ``data``; ``declared`` as in :func:`decode`."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    wide = _by_nulls(sample)
    if wide:
        return wide
    if _decodes(sample, "utf-8"):
        # a long file may be invalid after the sample; an ASCII sample proves nothing about the rest
        if len(data) <= _SAMPLE or _decodes(data, "utf-8"):
            return "utf-8"
        sample = data if sample.isascii() else sample
    named = _declared_codec(declared)
    usable = named and named not in ("utf-8", "utf-16", "utf-32") and _decodes(sample, named)
    if named and usable and (named == "cp1252" or plausibility(sample, named) > 0.3):
        return named
    # two Latin letters are a Chinese character in UTF-16: bytes that are mostly ASCII are not UTF-16
    mostly_ascii = sum(1 for byte in sample if 0x20 <= byte < 0x7F) > 0.65 * len(sample)
    tried = [encoding for encoding in _CANDIDATES if not (mostly_ascii and encoding.startswith("utf-16"))]
    scores = {encoding: plausibility(sample, encoding) for encoding in tried}
    broken_utf8 = plausibility(sample, "utf-8")  # one bad byte must not turn a UTF-8 file into another script
    best = max(scores, key=lambda encoding: scores[encoding])
    return "utf-8" if broken_utf8 > 0 and broken_utf8 >= scores[best] else best


def _declared_codec(declared: str | None) -> str | None:
    try:
        name = codecs.lookup((declared or "").strip().strip("'\"")).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(name, name)


def _by_nulls(sample: bytes) -> str | None:
    """Return UTF-16 or UTF-32 without a byte-order mark: Latin text has zero bytes at fixed places."""
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


def _decodes(data: bytes, encoding: str) -> bool:
    """Return whether ``data`` decodes without error; a truncated character at the end of the sample is no error."""
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(data, final=False)
    except (UnicodeError, LookupError):
        return False
    return True


def plausibility(data: bytes, encoding: str) -> float:
    """Return the mean weight of the decoded non-ASCII characters, from about −3 (noise) to about 1.5 (prose)."""
    try:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(data, final=False)
    except UnicodeError:
        return -3.0
    non_ascii = re.findall(r"[^\x09\x0a\x0d\x20-\x7e]", text)
    if not non_ascii:
        return 0.5 if text else -3.0
    wrong_accents = len(_WRONG_ACCENT.findall(text))
    # accented letters stand alone between plain letters; words of accented letters only are another alphabet
    adjacent_accents = len(re.findall(r"(?<=[\u00c0-\u00ff])[\u00c0-\u00ff]", text))
    return (sum(map(_char_weight, non_ascii)) - 2.0 * wrong_accents - 0.6 * adjacent_accents) / len(non_ascii)


@cache
def _char_weight(char: str) -> float:  # noqa: PLR0911 (a table with ranges for keys)
    if char in _FREQUENT:
        return 2.5
    if char in _PUNCTUATION:
        return 1.5
    if _IDEOGRAPH.match(char):
        return 1.0 if char in _common_characters() else -0.7
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
