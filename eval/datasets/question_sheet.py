"""Reads questions from a spreadsheet, so that an evaluator does not have to write JSON.

A row is a question. Columns are recognised by their header in Chinese or English (``columns.json``). "|" separates the
alternatives of a fact; ";" or a new line separates facts. A question without a document and without a fact counts as
unanswerable.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from eval.datasets.question_files import JudgedQuestion, from_row, listed
from ingest.parsers.shared.encoding import decode
from kb.core import data_files
from kb.core.errors import InputError

__all__ = ["read", "template"]

Row = tuple[int, dict[str, str]]
MAX_ROWS, MAX_COLUMNS = 100_000, 60
MAX_EXPANDED_MB = 60


def _columns() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = data_files.json_data("eval.datasets", "columns.json")
    return loaded


def read(path: Path, most: int | None = None) -> list[JudgedQuestion]:
    """Read a CSV or XLSX table of questions.

    Args:
        most: the most questions.

    Raises:
        InputError: ``file_missing``; ``questions_invalid``, with the faulty rows and their problems; ``file_broken``
            for an XLSX file that cannot be opened or is too large when unpacked; ``testset_too_large``.
    """
    if not path.is_file():
        raise InputError("file_missing", name=str(path))
    questions: list[JudgedQuestion] = []
    problems: list[str] = []
    for number, row in _rows(path):
        if most is not None and len(questions) + len(problems) >= most:
            raise InputError("testset_too_large", limit=most)
        try:
            questions.append(_question(row, f"{path.stem}-{number}"))
        except (ValueError, TypeError) as error:
            problems.append(f"{number}: {error}")
    seen: set[str] = set()
    for one in questions:
        if one.id in seen:
            problems.append(f"id {one.id}: occurs more than once")
        seen.add(one.id)
    if problems or not questions:
        raise InputError("questions_invalid", name=path.name, problems=listed(problems) or "no questions")
    return questions


def _question(row: dict[str, str], default_id: str) -> JudgedQuestion:
    pages = row.get("page", "")
    if pages and not pages.removesuffix(".0").isdigit():
        raise ValueError(f"page {pages!r} is not a number")
    if (pages or row.get("clause") or row.get("evidence")) and not row.get("document"):
        raise ValueError("a page, clause or wording is given, but no document")
    place = {
        "document": row.get("document"),
        "page": int(pages.removesuffix(".0")) if pages else None,
        "clause": row.get("clause"),
        "evidence": row.get("evidence"),
    }
    facts = [
        [one.strip() for one in fact.split("|") if one.strip()]
        for fact in row.get("facts", "").replace("；", ";").replace("｜", "|").replace("\n", ";").split(";")
        if fact.strip(" |")
    ]
    fields: dict[str, Any] = {key: row.get(key) for key in ("id", "question", "language", "kind", "split", "as_of")}
    fields |= {"documents": [place] if row.get("document") else [], "facts": facts, "question": row.get("question", "")}
    fields["history"] = [line for line in row.get("history", "").splitlines() if line.strip()]
    return from_row(fields, default_id)


def _rows(path: Path) -> Iterator[Row]:
    """Yield (row number as the spreadsheet shows it, values by column); skip empty rows."""
    grid = _xlsx(path) if path.suffix.casefold() == ".xlsx" else _csv(path)
    header: dict[int, str] = {}
    for number, cells in enumerate(grid, 1):
        if not any(cells):
            continue
        if not header:
            header = _header(cells, path.name)
            continue
        yield number, {name: cells[index] for index, name in header.items() if index < len(cells)}


def _header(cells: list[str], name: str) -> dict[int, str]:
    known = {label.casefold(): key for key, column in _columns().items() for label in (key, *column["labels"])}
    found = {index: known[cell.casefold()] for index, cell in enumerate(cells) if cell.casefold() in known}
    if "question" not in found.values():
        labels = ", ".join(label for column in _columns().values() for label in column["labels"][:1])
        raise InputError("questions_invalid", name=name, problems=f"1: no column for the question; columns: {labels}")
    return found


def _csv(path: Path) -> Iterator[list[str]]:
    text, _ = decode(path.read_bytes())
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for row in reader:
            yield [cell.strip() for cell in row[:MAX_COLUMNS]]
    except csv.Error as error:  # a quotation mark that is never closed makes one cell of the rest
        raise InputError("questions_invalid", name=path.name, problems=f"{reader.line_num}: {error}") from error


def _xlsx(path: Path) -> Iterator[list[str]]:
    import zipfile

    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            expanded = sum(one.file_size for one in archive.infolist())
        if expanded > MAX_EXPANDED_MB * 2**20:
            raise InputError("file_broken", name=path.name)
        with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
            # A single cell far from the others would make openpyxl return up to a thousand million empty cells.
            for row in book.worksheets[0].iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True):
                yield [_cell(value) for value in row]
    except InputError:
        raise
    except Exception as error:  # zipfile, the XML parser and openpyxl raise whatever the damaged bytes lead them to
        raise InputError("file_broken", name=path.name) from error


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value).strip()


def template(path: Path) -> None:
    """Write a table with headers and three example rows; the suffix of ``path`` selects XLSX or CSV.

    The XLSX table also has a note on each column.
    """
    columns = _columns()
    examples = [[str(column["examples"][index]) for column in columns.values()] for index in range(3)]
    labels = [column["labels"][0] for column in columns.values()]
    if path.suffix.casefold() != ".xlsx":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([labels, *examples])
        return
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "questions"
    for row in [labels, *examples]:
        sheet.append(row)
    for place, column in enumerate(columns.values(), 1):
        cell = sheet.cell(1, place)
        cell.font = Font(bold=True)
        cell.comment = Comment(column["note"], "Sinzi")
        sheet.column_dimensions[get_column_letter(place)].width = column["width"]
    sheet.freeze_panes = "A2"
    book.save(path)
