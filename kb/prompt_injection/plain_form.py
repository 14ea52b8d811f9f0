"""The text behind odd spelling: invisible characters, digits for letters, letters set apart, base64.

Every step is linear in the length of the text, whatever the text is.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata

from kb.language.script import fold

__all__ = ["encoded_text", "plain_form"]

_UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb]")  # fmt: skip  # noqa: E501
# The tag characters repeat ASCII without being seen.
_TAGS = {0xE0000 + code: chr(code) if 0x20 <= code < 0x7F else "" for code in range(0x80)}
_MIXED_WORD = re.compile(r"[A-Za-z0-9@$!]{2,24}")
_DIGITS = str.maketrans("01345789@$!", "oieastbgasi")
# The letters themselves are none of the marks between them, so that a text is read in one way only.
_SPACED = re.compile(r"(?<!\S)[^\s.·・_*-](?:[ .·・_*-]{1,3}[^\s.·・_*-](?=[ .·・_*-]|$)){4,200}")
_SPACES = re.compile(r"[ .·・_*-]+")
# Long enough for a sentence, and longer than the numbers and names of a document.
_ENCODED = re.compile(r"(?:[A-Za-z0-9+/]{4}){4,200}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){6,200}")
_ROT13 = re.compile(r"rot-?13", re.IGNORECASE)


def plain_form(text: str) -> str:
    """Return a text for comparison: folded to one script and lower case, with what it encodes behind it."""
    text = unicodedata.normalize("NFKC", text.translate(_TAGS))
    text = _UNSEEN.sub("", text)
    text = _SPACED.sub(lambda match: _SPACES.sub("", match.group()), text)
    decoded = encoded_text(text)
    text = _MIXED_WORD.sub(_as_letters, text)
    return fold(f"{text} {decoded}").strip()


def encoded_text(text: str) -> str:
    """Return what a text holds in base64, as hexadecimal numbers or in rot13; "" where it holds nothing of them."""
    decoded = [_from_base64(match.group()) for match in _ENCODED.finditer(text)]
    decoded += [_from_hex(match.group()) for match in _HEX.finditer(text)]
    if _ROT13.search(text):
        decoded.append(codecs.encode(text, "rot13"))
    return " ".join(filter(None, decoded))


def _as_letters(match: re.Match[str]) -> str:
    """Return a word whose digits stand for letters in letters: "4ss1st4nt". Numbers and words stay."""
    word = match.group()
    body = word.rstrip("!$")
    letters = sum(char.isalpha() for char in body)
    return body.translate(_DIGITS) + word[len(body) :] if 0 < letters < len(body) else word


def _from_base64(token: str) -> str:
    try:
        return _printable(base64.b64decode(token[: len(token) // 4 * 4], validate=True))
    except (binascii.Error, ValueError):
        return ""


def _from_hex(token: str) -> str:
    digits = re.sub(r"[ :]", "", token)
    return "" if digits.isdecimal() else _printable(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _printable(data: bytes) -> str:
    """Return bytes as text, "" where they are no text. A character that was cut at the end is left out."""
    text = data.decode("utf-8", "ignore")
    shown = sum(char.isprintable() for char in text)
    lost = len(data) - len(text.encode())
    return text if len(text) >= 3 and shown == len(text) and lost <= 3 else ""
