"""A document's outline and text for a language model, in parts that fit its context window."""

from __future__ import annotations

from assistant.mcp.tool_schemas import DocumentPiece, DocumentText, Heading
from assistant.service.callers import Caller
from assistant.service.plain_markup import as_plain_markup
from assistant.sources.readable_versions import record_opening
from kb.core.errors import NotFound
from kb.library.documents import DocumentVersion
from kb.prompt_injection.chunk_orders import quotable_text
from kb.store.tables.library_tables import VersionRow
from kb.store.tables.states import READABLE, VersionState

__all__ = ["as_markdown", "read"]

# Characters in one part of the text: about 10,000 tokens of Chinese.
MAX_TEXT_CHARS = 12_000


def read(caller: Caller, document_id: int, version: int | None, first_piece: int) -> DocumentText:
    """Return a part of a document's text. The audit trail records the opening.

    Args:
        version: the number of the version; by default the published one, else the newest that the caller may read.
        first_piece: the number of the piece (chunk) to start with, from 1. The outline comes only with piece 1.

    Raises:
        NotFound: ``document_not_found``, ``version_not_found``.
    """
    opened = _open_version(caller, document_id, version)
    row = opened.version
    chunks = caller.library.chunks_of(row.id)
    pieces: list[DocumentPiece] = []
    size = 0
    for chunk in chunks[first_piece - 1 :]:
        size += len(chunk.text)
        if pieces and size > MAX_TEXT_CHARS:
            break
        headings = [str(one) for one in chunk.heading_path]
        pieces.append(
            DocumentPiece(
                clause=chunk.clause,
                headings=headings,
                pages=list(chunk.pages),
                text=as_plain_markup(quotable_text(chunk)),
            )
        )
    next_number = first_piece + len(pieces)
    outline = caller.library.outline(row.id) if first_piece == 1 else []
    return DocumentText(
        document_id=document_id,
        document=opened.document.name,
        title=row.title or opened.document.name,
        collection=opened.collection.slug,
        language=row.language,
        version=row.number,
        state=row.state,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        page_count=row.page_count,
        outline=[Heading(level=o.level, clause=o.clause, heading=o.heading, page=o.page) for o in outline],
        pieces=pieces,
        next_piece=next_number if next_number <= len(chunks) else None,
    )


def _open_version(caller: Caller, document_id: int, number: int | None) -> DocumentVersion:
    """Return version ``number``; if it is None, the published version, else the newest that the caller may read."""
    collection, document = caller.document(document_id)
    states = set(READABLE)
    if collection.slug in caller.reach.edit:
        states |= {VersionState.DRAFT, VersionState.WITHDRAWN}
    readable = [one for one in caller.library.versions(document) if one.state in states]
    matching: list[VersionRow] = [one for one in readable if one.number == number]
    if number is None:
        matching = [one for one in readable if one.id == document.published_version_id] or readable[-1:]
    if not matching:
        raise NotFound("version_not_found", document=document.name, version=number or 1)
    opened = DocumentVersion(collection, document, matching[0])
    record_opening(caller.library, caller.actor, opened)
    return opened


def as_markdown(caller: Caller, document_id: int) -> str:
    """Return the whole text of a document as Markdown, with headings, and pages as comments.

    The version is the published one, else the newest that the caller may read.

    Raises:
        NotFound: ``document_not_found``, ``version_not_found``.
    """
    lines: list[str] = []
    first: int | None = 1
    headings: list[str] = []
    page = 0
    while first is not None:
        part = read(caller, document_id, None, first)
        if first == 1:
            lines.append(f"# {part.title}")
        for piece in part.pieces:
            if piece.pages and piece.pages[0] != page:
                page = piece.pages[0]
                lines.append(f"<!-- page {page} -->")
            if piece.headings and piece.headings != headings:
                headings = piece.headings
                lines.append(f"## {' › '.join(headings)}")
            lines.append(piece.text)
        first = part.next_piece
    return "\n\n".join(lines)
