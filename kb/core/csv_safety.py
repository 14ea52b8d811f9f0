"""Cells that a spreadsheet would take for formulas, made harmless (OWASP, "CSV Injection")."""

from __future__ import annotations

__all__ = ["escape_formula", "unescape_formula"]

# Full-width ones too.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def escape_formula(cell: str) -> str:
    """Return a cell for a CSV file; what begins as a formula gets a quote in front."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def unescape_formula(cell: str) -> str:
    """Return a cell of a CSV file without the quote that :func:`escape_formula` put in front."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
