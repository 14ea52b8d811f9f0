"""Personal data is replaced by marks before text is sent, and restored in the text that comes back.

Each piece of data becomes a mark such as 〔電話1〕. The same piece always has the same mark, so that a model can refer
to it. The patterns of ``personal.tsv`` find HKID and telephone numbers, bank accounts, addresses and e-mail addresses.
Names are found by a surname and its context, and in lists below a heading for names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from assistant.personal_data import hkid, personal_names

__all__ = ["Masker"]

# Marks have full-width brackets, which documents do not use, and are the same in both languages.
MARK = re.compile(r"〔(HKID|電話|戶口|地址|電郵|姓名)(\d+)〕")
_LABEL = {"hkid": "HKID", "phone": "電話", "bank": "戶口", "address": "地址", "email": "電郵", "name": "姓名"}
_LOOSE_MARK = re.compile(
    r"[〔\[［【(（]\s*(HKID|電話|戶口|地址|電郵|姓名|电话|户口|电邮)\s*(\d+)\s*[〕\]］】)）]", re.IGNORECASE
)
_SIMPLIFIED = {"电话": "電話", "户口": "戶口", "电邮": "電郵", "hkid": "HKID"}

PersonalData = tuple[int, int, str]  # start, end, kind


def _lines(name: str) -> list[str]:
    text = files("assistant.personal_data").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = (line.split("\t", 1) for line in _lines("personal.tsv"))
    return tuple((kind, re.compile(pattern, re.IGNORECASE if kind == "bank" else 0)) for kind, pattern in rows)


@cache
def _public_numbers() -> frozenset[str]:
    """Return the digits of public telephone numbers, which are not personal data."""
    return frozenset(re.sub(r"\D", "", re.split(r" (?=[A-Z])", line, maxsplit=1)[0]) for line in _lines("public.txt"))


class Masker:
    """Masks the texts of one answer, and stores the marks with their originals."""

    def __init__(self) -> None:
        self._marks: dict[tuple[str, str], str] = {}
        self._originals: dict[str, str] = {}

    @property
    def counts(self) -> dict[str, int]:
        """The number of different pieces that were masked, by kind."""
        return dict(Counter(kind for kind, _ in self._marks))

    def mask(self, text: str) -> str:
        """Return the text with every piece of personal data replaced by its mark."""
        out, at = [], 0
        for start, end, kind in _find_personal_data(MARK.sub(lambda match: "(" + match[0][1:-1] + ")", text)):
            out += [text[at:start], self._mark(kind, text[start:end])]
            at = end
        return "".join([*out, text[at:]])

    def unmask(self, text: str) -> str:
        """Return the text with the marks replaced by their originals, also where a model spells a mark differently."""

        def original(match: re.Match[str]) -> str:
            label = _SIMPLIFIED.get(match[1].lower(), match[1])
            return self._originals.get(f"〔{label}{match[2]}〕", match[0])

        return _LOOSE_MARK.sub(original, text)

    def _mark(self, kind: str, piece: str) -> str:
        key = (kind, re.sub(r"[\s()（）-]", "", piece).casefold())
        if key not in self._marks:
            number = sum(1 for known, _ in self._marks if known == kind) + 1
            self._marks[key] = mark = f"〔{_LABEL[kind]}{number}〕"
            self._originals[mark] = piece
        return self._marks[key]


def _find_personal_data(text: str) -> Iterator[PersonalData]:
    """Yield the pieces of personal data in order, without overlap. The earlier start wins, then the longer piece."""
    found: list[PersonalData] = [
        (match.start(), match.end(), "hkid") for match in hkid.HKID.finditer(text) if hkid.is_valid(*match.groups())
    ]
    for kind, pattern in _patterns():
        for match in pattern.finditer(text):
            group = "it" if "it" in pattern.groupindex else 0
            public = kind == "phone" and re.sub(r"\D", "", match[0]).removeprefix("852") in _public_numbers()
            if not public and len(match[group].strip()) > 2:
                found.append((match.start(group), match.start(group) + len(match[group].rstrip(" ,")), kind))
    found += [(start, end, "name") for start, end in personal_names.find(text)]
    at = 0
    for start, end, kind in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= at:
            yield start, end, kind
            at = end
