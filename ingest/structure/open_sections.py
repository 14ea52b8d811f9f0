"""Which open section a new heading stands under: by its number where it has one, else by its type size."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.structure.annexes import inside
from ingest.structure.blocks import Section
from ingest.structure.clause_numbering import ClauseNumber

__all__ = ["OpenSections"]


@dataclass(slots=True)
class _Open:
    """``levels``: of its number, chapter and "3." 1, "3.2" 2, 0 without; ``depth``: ``category_depth`` of its Title."""

    section: Section
    levels: int
    depth: int | None
    kind: str


class OpenSections:
    """The sections from the top down to where reading is; ``sections`` is the list all of them end up in."""

    def __init__(self, sections: list[Section]) -> None:
        self.sections = sections
        self._open: list[_Open] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def last(self) -> Section:
        return self._open[-1].section

    @property
    def clause(self) -> str:
        """The clause of the innermost numbered section, "" for none."""
        return next((o.section.clause for o in reversed(self._open) if o.section.clause), "")

    def front(self, page: int | None) -> None:
        """What stands before the first heading has a section of its own, without a name."""
        self._push(None, "", page, None, 99, "front")

    def add(self, heading: str, page: int | None, numbered: ClauseNumber | None, depth: int | None) -> Section:
        """Open a section, closing those it cannot stand under."""
        while self._open and not self._holds(self._open[-1], numbered, depth):
            self._open.pop()
        return self._push(numbered.path if numbered else None, heading, page, numbered, depth)

    def in_annex(self, label: str) -> bool:
        """The label repeated at the head of an annex's next pages does not open it again."""
        return any(o.kind == "annex" and inside(o.section.clause or "", label) for o in self._open)

    def _push(
        self,
        clause: str | None,
        heading: str,
        page: int | None,
        numbered: ClauseNumber | None,
        depth: int | None,
        kind: str = "",
    ) -> Section:
        parent = self.last if self._open else None
        level = parent.level + 1 if parent else 1
        section = Section(len(self.sections), parent.ordinal if parent else None, level, clause, heading, page)
        self.sections.append(section)
        self._open.append(
            _Open(section, numbered.levels if numbered else 0, depth, numbered.kind if numbered else kind)
        )
        return section

    def _holds(self, above: _Open, numbered: ClauseNumber | None, depth: int | None) -> bool:
        """Whether a heading with this number and type size may stand under ``above``."""
        smaller = above.depth is not None and depth is not None and above.depth < depth
        if numbered is None:
            unknown = above.depth is None or depth is None
            # A heading without number inside a chapter stays in it even when set as large.
            return smaller or (above.levels > 0 and (unknown or above.kind in ("annex", "chapter")))
        if numbered.kind in ("annex", "part", "chapter"):
            nested = above.kind == "annex" and numbered.path.startswith(f"{above.section.clause} ")
            return nested if numbered.kind != "chapter" else above.kind == "part"
        if above.kind == "part" or (above.kind == "annex" and numbered.kind != "article"):
            return True
        if above.levels:
            # Items such as "(a) Leave" set as headings have no level of their own.
            return not numbered.levels or (above.levels < numbered.levels and _prefix(above, numbered))
        return smaller


def _prefix(above: _Open, numbered: ClauseNumber) -> bool:
    clause = above.section.clause or ""
    return above.kind == "chapter" or not clause or numbered.path.startswith((clause + ".", clause + " §"))
