"""Which open section a new heading belongs to: decided by its number, without a number by its type size."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.structure.annexes import is_within
from ingest.structure.blocks import Section
from ingest.structure.clause_numbering import ClauseNumber

__all__ = ["OpenSections"]


@dataclass(slots=True)
class _OpenSection:
    """An open section. ``levels``: of its number (1 for a chapter, 2 for "3.2", 0 without); ``depth``: of its Title."""

    section: Section
    levels: int
    depth: int | None
    kind: str


class OpenSections:
    """The open sections, from the top level down to the current one. New ones are appended to ``sections``."""

    def __init__(self, sections: list[Section]) -> None:
        self.sections = sections
        self._open: list[_OpenSection] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def last(self) -> Section:
        return self._open[-1].section

    @property
    def clause(self) -> str:
        """The clause of the innermost numbered section; "" without one."""
        return next((o.section.clause for o in reversed(self._open) if o.section.clause), "")

    def open_front_matter(self, page: int | None) -> None:
        """Open a section without a heading, for the text before the first heading."""
        self._push(None, "", page, None, 99, "front")

    def open_section(self, heading: str, page: int | None, number: ClauseNumber | None, depth: int | None) -> Section:
        """Open a section; first close those that cannot contain it. ``depth``: ``category_depth`` of its Title."""
        while self._open and not self._can_contain(self._open[-1], number, depth):
            self._open.pop()
        return self._push(number.path if number else None, heading, page, number, depth)

    def is_open_annex(self, label: str) -> bool:
        """Return whether this annex is open already: its label may be repeated at the top of its other pages."""
        return any(o.kind == "annex" and is_within(o.section.clause or "", label) for o in self._open)

    def _push(
        self,
        clause: str | None,
        heading: str,
        page: int | None,
        number: ClauseNumber | None,
        depth: int | None,
        kind: str = "",
    ) -> Section:
        parent = self.last if self._open else None
        level = parent.level + 1 if parent else 1
        section = Section(len(self.sections), parent.ordinal if parent else None, level, clause, heading, page)
        self.sections.append(section)
        self._open.append(_OpenSection(section, number.levels if number else 0, depth, number.kind if number else kind))
        return section

    def _can_contain(self, above: _OpenSection, number: ClauseNumber | None, depth: int | None) -> bool:
        """Return whether a heading with this number and type size may be inside ``above``."""
        smaller = above.depth is not None and depth is not None and above.depth < depth
        if number is None:
            unknown = above.depth is None or depth is None
            # A heading without a number stays in its chapter even when its type is as large.
            return smaller or (above.levels > 0 and (unknown or above.kind in ("annex", "chapter")))
        if number.kind in ("annex", "part", "chapter"):
            nested = above.kind == "annex" and number.path.startswith(f"{above.section.clause} ")
            return nested if number.kind != "chapter" else above.kind == "part"
        if above.kind == "part" or (above.kind == "annex" and number.kind != "article"):
            return True
        if above.levels:
            # List items that are set as headings, such as "(a) Leave", have no level of their own.
            return not number.levels or (above.levels < number.levels and _continues_number(above, number))
        return smaller


def _continues_number(above: _OpenSection, number: ClauseNumber) -> bool:
    clause = above.section.clause or ""
    return above.kind == "chapter" or not clause or number.path.startswith((clause + ".", clause + " §"))
