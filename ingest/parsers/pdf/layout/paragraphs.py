"""Lines of a column → paragraphs: wrapped lines are joined; each clause and list item is a paragraph."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.parsers.pdf.layout.lines import Line
from ingest.parsers.pdf.layout.text_repair import join_lines
from ingest.parsers.pdf.layout.typed_labels import TypedLabel, read_label
from kb.language.script import is_cjk
from kb.language.sentences import LINE_ENDS

__all__ = ["SENTENCE_ENDS", "Paragraph", "build_paragraphs"]

SENTENCE_ENDS = tuple(LINE_ENDS)
# possible ends of a list item before the next one
ITEM_ENDS = (*SENTENCE_ENDS, ",", "，", "–", "-", "and", "or", "及", "或")


@dataclass(slots=True)
class Paragraph:
    """The lines of one paragraph. Later steps set ``page``, ``depth`` (of a heading) and the flags."""

    lines: list[Line]
    page: int = 0
    label: TypedLabel | None = None
    depth: int | None = None
    footnote: bool = False
    toc: bool = False
    margin: bool = False
    continued: bool = False
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self, words: frozenset[str] = frozenset()) -> None:
        """Build the text from the lines. ``words`` of the whole document decide about hyphens at line ends."""
        self.text = ""
        for line in self.lines:
            self.text = join_lines(self.text, line.text, words)
        self.label = read_label(self.text)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return (
            min(line.x0 for line in self.lines),
            min(line.top for line in self.lines),
            max(line.x1 for line in self.lines),
            max(line.bottom for line in self.lines),
        )

    @property
    def size(self) -> float:
        return max(self.lines, key=lambda line: len(line.text)).size

    @property
    def bold(self) -> bool:
        return sum(len(line.text) for line in self.lines if line.bold) > 0.8 * sum(
            len(line.text) for line in self.lines
        )


def build_paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Split the lines of one column into paragraphs, as a reader sees them."""
    if not lines:
        return []
    line_pitch = _line_pitch(lines)
    rights = _right_edges(lines, line_pitch)
    paragraphs: list[list[Line]] = [[lines[0]]]
    for index, line in enumerate(lines[1:], 1):
        following = lines[index + 1] if index + 1 < len(lines) else None
        if _starts_paragraph(paragraphs[-1], line, following, rights[index], line_pitch):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    return [Paragraph(part) for part in paragraphs]


def _right_edges(lines: Sequence[Line], line_pitch: float) -> list[float]:
    """Return for each line the right edge of full lines around it: the largest between two wide gaps."""
    edges: list[float] = []
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or _has_wide_gap(lines[index - 1], lines[index], line_pitch):
            edges += [max(line.x1 for line in lines[start:index])] * (index - start)
            start = index
    return edges


def _has_wide_gap(last: Line, line: Line, line_pitch: float) -> bool:
    step = (line.bottom - last.bottom) / max(last.size, line.size)
    return step > line_pitch * 1.25 + 0.12 or step < 0.3


def _line_pitch(lines: Sequence[Line]) -> float:
    """Return the usual distance of baselines inside a paragraph, in units of the type size."""
    steps = sorted(
        (two.bottom - one.bottom) / max(one.size, two.size)
        for one, two in itertools.pairwise(lines)
        if 0.8 <= (two.bottom - one.bottom) / max(one.size, two.size) <= 2.6
    )
    if not steps:
        return 1.3
    return steps[len(steps) // 3] if len(steps) > 5 else min(steps[0], 1.7)


def _starts_paragraph(block: list[Line], line: Line, following: Line | None, right: float, line_pitch: float) -> bool:
    """Return whether ``line`` starts a new paragraph after the lines ``block``."""
    last = block[-1]
    if _has_wide_gap(last, line, line_pitch) or _looks_different(last, line, right):
        return True
    if _starts_with_label(block, line, following) or _has_footnote_mark(line):
        return True
    if _centred(block, line, right):
        return False
    if _indented(block, line):
        return True
    return _ends_early(last, line, right) and (last.text.endswith(SENTENCE_ENDS) or _ends_very_early(last, right))


def _looks_different(last: Line, line: Line, right: float) -> bool:
    """Return whether the type changes in size, or in weight after a line that ended early."""
    shorter = min(len(line.text), len(last.text))
    if abs(line.size - last.size) > 0.12 * max(last.size, line.size) and shorter > 3:
        return True
    return line.bold != last.bold and shorter > 3 and _ends_early(last, line, right)


def _indented(block: list[Line], line: Line) -> bool:
    """Return whether the indent of ``line`` starts a new paragraph; the second line of a hanging indent does not."""
    first, last = block[0], block[-1]
    step = 1.2 * max(last.size, line.size)
    if len(block) == 1 and read_label(first.text):
        return line.x0 < first.x0 - step
    indent = line.x0 - last.x0
    return (indent > step and last.text.endswith(SENTENCE_ENDS)) or (indent < -step and len(block) > 1)


def _has_footnote_mark(line: Line) -> bool:
    """Return whether the line starts with a raised mark, as a footnote does."""
    mark = line.parts[0]
    raised = mark.size < 0.75 * line.size and mark.bottom < line.bottom - 0.15 * line.size
    return raised and len(line.parts) > 1 and len(mark.text) <= 3


def _ends_early(last: Line, line: Line, right: float) -> bool:
    """Return whether ``last`` ends early: the first word of ``line`` would have fitted on it."""
    head = line.text[0] if is_cjk(line.text[0]) else line.text.split(" ")[0][:24]
    width = sum(line.size * (1.0 if is_cjk(ch) else 0.52) for ch in head) + line.size * 0.6
    return last.x1 + width < right - 0.3 * line.size


def _ends_very_early(last: Line, right: float) -> bool:
    return last.x1 < last.x0 + 0.75 * (right - last.x0)


def _centred(block: list[Line], line: Line, right: float) -> bool:
    """Return whether ``line`` continues a centred heading."""
    last = block[-1]
    middle, other = (line.x0 + line.x1) / 2, (last.x0 + last.x1) / 2
    return (
        abs(middle - other) < 4
        and abs(line.x0 - last.x0) > 6
        and line.bold == last.bold
        and not last.text.endswith(SENTENCE_ENDS)
        and line.x1 < right + 4
    )


def _starts_with_label(block: list[Line], line: Line, following: Line | None) -> bool:
    """Return whether ``line`` starts a clause or a list item, and not only with a number in running text.

    "as set out in / 7.3.6 above" has a number that is no label: it starts at the left edge of the words of the clause,
    an ordinary space follows it, and the next line is not indented.
    """
    label = read_label(line.text)
    if label is None:
        return False
    first, last = block[0], block[-1]
    first_label = read_label(first.text)
    if label.kind in ("section", "note", "article"):
        return last.text.endswith(SENTENCE_ENDS) or (label.kind != "article" and line.bold)
    same_place = (
        first_label is not None
        and line.x0 < first.body_x - 0.5 * line.size
        and abs(line.x0 - first.x0) < 0.5 * line.size
    )
    if same_place or label.kind in ("bullet", "circled") or line.first_gap > 0.55:
        return True
    next_is_indented = following is not None and following.x0 > line.x0 + 0.8 * line.size
    if next_is_indented and last.text.endswith(ITEM_ENDS):
        return True
    if first_label is not None and first_label.kind == label.kind:
        is_hanging = len(block) == 1 or abs(block[1].x0 - first.x0) > 2
        return abs(line.x0 - first.x0) < 2 and (is_hanging or last.text.endswith(ITEM_ENDS))
    return last.text.endswith((*SENTENCE_ENDS, "–", "－", "—"))
