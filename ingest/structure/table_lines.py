"""Tables as lines of text: a row is a line, tabs separate its cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from unstructured.documents.elements import Table

__all__ = ["TableBlock", "append_rows", "row_line", "table_block"]


@dataclass(slots=True)
class TableBlock:
    """Rows of cell texts, header rows first. A table over several pages is one; a repeated header is removed."""

    rows: list[list[str]] = field(default_factory=list)
    header_rows: int = 0

    @property
    def text(self) -> str:
        return "\n".join(row_line(row) for row in self.rows)


def row_line(row: list[str]) -> str:
    """Return the row as a line: cells without line breaks, separated by tabs."""
    return "\t".join(" ".join(cell.split()) for cell in row).rstrip("\t")


def table_block(element: Table) -> TableBlock:
    """Return the rows of a Table element; without ``metadata.table_rows`` the lines of its text."""
    rows: list[list[str]] | None = getattr(element.metadata, "table_rows", None)
    header = int(getattr(element.metadata, "table_header_rows", None) or 0)
    if rows is None:
        rows = [text.split("\t") for text in element.text.split("\n")]
    kept = [list(row) for row in rows[:header]]
    kept_header = len(kept)
    kept.extend(list(row) for row in rows[header:] if any(cell.strip() for cell in row))
    return TableBlock(kept, kept_header)


def append_rows(table: TableBlock, more: TableBlock) -> str:
    """Append the rows of a continued table without a repeated header; return the text of the new rows."""
    rows = more.rows[more.header_rows :]
    header_rows = table.header_rows
    if [row_line(r) for r in rows[:header_rows]] == [row_line(r) for r in table.rows[:header_rows]]:
        rows = rows[header_rows:]
    table.rows.extend(rows)
    return "\n".join(row_line(row) for row in rows)
