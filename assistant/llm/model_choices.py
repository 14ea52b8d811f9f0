"""A tenant's choices about language models: whether to use one, and which collections may be sent to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from kb.library import tenant_settings
from kb.library.documents import Library

__all__ = ["ModelChoices", "forget", "read", "save"]

KEY = "llm"


@dataclass(frozen=True, slots=True)
class ModelChoices:
    """A tenant's choices. The defaults are the safe ones.

    Attributes:
        enabled: whether the model of the installation may write answers.
        collections: slugs of the collections whose text may be sent to an external service.
    """

    enabled: bool = False
    collections: tuple[str, ...] = ()


def read(library: Library) -> ModelChoices:
    """Return the tenant's choices, without deleted collections."""
    stored = tenant_settings.get(library, KEY) or {}
    there = {collection.slug for collection in library.collections()}
    return ModelChoices(
        bool(stored.get("enabled")), tuple(slug for slug in stored.get("collections", ()) if slug in there)
    )


def save(library: Library, choices: ModelChoices) -> None:
    """Store the tenant's choices.

    Raises:
        NotFound: ``collection_not_found`` for an unknown collection.
    """
    for slug in choices.collections:
        library.collection(slug)
    tenant_settings.put(library, KEY, asdict(choices))


def forget(library: Library, slug: str) -> None:
    """Remove a deleted collection from the choices. A later one of the same name must be allowed again."""

    def without(stored: Any) -> Any:
        return stored and {**stored, "collections": [one for one in stored.get("collections", ()) if one != slug]}

    tenant_settings.update(library, KEY, without)
