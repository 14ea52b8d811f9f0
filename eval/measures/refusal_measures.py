"""Refusal measured: precision and recall of "the documents do not say", and their curve over the threshold."""

from __future__ import annotations

from typing import Any

__all__ = ["curve", "summarise"]

Rows = list[dict[str, Any]]


def summarise(rows: Rows) -> dict[str, Any]:
    """Return precision and recall of refusing, with the counts they stand on, and the curve where there is one.

    A refusal is right when the question is unanswerable. Precision is ``None`` where nothing was refused, recall
    where nothing was unanswerable.
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
    """Return what would be refused at every threshold on ``confidence``: below it, refuse.

    Empty unless every answer carries a number and both kinds of question are there.
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
