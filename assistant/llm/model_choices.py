"""What a tenant has chosen about language models: whether to use one, and which collections may leave the building."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from kb.library import tenant_settings
from kb.library.documents import Library

__all__ = ["ModelChoices", "forget", "read", "save"]

KEY = "llm"


@dataclass(frozen=True, slots=True)
class ModelChoices:
    """A tenant's choices; the safe ones until its owner says otherwise.

    Attributes:
        enabled: whether answers may be written by the model of the installation.
        collections: slugs of the collections whose text may be sent to an address outside the building.
    """

    enabled: bool = False
    collections: tuple[str, ...] = ()


def read(library: Library) -> ModelChoices:
    """Return the tenant's choices; a collection that is gone does not count."""
    kept = tenant_settings.get(library, KEY) or {}
    there = {collection.slug for collection in library.collections()}
    return ModelChoices(bool(kept.get("enabled")), tuple(slug for slug in kept.get("collections", ()) if slug in there))


def save(library: Library, choices: ModelChoices) -> None:
    """Keep the tenant's choices.

    Raises:
        NotFound: ``collection_not_found``.
    """
    for slug in choices.collections:
        library.collection(slug)
    tenant_settings.put(library, KEY, asdict(choices))


def forget(library: Library, slug: str) -> None:
    """Take a collection that is gone out of the choices: a later one of that name has to be chosen anew."""

    def without(kept: Any) -> Any:
        return kept and {**kept, "collections": [one for one in kept.get("collections", ()) if one != slug]}

    tenant_settings.update(library, KEY, without)
