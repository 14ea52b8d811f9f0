"""Measures of refusal: precision and recall of "the documents do not say", and their curve over the threshold."""

from __future__ import annotations

from typing import Any

__all__ = ["summarise"]

Rows = list[dict[str, Any]]


def summarise(rows: Rows) -> dict[str, Any]:
    """Return precision and recall of refusals, their counts, and the curve.

    A refusal is right if the question is unanswerable. Precision is ``None`` if nothing was refused; recall is ``None``
    if no question was unanswerable.
    """
    right = sum(row["refused"] and not row["answerable"] for row in rows)
    refused = sum(row["refused"] for row in rows)
    unanswerable = sum(not row["answerable"] for row in rows)
    return {
        **_ratios(right, refused, unanswerable),
        "right": right,
        "refused": refused,
        "unanswerable": unanswerable,
        "questions": len(rows),
        "curve": curve(rows),
    }


def curve(rows: Rows) -> list[dict[str, float | None]]:
    """Return precision, recall and the share of answered questions for every threshold on ``confidence``.

    An answer is refused if its confidence is below the threshold.

    The list is empty if an answer has no confidence, or if the questions are all answerable or all unanswerable.
    """
    numbers = [row["confidence"] for row in rows]
    unanswerable = sum(not row["answerable"] for row in rows)
    if not rows or not all(isinstance(one, int | float) for one in numbers) or unanswerable in (0, len(rows)):
        return []
    points = []
    for threshold in sorted({0.0, *(round(float(one) + 1e-4, 4) for one in numbers)}):
        below = [row for row in rows if row["confidence"] < threshold]
        right = sum(not row["answerable"] for row in below)
        points.append(
            {
                "threshold": threshold,
                **_ratios(right, len(below), unanswerable),
                "answered": 1 - (len(below) - right) / (len(rows) - unanswerable),
            }
        )
    return points


def _ratios(right: int, refused: int, unanswerable: int) -> dict[str, float | None]:
    return {
        "precision": round(right / refused, 4) if refused else None,
        "recall": round(right / unanswerable, 4) if unanswerable else None,
    }
