"""The text of a chunk as it is embedded and indexed: with the document's title and the headings above it.

A clause often does not repeat its subject (「須於兩日內遞交」), so the headings are embedded together with it. Their
words are indexed too, marked as words of a heading.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.language.words import index_words

__all__ = ["embedded_text", "headings_above", "indexed_words"]

# Longer titles and headings are cut in the embedded text; no more headings than these are embedded.
HEADING_CHARS = 80
HEADINGS = 4


def embedded_text(title: str, heading_path: Sequence[str], text: str) -> str:
    """Return the text to embed: title and headings, one on each line, then the text."""
    head = headings_above(title, heading_path, text)
    return f"{head}\n{text}" if head else text


def headings_above(title: str, heading_path: Sequence[str], text: str) -> str:
    """Return title and headings, one on each line, without repetitions and without those that open the text."""
    opening = "".join(text[:400].split()).casefold()
    used: list[str] = []
    lines: list[str] = []
    for name in [title, *heading_path[-HEADINGS:]]:
        folded = "".join(name.split()).casefold()
        if folded and folded not in opening and not any(folded in other for other in used):
            used.append(folded)
            lines.append(name if len(name) <= HEADING_CHARS else name[:HEADING_CHARS].rstrip() + "…")
    return "\n".join(lines)


def indexed_words(
    title: str, heading_path: Sequence[str], clause: str | None, text: str
) -> tuple[list[str], list[str]]:
    """Return the index words of the text, and those of its title, headings and clause number."""
    return index_words(text), index_words("\n".join([title, *heading_path, clause or ""]))
