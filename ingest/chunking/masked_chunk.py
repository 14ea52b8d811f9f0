"""A chunk with marks in place of people's data; its offsets follow the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.chunking.chunker import Chunk
from kb.personal_data.masked_text import MaskedText, language_of, mask
from kb.personal_data.personal_span import PersonalSpan
from kb.personal_data.persons_finder import find_persons_data

__all__ = ["masked", "masked_chunk"]


def masked(text: str) -> str:
    """Return a title or a heading with marks in place of people's data."""
    return mask(text, find_persons_data(text))


def masked_chunk(chunk: Chunk, spans: Sequence[PersonalSpan]) -> Chunk:
    """Return the chunk with a mark in place of each span of its text, and of people's data in its headings."""
    text = MaskedText(chunk.text, spans, language_of(chunk.text))
    place = text.place
    return replace(
        chunk,
        text=text.text,
        heading_path=[masked(one) for one in chunk.heading_path],
        clauses=[(place(at), clause) for at, clause in chunk.clauses],
        page_starts=[(place(at), page) for at, page in chunk.page_starts],
        boxes=[(*box[:5], place(box[5]), place(box[6], end=True)) for box in chunk.boxes],
        tables=[(place(start), place(end, end=True), heads) for start, end, heads in chunk.tables],
    )
