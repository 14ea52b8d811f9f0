"""File → prepared document: elements, outline, chunks, dates. Runs in a worker process, under limits."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from unstructured.documents.elements import Element

from ingest import prepared
from ingest.chunking import chunker
from ingest.chunking.chunker import Chunk
from ingest.chunking.masked_chunk import masked, masked_chunk
from ingest.parsers.dispatch import parse_file
from ingest.parsers.shared.element_builder import clean_text
from ingest.parsers.shared.parsed_document import Attachment, ParseContext, ParsedDocument
from ingest.prepared import PreparedDocument
from ingest.structure import amendments, effective_dates, outline
from ingest.structure.blocks import Section
from ingest.structure.document_title import choose_title
from kb.core.errors import FileRejected
from kb.core.settings import Settings
from kb.language.detect import detect
from kb.personal_data.person_lists import summarise
from kb.personal_data.persons_finder import find_persons_data
from kb.prompt_injection.injection_detector import Encode, speaks_to_assistant
from kb.search import order_marks
from kb.search.indexed_text import indexed_words
from kb.search.models.encoder import Encoder

__all__ = ["prepare", "read"]

# Pieces of hidden text that are kept for the editor, and the characters of each.
_HIDDEN_PIECES, _HIDDEN_CHARS = 200, 500
# Stands for a heading that is not repeated.
_LEFT_OUT = "[…]"
# A circular says on its first pages what it amends, so the rest of a long document is not searched for it.
_AMENDING_CHARS = 60_000
_FIRST_PAGES = 3
_UNPAGED_CHARS = 6_000
_LAST_LINES = 20
# The language is detected from pieces of the whole document: a bilingual cover alone would mislead.
_LANGUAGE_PIECES, _PIECE_CHARS = 16, 250


def read(
    source: Path,
    name: str,
    folder: Path,
    settings: Settings,
    encoder: Encoder,
    progress: Callable[[int, int | None], None],
    *,
    mask: bool = False,
) -> PreparedDocument:
    """Read ``source`` and write the prepared document (and the files found inside it) to ``folder``.

    Args:
        name: original name of the file.
        folder: the version's work folder; its content from an earlier attempt is replaced.
        encoder: counts tokens; nothing is embedded here.
        progress: called with (pages done, pages in all).
        mask: put marks in place of people's data.

    Raises:
        FileRejected: one of the ``file_*`` codes.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _temporary_files_in(folder / "tmp"):
        parsed = parse_file(source, ParseContext(name, settings, progress))
        result = prepare(parsed, name, settings, encoder, mask=mask)
        result.members = _move_attachments(parsed.attachments, folder / "members")
    prepared.save(result, folder)
    return result


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Put temporary files into ``folder``: parts of a tenant's documents must not be in the shared temporary folder."""
    folder.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)


def _move_attachments(attachments: list[Attachment], folder: Path) -> list[tuple[str, str]]:
    kept = []
    for number, attachment in enumerate(attachments):
        folder.mkdir(exist_ok=True)
        target = folder / f"{number:05d}"
        shutil.move(attachment.path, target)
        kept.append((attachment.filename, str(target)))
    return kept


def prepare(
    parsed: ParsedDocument, name: str, settings: Settings, encoder: Encoder, *, mask: bool = False
) -> PreparedDocument:
    """Return outline, chunks and dates of a parsed file. A file that holds only attachments has no chunks.

    People's data is found in the chunks, for their text is what is quoted; with ``mask`` it is taken out of them.

    Raises:
        FileRejected: ``file_no_text``.
    """
    encode = order_marks.encode_with(str(encoder.identity), encoder.encode_passages)
    title = choose_title(parsed.title, parsed.large_lines, parsed.elements, name)
    if speaks_to_assistant(title, encode):
        title = Path(name).stem
    tree = outline.build(parsed.elements, title)
    limit = min(settings.chunk_tokens, encoder.max_tokens)
    chunks = chunker.chunk(tree, count_tokens=encoder.count_tokens, max_tokens=limit, title=title)
    if not chunks and not parsed.attachments:
        raise FileRejected("file_no_text", name=name)
    for heading in {one.heading for one in tree.sections}:
        if speaks_to_assistant(heading, encode):
            _leave_out(heading, tree.sections, chunks)
    found = [find_persons_data(one.text) for one in chunks]
    unseen = _short(parsed.hidden_text)  # the original has it too
    summary = summarise(
        [
            *((one.text, spans) for one, spans in zip(chunks, found, strict=True)),
            *((one, find_persons_data(one)) for one in unseen),
        ]
    )
    if mask:
        title, chunks = masked(title), [masked_chunk(one, spans) for one, spans in zip(chunks, found, strict=True)]
        for section in tree.sections:
            section.heading = masked(section.heading)
        found = [[] for _ in chunks]
    dates = _dates(parsed.elements, name)
    text = "\n".join(element.text for element in parsed.elements)
    return PreparedDocument(
        title=title,
        language=str(detect(_language_sample(text))),
        page_count=parsed.page_count,
        sections=[asdict(section) for section in tree.sections],
        chunks=[_row(one, encode) for one in chunks],
        texts=[chunker.embedding_text(title, one) for one in chunks],
        words=[indexed_words(title, one.heading_path, one.clause, one.text) for one in chunks],
        amendments=[_with_iso_dates(asdict(one)) for one in amendments.find_amendments(text[:_AMENDING_CHARS])],
        issued=_iso(dates.issued or parsed.date),
        effective_from=_iso(dates.effective_from),
        effective_to=_iso(dates.effective_to and dates.effective_to + timedelta(days=1)),
        notes=list(parsed.notes),
        members=[],
        page_labels=list(parsed.page_labels),
        hidden_text=[masked(one) for one in _short(parsed.hidden_text)] if mask else _short(parsed.hidden_text),
        personal_spans=[[list(one) for one in spans] for spans in found],
        personal_counts=summary.counts,
        person_list=summary.is_list,
    )


def _short(pieces: list[str]) -> list[str]:
    """Return the first pieces of hidden text, each cut: enough for an editor to see what it is."""
    return [clean_text(one)[:_HIDDEN_CHARS] for one in pieces[:_HIDDEN_PIECES] if one.strip()]


def _row(chunk: Chunk, encode: Encode | None) -> dict[str, Any]:
    orders = order_marks.find_orders(chunk.text, encode)
    judged = {"orders": orders, "orders_by": order_marks.judged_by(encode)}
    return {**asdict(chunk), "language": str(detect(chunk.text)), **judged}


def _leave_out(heading: str, sections: list[Section], chunks: list[Chunk]) -> None:
    """Replace a heading that speaks to an assistant: a heading is the place of each quote below it."""
    for section in sections:
        section.heading = _LEFT_OUT if section.heading == heading else section.heading
    for chunk in chunks:
        chunk.heading_path = [_LEFT_OUT if one == heading else one for one in chunk.heading_path]


def _dates(elements: list[Element], name: str) -> effective_dates.Dates:
    pages: dict[int, list[str]] = {}
    for element in elements:
        pages.setdefault(element.metadata.page_number or 0, []).append(element.text)
    first = ["\n".join(pages[number]) for number in sorted(pages)[:_FIRST_PAGES]]
    if list(pages) == [0]:
        first = [first[0][:_UNPAGED_CHARS]]
    last = "\n".join(element.text for element in elements[-_LAST_LINES:])
    return effective_dates.effective_dates(first, last, name)


def _language_sample(text: str) -> str:
    step = max(_PIECE_CHARS, len(text) // _LANGUAGE_PIECES)
    return "\n".join(text[start : start + _PIECE_CHARS] for start in range(0, len(text), step))


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _with_iso_dates(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
