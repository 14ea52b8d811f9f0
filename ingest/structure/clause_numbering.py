"""Which numbers are clause numbers: only those that continue or open a sequence; their full path.

Documents count in nested lists; a number is believed when it follows its predecessor ("3.2.2" after
"3.2.1"), opens a level ("(a)", "3.3.1" after "3.3"), or was numbered by the word processor itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ingest.structure.annexes import inside
from ingest.structure.clause_markers import Marker, markers
from ingest.structure.marker_words import word_list

__all__ = ["ClauseNumber", "Numbering"]

# Numbers lost by a parser must not lose the rest of the list.
_GAP = 6  # clauses are withdrawn, and numbers lost in a scan; amounts and times are told apart by what follows them
# Words for what is attached to an annex rather than to the document, when the document uses both.
_INNER = ("Appendix", "附錄", "附录", "附表", "Attachment")
_BRACKETED = ("lower_paren", "digit_paren", "cjk_paren", "upper_paren")
_TOP = ("digit", "bare", "cjk", "upper_roman", "upper", "stem")


@dataclass(frozen=True, slots=True)
class ClauseNumber:
    """A believed number: its kind, full clause path, depth (dotted levels, or nesting below the clause)."""

    kind: str
    path: str
    levels: int
    depth: int
    end: int


@dataclass(slots=True)
class Numbering:
    """The state of all open sequences while a document is read from top to bottom."""

    scope: str = ""
    anchor: str = ""
    chapter: int = 0
    dotted: tuple[int, ...] = ()
    body: tuple[tuple[int, ...], int] = ((), 0)
    items: list[Marker] = field(default_factory=list)

    def read(self, text: str, *, heading: bool, auto: str | None, ahead: list[Marker]) -> ClauseNumber | None:
        """The number ``text`` starts with (or ``auto``, which the word processor made), or ``None``.

        ``ahead`` holds readings of numbers that come later, used where one number alone is not enough.
        """
        if auto:
            found = markers(auto, heading=True) or markers(f"{auto} x", heading=True)
        else:
            found = markers(text, heading=heading)
        for marker in found:
            numbered = self._structural(marker) or self._dotted(marker, sure=bool(auto), heading=heading)
            if numbered is None and marker.kind in ("digit", "bare", "upper_roman", "cjk"):
                numbered = self._top(marker, heading=heading, ahead=ahead)
            if numbered is not None:
                for tail in () if auto else marker.tail:
                    numbered = self._item([tail], sure=True) or numbered
                return numbered if not auto else replace(numbered, end=0)
        listed = [m for m in found if m.kind not in ("dotted", "annex", "part", "chapter", "article", "bare")]
        numbered = self._item(listed, sure=bool(auto)) if listed else None
        return replace(numbered, end=0) if numbered and auto else numbered

    def leave(self, anchor: str) -> None:
        """A heading without number: lists inside end, a running count of paragraphs goes on."""
        self.items = [m for m in self.items[:1] if m.kind in _TOP and not self.anchor]
        self.anchor = anchor

    def path(self, depth: int | None = None) -> str:
        """The clause path of the open items, down to ``depth`` of them."""
        path = self.anchor
        for marker in self.items if depth is None else self.items[:depth]:
            path = self._join(path, marker)
        return path

    def _join(self, path: str, marker: Marker) -> str:
        bare = marker.kind in _TOP
        if not path:
            return marker.label
        if bare and path == self.scope:
            return f"{path} §{marker.label}"
        return path + (f"({marker.label})" if bare else marker.label)

    def _structural(self, marker: Marker) -> ClauseNumber | None:
        if marker.kind not in ("annex", "part", "chapter", "article"):
            return None
        if marker.kind == "article":
            # Articles count through the whole document, whatever the chapter.
            self.anchor, self.items = marker.label, []
            return ClauseNumber("article", marker.label, 2, 0, marker.end)
        label = self._within(marker)
        if marker.kind == "annex" and inside(self.scope, label):
            return ClauseNumber(marker.kind, label, 1, 0, marker.end)
        if not self._in_annex():
            self.body = (self.dotted, self.chapter)
        self.scope = self.anchor = label
        self.items = []
        self.chapter = marker.value[0]
        self.dotted = marker.value if marker.kind == "chapter" else ()
        return ClauseNumber(marker.kind, label, 1, 0, marker.end)

    def _within(self, marker: Marker) -> str:
        """An appendix or a part inside an annex is named with it: "Annex 5.1 Appendix 2", "Annex 3 Part B"."""
        outer = self.scope.split(" Appendix ")[0].split(" 附錄 ")[0]
        if not self._in_annex() or marker.kind == "chapter" or inside(marker.label, outer):
            return marker.label
        if marker.kind == "part":
            return f"{self.scope.split(' Part ')[0]} {marker.label}"
        same_word = marker.label.split()[0] == outer.split()[0]
        return marker.label if same_word or marker.label.split()[0] not in _INNER else f"{outer} {marker.label}"

    def _in_annex(self) -> bool:
        return self.scope.casefold().startswith(word_list("annex"))

    def _dotted(self, marker: Marker, *, sure: bool, heading: bool) -> ClauseNumber | None:
        if marker.kind != "dotted":
            return None
        if sure or _follows(marker.value, self.dotted, heading):
            return self._accept(marker)
        if self._in_annex() and not self.dotted and self.body[0] and _follows(marker.value, self.body[0], heading):
            # The annex was none, or stood in the middle: the body counts on.
            self.scope, (self.dotted, self.chapter) = "", self.body
            return self._accept(marker)
        return None

    def _accept(self, marker: Marker) -> ClauseNumber:
        self.dotted, self.items = marker.value, []
        inside = bool(self.scope) and not self.chapter
        self.anchor = f"{self.scope} §{marker.label}" if inside else marker.label
        return ClauseNumber("dotted", self.anchor, len(marker.value) + (1 if inside else 0), 0, marker.end)

    def _top(self, marker: Marker, *, heading: bool, ahead: list[Marker]) -> ClauseNumber | None:
        """ "4. Leave": a chapter when 4.1 comes next or it stands as a heading in sequence, else a list item."""
        number = marker.value[0]
        nested = next((m.value for m in ahead if m.kind == "dotted"), ())
        opens = bool(nested) and nested[0] == number and nested[1] <= 1
        in_order = number == (self.dotted[0] if self.dotted else 0) + 1
        if self.chapter and not opens:
            return None
        if marker.kind in ("upper_roman", "cjk"):
            if not (heading and (number == 1 or in_order)) or nested[:1] != (number,):
                return None
        elif not (opens or (heading and in_order and (self.dotted or marker.kind == "bare" or len(ahead) == 0))):
            return None
        return self._accept(Marker("dotted", marker.value, str(number), marker.end, marker.tail))

    def _item(self, found: list[Marker], *, sure: bool) -> ClauseNumber | None:
        choice = self._continues(found) or self._opens(found, sure=sure)
        if choice is None:
            return None
        marker, at = choice
        self.items[at:] = [marker]
        for tail in marker.tail:
            self._item([tail], sure=True)
        end = marker.tail[-1].end if marker.tail else marker.end
        return ClauseNumber(marker.kind, self.path(), 0, len(self.items), end)

    def _continues(self, found: list[Marker]) -> tuple[Marker, int] | None:
        for step in (1, *range(2, _GAP)):
            for at in range(len(self.items) - 1, -1, -1):
                for marker in found:
                    last = self.items[at]
                    if marker.kind == last.kind and marker.value[0] == last.value[0] + step:
                        return marker, at
        return None

    def _opens(self, found: list[Marker], *, sure: bool) -> tuple[Marker, int] | None:
        for marker in found:
            if marker.value == (1,) or (sure and marker is found[0]):
                at = next((i for i, m in enumerate(self.items) if m.kind == marker.kind), len(self.items))
                return marker, at
        # "(d)" whose predecessors a parser lost; a bare "7." says too little.
        open_kinds = {m.kind for m in self.items}
        for marker in found:
            if marker.kind in _BRACKETED and marker.value[0] <= 12 and marker.kind not in open_kinds:
                return marker, len(self.items)
        return None


def _follows(new: tuple[int, ...], last: tuple[int, ...], heading: bool) -> bool:
    """Whether ``new`` may come after ``last``: "3.2.2" or "3.3" or "4.1" after "3.2.1", not "3.1" or "12.30"."""
    if not last:
        # The first number of a text may be any chapter's first: extracts start at 5.1.
        return all(n <= 1 for n in new[1:]) and (new[0] <= 20 or heading)
    common = 0
    while common < min(len(new), len(last)) and new[common] == last[common]:
        common += 1
    if common == len(new):
        return False
    if common == len(last):
        return all(n <= 1 + _GAP for n in new[common : common + 1]) and all(n <= 2 for n in new[common + 1 :])
    step = new[common] - last[common]
    return 1 <= step <= _GAP and all(n <= 2 for n in new[common + 1 :])
