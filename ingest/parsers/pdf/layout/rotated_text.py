"""Text that does not run from left to right on the page as it is shown: rotated pages, text along the edge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ingest.parsers.pdf.layout.fragments import Fragment, build_fragments
from ingest.parsers.pdf.layout.glyphs import Glyph
from ingest.parsers.pdf.layout.lines import build_lines

__all__ = ["main_turn", "side_texts", "unturn_matrix"]


def main_turn(glyphs: Sequence[Glyph]) -> int:
    """Return the direction of most text on the page, in quarter turns counter-clockwise."""
    turns = Counter(g.turn for g in glyphs)
    return turns.most_common(1)[0][0] if turns else 0


def unturn_matrix(quarters: int, width: float, height: float) -> npt.NDArray[np.float64]:
    """Return the 2 × 3 matrix from a page rotated clockwise by ``quarters`` to the page of ``width`` × ``height``."""
    matrices = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, 1, 0], [-1, 0, height]],
        2: [[-1, 0, width], [0, -1, height]],
        3: [[0, -1, width], [1, 0, 0]],
    }
    return np.array(matrices[quarters], dtype=np.float64)


def side_texts(glyphs: Sequence[Glyph], main: int, width: float, height: float) -> list[Fragment]:
    """Return the lines that run in other directions than ``main``, with boxes in the coordinates of ``main``."""
    found: list[Fragment] = []
    page_to_main = np.linalg.inv(np.vstack([unturn_matrix(main, width, height), [0, 0, 1]]))
    for turn in {g.turn for g in glyphs} - {main}:
        to_page = page_to_main @ np.vstack([unturn_matrix(turn, width, height), [0, 0, 1]])
        for line in build_lines(build_fragments([g for g in glyphs if g.turn == turn])):
            corners = np.array([(line.x0, line.top, 1), (line.x1, line.bottom, 1)]) @ to_page.T
            (x0, top), (x1, bottom) = corners[:, :2].min(axis=0), corners[:, :2].max(axis=0)
            found.append(Fragment(line.text, x0, top, x1, bottom, line.size, line.bold, False))
    return found
