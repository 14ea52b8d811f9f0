"""Tables in RTF: a control word ends each row, and the definition of the row marks merged cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.parsers.shared.element_builder import ElementBuilder
from ingest.parsers.shared.header_rows import header_rows_of

__all__ = ["RtfTable"]


@dataclass(slots=True)
class _Row:
    cells: list[str] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)  # per cell: "right" or "down" if it continues another cell, else ""
    header: bool = False
    next_merge: str = ""


class RtfTable:
    """Collects rows until text outside a table ends it."""

    def __init__(self) -> None:
        self._row = _Row()
        self._rows: list[_Row] = []

    def cell(self, text: str) -> None:
        """Add the next cell of the row."""
        self._row.cells.append(text)

    def handle_word(self, name: str) -> None:
        """Handle a control word; words that do not concern tables are ignored."""
        if name == "trowd":
            self._row = _Row(cells=self._row.cells)
        elif name == "trhdr":
            self._row.header = True
        elif name in ("clmrg", "clvmrg"):
            self._row.next_merge = "right" if name == "clmrg" else "down"
        elif name == "cellx":
            self._row.merges.append(self._row.next_merge)
            self._row.next_merge = ""
        elif name == "row":
            self._rows.append(self._row)
            self._row = _Row(merges=self._row.merges)

    def finish(self, builder: ElementBuilder) -> None:
        """Add the table, if there is one, with merged cells repeated."""
        rows, self._rows = self._rows, []
        cells: list[list[str]] = []
        for row in rows:
            line = list(row.cells)
            for index, merge in enumerate(row.merges[: len(line)]):
                if merge == "right" and index:
                    line[index] = line[index - 1]
                elif merge == "down" and cells and index < len(cells[-1]):
                    line[index] = cells[-1][index]
            cells.append(line)
        header = next((index for index, row in enumerate(rows) if not row.header), 0)
        builder.table(cells, header or header_rows_of(cells))
