"""Stored answers as JSON data of the database, for tests that need one without a question."""

from __future__ import annotations

from typing import Any

__all__ = ["kept_answer", "kept_place"]


def kept_place(**changes: Any) -> dict[str, Any]:
    """Return a stored quote, or a nearest passage, of version 1 of a document."""
    place: dict[str, Any] = {
        "n": 1, "quote": "x", "excerpt": "x", "chunk_id": 1, "start": 0, "end": 1, "document_id": 1, "document": "x.md",
        "title": "x", "version": 1, "version_id": 1, "collection": "main", "pages": [], "clause": None,
        "language": "en", "effective_from": None, "effective_to": None,
    }  # fmt: skip
    return place | changes


def kept_answer(**changes: Any) -> dict[str, Any]:
    """Return a stored answer without a schema number, with all fields that had no default then."""
    egress: dict[str, Any] = {"left": False, "host": None, "model": None, "collections": [], "sent": [], "masked": {}}
    answer: dict[str, Any] = {
        "question": "?", "searched": "?", "language": "en", "answer": "x", "message": "x", "refused": False,
        "reason": "", "unsure": False, "answerer": "extractive", "confidence": 1.0, "card": None, "citations": [],
        "nearest": [], "contact": "", "egress": egress, "as_of": None, "collections": ["main"], "ms": 1.0,
    }  # fmt: skip
    return answer | changes
