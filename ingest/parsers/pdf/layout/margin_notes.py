"""Notes in the margin ("Revised 2020/7"): small type beside the text that is not part of its lines."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.typed_labels import is_section_name

__all__ = ["split_margins"]


def split_margins(fragments: Sequence[Fragment], width: float) -> tuple[list[Fragment], list[list[Fragment]]]:
    """Return the fragments of the text, and the margin notes (each as its fragments).

    A note has smaller type than the text and is completely outside the left or right edge of the full lines.
    """
    full = next((wide for share in (0.3, 0.2) if len(wide := _wider(fragments, share * width)) >= 3), None)
    if full is None:
        return list(fragments), []
    size = sorted(f.size for f in full)[len(full) // 2]
    full = [f for f in full if f.size >= 0.95 * size]
    left, right = min(f.x0 for f in full), max(f.x1 for f in full)
    candidates = [
        f
        for f in fragments
        if f.horizontal
        and f.size < 0.9 * size
        and (f.x1 <= left + 0.3 * size or f.x0 >= right - 1)
        and not is_section_name(f.text)
    ]
    larger = [f for f in fragments if f.size >= 0.9 * size]
    outside = [f for f in candidates if not any(_is_above_or_below(f, other) for other in larger)]
    if not any(sum(ch.isalpha() for ch in f.text) > 1 for f in outside):
        return list(fragments), []
    # very short text is the number of a footnote; two letters belong to a note
    outside = [f for f in outside if len(f.text) > 2 or sum(ch.isalpha() for ch in f.text) == 2]
    if not outside:
        return list(fragments), []
    marked = {id(f) for f in outside}
    notes: list[list[Fragment]] = []
    for f in sorted(outside, key=lambda f: (f.x0 >= right, f.middle)):
        if notes and 0 <= f.top - notes[-1][-1].top < 2 * f.size and abs(f.x0 - notes[-1][-1].x0) < 40:
            notes[-1].append(f)
        else:
            notes.append([f])
    return [f for f in fragments if id(f) not in marked], notes


def _wider(fragments: Sequence[Fragment], least: float) -> list[Fragment]:
    return [f for f in fragments if f.horizontal and f.width > least]


def _is_above_or_below(note: Fragment, other: Fragment) -> bool:
    """Return whether ``other`` is above or below ``note`` within two lines: then the note is not in the margin."""
    distance = max(note.top - other.bottom, other.top - note.bottom)
    shared = min(other.x1, note.x1) - max(other.x0, note.x0)
    return shared > 0.4 * note.width and distance < 2 * other.size
