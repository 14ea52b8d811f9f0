"""A tenant's own terms, before the shipped glossary: kept in its records, used by search from the next question on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from kb.core.csv_safety import escape_formula, unescape_formula
from kb.core.errors import FileRejected, InputError, NotFound
from kb.core.versioned_cache import VersionedCache
from kb.language.glossary import Expansion, Glossary
from kb.library.documents import Library
from kb.store.tables.activity_tables import GlossaryRow

__all__ = [
    "COLUMNS",
    "TenantGlossary",
    "Term",
    "add",
    "as_csv",
    "change",
    "convert_csv",
    "from_csv",
    "from_json",
    "import_terms",
    "listing",
    "remove",
]

COLUMNS = ("written", "colloquial", "english", "abbreviations")
MOST_CHARS = 500
MOST_NAMES = 20  # in a cell
MOST_ROWS = 5000


class Term(NamedTuple):
    """Names of one thing: written Chinese, colloquial, English, abbreviations; several in a cell parted by ";"."""

    written: str = ""
    colloquial: str = ""
    english: str = ""
    abbreviations: str = ""

    def cleaned(self) -> Term:
        """Return the term without needless spaces and empty names.

        Raises:
            InputError: ``glossary_row_empty`` where there are not two names to match.
        """
        cells = [
            [name for part in cell[:MOST_CHARS].split(";") if (name := " ".join(part.split()))][:MOST_NAMES]
            for cell in self
        ]
        if sum(map(len, cells)) < 2:
            raise InputError("glossary_row_empty")
        return Term(*("; ".join(cell)[:MOST_CHARS] for cell in cells))


class TenantGlossary(Glossary):
    """The shipped glossary with the tenant's rows before it, read again when the records have changed."""

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._current = VersionedCache(library.data_version, self._read)

    def __len__(self) -> int:
        return len(self._current.get().glossary)

    def expand(self, text: str) -> list[Expansion]:
        return self._current.get().glossary.expand(text)

    def _read(self, before: _Current | None) -> _Current:
        terms = tuple(_term(row) for row in listing(self._library))
        if before is not None and terms == before.terms:  # most commits are about something else
            return before
        return _Current(terms, Glossary(terms))


class _Current(NamedTuple):
    """A tenant's own terms, and the glossary made of them and the shipped one."""

    terms: tuple[Term, ...]
    glossary: Glossary


def _term(row: GlossaryRow) -> Term:
    return Term(row.written, row.colloquial, row.english, row.abbreviations)


def listing(library: Library) -> list[GlossaryRow]:
    """Return the tenant's rows in the order they were added."""
    with library.session() as session:
        return list(session.scalars(sa.select(GlossaryRow).order_by(GlossaryRow.id)))


def add(library: Library, term: Term) -> GlossaryRow:
    """Add a term.

    Raises:
        InputError: ``glossary_row_empty``.
    """
    row = GlossaryRow(**term.cleaned()._asdict())
    with library.transaction() as session:
        session.add(row)
    return row


def change(library: Library, row_id: int, term: Term) -> GlossaryRow:
    """Put other names in a row.

    Raises:
        InputError: ``glossary_row_empty``.
        NotFound: ``glossary_row_not_found``.
    """
    cleaned = term.cleaned()
    with library.transaction() as session:
        row = session.get(GlossaryRow, row_id)
        if row is None:
            raise NotFound("glossary_row_not_found")
        for column, cell in cleaned._asdict().items():
            setattr(row, column, cell)
        return row


def remove(library: Library, row_id: int) -> None:
    """Remove a row.

    Raises:
        NotFound: ``glossary_row_not_found``.
    """
    with library.transaction() as session:
        row = session.get(GlossaryRow, row_id)
        if row is None:
            raise NotFound("glossary_row_not_found")
        session.delete(row)


def as_csv(rows: Iterable[GlossaryRow]) -> str:
    """Return rows as CSV with a heading line; opens in Excel as Chinese (byte order mark), never as formulas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([escape_formula(cell) for cell in _term(row)])
    return "\ufeff" + buffer.getvalue()


def from_csv(text: str) -> Iterator[Term]:
    """Read terms from CSV: the heading line may be missing, cells at the end too.

    Raises:
        InputError: ``glossary_file_invalid`` with the line.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if not any(cell.strip() for cell in cells) or (number == 1 and [*cells][:2] == [*COLUMNS][:2]):
                continue
            if number > MOST_ROWS or len(cells) > len(COLUMNS):
                raise InputError("glossary_file_invalid", line=number, reason=f"{len(cells)} cells")
            yield Term(*map(unescape_formula, cells)).cleaned()
    except csv.Error as error:
        raise InputError("glossary_file_invalid", line=number + 1, reason=str(error)) from error
    except InputError as error:
        if error.code == "glossary_row_empty":
            raise InputError("glossary_file_invalid", line=number, reason=error.message("en")) from error
        raise


def convert_csv(source: Path, name: str, result: Path) -> None:
    """Read a CSV file of terms and write them as JSON for :func:`from_json`. Runs in a worker process, under limits.

    Raises:
        InputError: as :func:`from_csv`.
        FileRejected: ``file_broken`` if the file is not UTF-8.
    """
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRejected("file_broken", name=name) from error
    result.write_text(json.dumps(list(from_csv(text)), ensure_ascii=False), encoding="utf-8")


def from_json(text: str) -> list[Term]:
    """Return the terms that :func:`convert_csv` wrote."""
    return [Term(*cells) for cells in json.loads(text)]


def import_terms(library: Library, terms: Iterable[Term], *, replace: bool = False) -> int:
    """Add terms that are not there yet, all or none; with ``replace`` they take the place of all rows.

    Returns:
        How many were added.

    Raises:
        InputError: ``glossary_too_large``.
    """
    wanted = dict.fromkeys(terms)
    with library.transaction() as session:
        if replace:
            session.execute(sa.delete(GlossaryRow))
        there = {_term(row) for row in session.scalars(sa.select(GlossaryRow))}
        new = [GlossaryRow(**term._asdict()) for term in wanted if term not in there]
        if len(there) + len(new) > MOST_ROWS:
            raise InputError("glossary_too_large", limit=MOST_ROWS)
        session.add_all(new)
    return len(new)
