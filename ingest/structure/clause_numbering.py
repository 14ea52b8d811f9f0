"""Which numbers are clause numbers, and their full paths.

A number is accepted only when it continues a sequence ("3.2.2" after "3.2.1"), starts a level ("(a)", "3.3.1" after
"3.3"), or is an automatic number of the word processor.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ingest.structure.annexes import is_within
from ingest.structure.clause_markers import ClauseMarker, markers
from ingest.structure.marker_words import word_list

__all__ = ["ClauseNumber", "ClauseNumbering"]

# Largest step between two numbers of a sequence: clauses are withdrawn, and a parser or a scan loses numbers.
# Amounts and times are recognised by the text after them.
_MAX_GAP = 6
# Where a document has both annexes and these, these belong to an annex.
_SUBANNEX_WORDS = ("Appendix", "附錄", "附录", "附表", "Attachment")
_BRACKETED_KINDS = ("lower_paren", "digit_paren", "cjk_paren", "upper_paren")
_TOP_KINDS = ("digit", "bare", "cjk", "upper_roman", "upper", "stem")


@dataclass(frozen=True, slots=True)
class ClauseNumber:
    """An accepted number.

    Attributes:
        kind: as in :class:`.clause_markers.ClauseMarker`.
        path: full clause path: "3.2.1(a)", "Annex 2 §3".
        levels: levels of the number for the outline: 1 for a chapter, 2 for "3.2"; 0 for a list item.
        depth: nesting of a list item below its clause, from 1; 0 for other numbers.
        end: offset of the text after the number; 0 for an automatic number, which is not in the text.
    """

    kind: str
    path: str
    levels: int
    depth: int
    end: int


@dataclass(slots=True)
class ClauseNumbering:
    """All open sequences of numbers while a document is read from top to bottom.

    Attributes:
        scope: path of the open annex, part or chapter.
        anchor: path of the clause that list items belong to.
        chapter: number of the open chapter, 0 without.
        dotted: the last dotted number.
        body: ``dotted`` and ``chapter`` of the main text while an annex is open.
        items: the open list items, the outermost first.
    """

    scope: str = ""
    anchor: str = ""
    chapter: int = 0
    dotted: tuple[int, ...] = ()
    body: tuple[tuple[int, ...], int] = ((), 0)
    items: list[ClauseMarker] = field(default_factory=list)

    def read(
        self, text: str, *, heading: bool, automatic: str | None, upcoming: list[ClauseMarker]
    ) -> ClauseNumber | None:
        """Return the clause number of a text, or ``None``.

        Args:
            automatic: the number that the word processor shows before the text, if any.
            upcoming: numbers that come later, used where one number alone is not enough.
        """
        if automatic:
            found = markers(automatic, heading=True) or markers(f"{automatic} x", heading=True)
        else:
            found = markers(text, heading=heading)
        for marker in found:
            number = self._structural(marker) or self._dotted(marker, certain=bool(automatic), heading=heading)
            if number is None and marker.kind in ("digit", "bare", "upper_roman", "cjk"):
                number = self._top(marker, heading=heading, upcoming=upcoming)
            if number is not None:
                for tail in () if automatic else marker.tail:
                    number = self._item([tail], certain=True) or number
                return number if not automatic else replace(number, end=0)
        listed = [m for m in found if m.kind not in ("dotted", "annex", "part", "chapter", "article", "bare")]
        number = self._item(listed, certain=bool(automatic)) if listed else None
        return replace(number, end=0) if number and automatic else number

    def end_lists(self, anchor: str) -> None:
        """End the lists at a heading without a number; a running count of paragraphs continues."""
        self.items = [m for m in self.items[:1] if m.kind in _TOP_KINDS and not self.anchor]
        self.anchor = anchor

    def path(self, depth: int | None = None) -> str:
        """Return the clause path of the open items, of the outermost ``depth`` of them only if given."""
        path = self.anchor
        for marker in self.items if depth is None else self.items[:depth]:
            path = self._join(path, marker)
        return path

    def _join(self, path: str, marker: ClauseMarker) -> str:
        bare = marker.kind in _TOP_KINDS
        if not path:
            return marker.label
        if bare and path == self.scope:
            return f"{path} §{marker.label}"
        return path + (f"({marker.label})" if bare else marker.label)

    def _structural(self, marker: ClauseMarker) -> ClauseNumber | None:
        if marker.kind not in ("annex", "part", "chapter", "article"):
            return None
        if marker.kind == "article":
            # Articles count through the whole document, whatever the chapter.
            self.anchor, self.items = marker.label, []
            return ClauseNumber("article", marker.label, 2, 0, marker.end)
        label = self._label_in_annex(marker)
        if marker.kind == "annex" and is_within(self.scope, label):
            return ClauseNumber(marker.kind, label, 1, 0, marker.end)
        if not self._in_annex():
            self.body = (self.dotted, self.chapter)
        self.scope = self.anchor = label
        self.items = []
        self.chapter = marker.value[0]
        self.dotted = marker.value if marker.kind == "chapter" else ()
        return ClauseNumber(marker.kind, label, 1, 0, marker.end)

    def _label_in_annex(self, marker: ClauseMarker) -> str:
        """Return the label of an appendix or part; inside an annex with its name in front: "Annex 5.1 Appendix 2"."""
        outer = self.scope.split(" Appendix ")[0].split(" 附錄 ")[0]
        if not self._in_annex() or marker.kind == "chapter" or is_within(marker.label, outer):
            return marker.label
        if marker.kind == "part":
            return f"{self.scope.split(' Part ')[0]} {marker.label}"
        same_word = marker.label.split()[0] == outer.split()[0]
        return (
            marker.label if same_word or marker.label.split()[0] not in _SUBANNEX_WORDS else f"{outer} {marker.label}"
        )

    def _in_annex(self) -> bool:
        return self.scope.casefold().startswith(word_list("annex"))

    def _dotted(self, marker: ClauseMarker, *, certain: bool, heading: bool) -> ClauseNumber | None:
        if marker.kind != "dotted":
            return None
        if certain or _follows(marker.value, self.dotted, heading):
            return self._accept_dotted(marker)
        if self._in_annex() and not self.dotted and self.body[0] and _follows(marker.value, self.body[0], heading):
            # The annex was none, or it was in the middle of the main text: the count of the main text continues.
            self.scope, (self.dotted, self.chapter) = "", self.body
            return self._accept_dotted(marker)
        return None

    def _accept_dotted(self, marker: ClauseMarker) -> ClauseNumber:
        self.dotted, self.items = marker.value, []
        in_scope = bool(self.scope) and not self.chapter
        self.anchor = f"{self.scope} §{marker.label}" if in_scope else marker.label
        return ClauseNumber("dotted", self.anchor, len(marker.value) + (1 if in_scope else 0), 0, marker.end)

    def _top(self, marker: ClauseMarker, *, heading: bool, upcoming: list[ClauseMarker]) -> ClauseNumber | None:
        """Accept "4. Leave" as a chapter when 4.1 comes next, or when it is a heading in sequence."""
        number = marker.value[0]
        nested = next((m.value for m in upcoming if m.kind == "dotted"), ())
        opens = bool(nested) and nested[0] == number and nested[1] <= 1
        in_order = number == (self.dotted[0] if self.dotted else 0) + 1
        if self.chapter and not opens:
            return None
        if marker.kind in ("upper_roman", "cjk"):
            if not (heading and (number == 1 or in_order)) or nested[:1] != (number,):
                return None
        elif not (opens or (heading and in_order and (self.dotted or marker.kind == "bare" or len(upcoming) == 0))):
            return None
        return self._accept_dotted(ClauseMarker("dotted", marker.value, str(number), marker.end, marker.tail))

    def _item(self, found: list[ClauseMarker], *, certain: bool) -> ClauseNumber | None:
        choice = self._continues(found) or self._opens(found, certain=certain)
        if choice is None:
            return None
        marker, at = choice
        self.items[at:] = [marker]
        for tail in marker.tail:
            self._item([tail], certain=True)
        end = marker.tail[-1].end if marker.tail else marker.end
        return ClauseNumber(marker.kind, self.path(), 0, len(self.items), end)

    def _continues(self, found: list[ClauseMarker]) -> tuple[ClauseMarker, int] | None:
        for step in (1, *range(2, _MAX_GAP)):
            for at in range(len(self.items) - 1, -1, -1):
                for marker in found:
                    last = self.items[at]
                    if marker.kind == last.kind and marker.value[0] == last.value[0] + step:
                        return marker, at
        return None

    def _opens(self, found: list[ClauseMarker], *, certain: bool) -> tuple[ClauseMarker, int] | None:
        for marker in found:
            if marker.value == (1,) or (certain and marker is found[0]):
                at = next((i for i, m in enumerate(self.items) if m.kind == marker.kind), len(self.items))
                return marker, at
        # "(d)" whose predecessors a parser lost; a bare "7." is not enough evidence.
        open_kinds = {m.kind for m in self.items}
        for marker in found:
            if marker.kind in _BRACKETED_KINDS and marker.value[0] <= 12 and marker.kind not in open_kinds:
                return marker, len(self.items)
        return None


def _follows(new: tuple[int, ...], last: tuple[int, ...], heading: bool) -> bool:
    """Return whether ``new`` may come after ``last``: "3.2.2", "3.3" or "4.1" after "3.2.1", not "3.1" or "12.30"."""
    if not last:
        # The first number of a text may be the first of any chapter: an extract may start at 5.1.
        return all(n <= 1 for n in new[1:]) and (new[0] <= 20 or heading)
    common = 0
    while common < min(len(new), len(last)) and new[common] == last[common]:
        common += 1
    if common == len(new):
        return False
    if common == len(last):
        return all(n <= 1 + _MAX_GAP for n in new[common : common + 1]) and all(n <= 2 for n in new[common + 1 :])
    step = new[common] - last[common]
    return 1 <= step <= _MAX_GAP and all(n <= 2 for n in new[common + 1 :])
