"""Personal data is replaced by marks before text is sent, and restored in the text that comes back.

Each piece of data becomes a mark such as 〔電話1〕. The same piece always has the same mark, so that a model can refer
to it. :mod:`kb.personal_data` finds the pieces.
"""

from __future__ import annotations

import re
from collections import Counter

from kb.personal_data.comparable_text import comparable
from kb.personal_data.concealment import without_fill
from kb.personal_data.personal_data_finder import find_personal_data

__all__ = ["Masker"]

# Marks have full-width brackets, which documents do not use, and are the same in both languages.
_LABEL = {
    "hkid": "HKID", "passport": "護照", "phone": "電話", "bank": "戶口", "card": "卡號", "address": "地址",
    "email": "電郵", "birth": "生日", "number": "編號", "name": "姓名",
}  # fmt: skip
_SIMPLIFIED = {
    "电话": "電話",
    "户口": "戶口",
    "电邮": "電郵",
    "护照": "護照",
    "卡号": "卡號",
    "编号": "編號",
    "hkid": "HKID",
}
_LABELS = "|".join(_LABEL.values())
MARK = re.compile(rf"〔({_LABELS})(\d+)〕")
_LOOSE_MARK = re.compile(rf"[〔\[［【(（]\s*({_LABELS}|{'|'.join(_SIMPLIFIED)})\s*(\d+)\s*[〕\]］】)）]", re.IGNORECASE)


class Masker:
    """Masks the texts of one answer, and stores the marks with their originals."""

    def __init__(self) -> None:
        self._marks: dict[tuple[str, str], str] = {}
        self._originals: dict[str, str] = {}
        self._names: set[str] = set()

    @property
    def counts(self) -> dict[str, int]:
        """The number of different pieces that were masked, by kind."""
        return dict(Counter(kind for kind, _ in self._marks))

    def mask(self, text: str) -> str:
        """Return the text with every piece of personal data replaced by its mark."""
        unmarked = MARK.sub(lambda match: "(" + match[0][1:-1] + ")", without_fill(text))
        out, at = [], 0
        for start, end, kind in find_personal_data(unmarked, self._names):
            out += [unmarked[at:start], self._mark(kind, unmarked[start:end])]
            at = end
        return "".join([*out, unmarked[at:]])

    def unmask(self, text: str) -> str:
        """Return the text with the marks replaced by their originals, also where a model spells a mark differently."""

        def original(match: re.Match[str]) -> str:
            label = _SIMPLIFIED.get(match[1].lower(), match[1])
            return self._originals.get(f"〔{label}{match[2]}〕", match[0])

        return _LOOSE_MARK.sub(original, text)

    def _mark(self, kind: str, piece: str) -> str:
        same = comparable(piece).text
        if kind == "name":
            self._names.add(same)
        key = (kind, re.sub(r"[\s()./-]", "", same).casefold())
        if key not in self._marks:
            number = sum(1 for known, _ in self._marks if known == kind) + 1
            self._marks[key] = mark = f"〔{_LABEL[kind]}{number}〕"
            self._originals[mark] = piece
        return self._marks[key]
