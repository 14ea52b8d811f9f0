"""What the index sees of a chunk: its text under its document's title and headings.

A clause seldom repeats its subject (「須於兩日內遞交」), so the headings above it are embedded with it, and
their words are indexed in a column of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.language.words import index_words

__all__ = ["embedded_text", "headings_above", "indexed_words"]

# Longer titles and headings are shortened in what is embedded, never in the text.
HEADING_CHARS = 80
HEADINGS = 4


def embedded_text(title: str, heading_path: Sequence[str], text: str) -> str:
    """Return what the embedding model reads: title, headings, text, one a line."""
    head = headings_above(title, heading_path, text)
    return f"{head}\n{text}" if head else text


def headings_above(title: str, heading_path: Sequence[str], text: str) -> str:
    """Return title and headings, one a line, each once; those that stand in the text's first lines are left out."""
    opening = "".join(text[:400].split()).casefold()
    taken: list[str] = []
    lines: list[str] = []
    for name in [title, *heading_path[-HEADINGS:]]:
        folded = "".join(name.split()).casefold()
        if folded and folded not in opening and not any(folded in other for other in taken):
            taken.append(folded)
            lines.append(name if len(name) <= HEADING_CHARS else name[:HEADING_CHARS].rstrip() + "…")
    return "\n".join(lines)


def indexed_words(
    title: str, heading_path: Sequence[str], clause: str | None, text: str
) -> tuple[list[str], list[str]]:
    """Return the index words of the text, and those of what stands above it."""
    return index_words(text), index_words("\n".join([title, *heading_path, clause or ""]))
