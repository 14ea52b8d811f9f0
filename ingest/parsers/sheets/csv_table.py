"""CSV and its relatives: delimiter found by trial, encoding by plausibility, one row under one header."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from statistics import median

from ingest.parsers.shared.element_builder import Builder
from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.sheets.sheet_grid import Grid, add_grid

__all__ = ["parse"]

_DELIMITERS = (",", "\t", ";", "|", "，")
_TRIED_ROWS = 60
_MAX_FIELD = 10_000_000


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a delimited text file."""
    text, _ = decode(path.read_bytes())
    csv.field_size_limit(_MAX_FIELD)
    stated = re.match(r"sep=(.)\r?\n", text)  # Excel's own first line
    if stated:
        text = text[stated.end() :]
    text = text.replace("\0", "")
    delimiter = stated.group(1) if stated else _delimiter(text)
    builder = Builder()
    add_grid(builder, Grid(_rows(text, delimiter)))
    return ParsedDocument(builder.elements)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    return [[cell.strip() for cell in row] for row in reader]


def _delimiter(text: str) -> str:
    """The delimiter that cuts most rows into the same number of fields, more than one."""
    sample = "\n".join(text.splitlines()[:_TRIED_ROWS])

    def worth(delimiter: str) -> float:
        try:
            counts = [len(row) for row in _rows(sample, delimiter) if any(row)]
        except csv.Error:
            return 0.0
        usual = median(counts) if counts else 0
        return sum(count == usual for count in counts) / len(counts) * min(usual, 4) if usual > 1 else 0.0

    best = max(_DELIMITERS, key=worth)
    return best if worth(best) > 0 else ","
