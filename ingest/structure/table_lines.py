"""Tables as lines: a row is a line, its cells parted by tabs; the header rows are known apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from unstructured.documents.elements import Table

__all__ = ["TableBlock", "add_rows", "line", "table_block"]


@dataclass(slots=True)
class TableBlock:
    """Rows of cells, header rows first. A table that runs over pages is one, without the repeated header."""

    rows: list[list[str]] = field(default_factory=list)
    header_rows: int = 0

    @property
    def text(self) -> str:
        return "\n".join(line(row) for row in self.rows)


def line(row: list[str]) -> str:
    """The row as the document's text has it: cells without their line breaks, parted by tabs."""
    return "\t".join(" ".join(cell.split()) for cell in row).rstrip("\t")


def table_block(element: Table) -> TableBlock:
    """The element's rows; tables of a parser that gives none fall back on the lines of their text."""
    rows: list[list[str]] | None = getattr(element.metadata, "table_rows", None)
    header = int(getattr(element.metadata, "table_header_rows", None) or 0)
    if rows is None:
        rows = [text.split("\t") for text in element.text.split("\n")]
    kept = [list(row) for row in rows[:header]]
    kept_header = len(kept)
    kept.extend(list(row) for row in rows[header:] if any(cell.strip() for cell in row))
    return TableBlock(kept, kept_header)


def add_rows(table: TableBlock, more: TableBlock) -> str:
    """Append a continued table's rows, without the header it repeats; returns the text added."""
    rows = more.rows[more.header_rows :]
    head = table.header_rows
    if [line(r) for r in rows[:head]] == [line(r) for r in table.rows[:head]]:
        rows = rows[head:]
    table.rows.extend(rows)
    return "\n".join(line(row) for row in rows)
