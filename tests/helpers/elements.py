"""Elements as a parser makes them, by hand."""

from __future__ import annotations

from unstructured.documents.elements import ElementMetadata, ListItem, NarrativeText, Title

__all__ = ["item", "metadata", "para", "title"]


def title(text: str, depth: int = 0, page: int = 1, **extra: object) -> Title:
    return Title(text, metadata=metadata(page, category_depth=depth, **extra))


def para(text: str, page: int = 1, **extra: object) -> NarrativeText:
    return NarrativeText(text, metadata=metadata(page, **extra))


def item(text: str, page: int = 1, **extra: object) -> ListItem:
    return ListItem(text, metadata=metadata(page, **extra))


def metadata(page: int | None, **extra: object) -> ElementMetadata:
    made = ElementMetadata(page_number=page)
    for name, value in extra.items():
        setattr(made, name, value)
    return made
