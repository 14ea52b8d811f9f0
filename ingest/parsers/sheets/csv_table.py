"""The parser of CSV and other delimited text. Delimiter and encoding are detected."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from statistics import median

from ingest.parsers.shared.element_builder import ElementBuilder
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
    stated = re.match(r"sep=(.)\r?\n", text)  # a first line that Excel writes
    if stated:
        text = text[stated.end() :]
    text = text.replace("\0", "")
    delimiter = stated.group(1) if stated else _delimiter(text)
    builder = ElementBuilder()
    add_grid(builder, Grid(_rows(text, delimiter)))
    return ParsedDocument(builder.elements)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    return [[cell.strip() for cell in row] for row in reader]


def _delimiter(text: str) -> str:
    """Return the delimiter that splits most rows into the same number of fields, more than one."""
    sample = "\n".join(text.splitlines()[:_TRIED_ROWS])

    def score(delimiter: str) -> float:
        try:
            counts = [len(row) for row in _rows(sample, delimiter) if any(row)]
        except csv.Error:
            return 0.0
        usual = median(counts) if counts else 0
        return sum(count == usual for count in counts) / len(counts) * min(usual, 4) if usual > 1 else 0.0

    best = max(_DELIMITERS, key=score)
    return best if score(best) > 0 else ","
