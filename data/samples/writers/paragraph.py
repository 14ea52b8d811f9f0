"""A paragraph for reportlab that wraps mixed Chinese and English as a word processor does."""

from __future__ import annotations

import re

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

__all__ = ["Paragraph"]

_TOKEN = re.compile(r"\[\^\d+\]|[ ]+|[A-Za-z0-9$%.,'’:;/()&@#+\-–]+|.")
# Kinsoku: marks that may not begin, and brackets that may not end, a line.
_NO_START = set("\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\uff09\u300d\u300f\u300b\u201d\u2019\u2026,.;:?!)%[")
_NO_END = set("\uff08\u300c\u300e\u300a\u201c\u2018(")


class Paragraph(Flowable):  # type: ignore[misc]
    """Lines of one font; ``[^1]`` prints as a raised figure and its note goes to the foot of that page.

    ``label`` hangs left of the text (a clause number); widths are points.
    """

    def __init__(
        self,
        text: str,
        font: str = "serif",
        size: float = 10.5,
        *,
        label: str = "",
        hang: float = 0,
        indent: float = 0,
        before: float = 0,
        after: float = 4,
        align: str = "left",
        footnotes: list[tuple[str, str]] | None = None,
        keep: bool = False,
    ) -> None:
        """See the class; ``keep`` holds the paragraph together with the next one."""
        super().__init__()
        self.text, self.font, self.size, self.label, self.hang, self.indent = text, font, size, label, hang, indent
        self.spaceBefore, self.spaceAfter, self.align = before, after, align
        self.footnotes, self.keepWithNext = footnotes or [], keep
        self.leading, self.lines = size * 1.55, list[str]()
        self.fixed = False

    def _lines(self, width: float) -> list[str]:
        lines, line = list[str](), ""
        for token in _TOKEN.findall(self.text):
            # CJK closing marks stay on the line they close: the line may run over by one character.
            fits = stringWidth(line + token, self.font, self.size) <= width or token[0] in _NO_START
            if fits or not line:
                line += token
                continue
            carry = ""
            while line and line[-1] in _NO_END:
                carry, line = line[-1] + carry, line[:-1]
            lines.append(line.rstrip())
            line = carry + token.lstrip()
        return [*lines, line.rstrip()] if line.strip() else lines

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Break into lines for ``width``."""
        if not self.fixed:
            self.lines = self._lines(width - self.hang - self.indent)
        self.width = width
        return width, len(self.lines) * self.leading

    def split(self, width: float, height: float) -> list[Paragraph]:
        """Cut at a line; no single line is left alone at either end."""
        fit = int(height / self.leading)
        if fit < 2 or len(self.lines) - fit < 2:
            return []
        head, tail = self._part(self.lines[:fit], self.label), self._part(self.lines[fit:], "")
        return [head, tail]

    def _part(self, lines: list[str], label: str) -> Paragraph:
        notes = [(number, text) for number, text in self.footnotes if any(f"[^{number}]" in line for line in lines)]
        part = Paragraph(
            self.text, self.font, self.size, label=label, hang=self.hang, indent=self.indent,
            after=self.spaceAfter, align=self.align, footnotes=notes,
        )  # fmt: skip
        part.lines, part.fixed = lines, True
        return part

    def draw(self) -> None:
        """Print the lines from the top; hand the footnotes to the page."""
        canvas, x = self.canv, self.indent + self.hang
        y = len(self.lines) * self.leading - self.size * 1.05
        if self.label:
            canvas.setFont(self.font, self.size)
            canvas.drawString(self.indent, y, self.label)
        for line in self.lines:
            start = x
            if self.align == "center":
                start = (self.width - stringWidth(line, self.font, self.size)) / 2
            self._draw_line(line, start, y)
            y -= self.leading
        if self.footnotes:
            canvas.page_footnotes = [*getattr(canvas, "page_footnotes", []), *self.footnotes]

    def _draw_line(self, line: str, x: float, y: float) -> None:
        for part in re.split(r"(\[\^\d+\])", line):
            raised = part.startswith("[^")
            shown, size = (part[2:-1], self.size * 0.6) if raised else (part, self.size)
            self.canv.setFont(self.font, size)
            self.canv.drawString(x, y + (self.size * 0.38 if raised else 0), shown)
            x += stringWidth(shown, self.font, size)
