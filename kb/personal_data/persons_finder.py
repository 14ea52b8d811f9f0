"""People's data that does not belong before everybody's eyes: what is masked in answers and counted at intake.

Unlike :func:`.personal_data_finder.find_personal_data`, which takes out all that might name somebody before text
leaves for a language model, this leaves what a reader is meant to find: names, office lines, the addresses of centres
and posts.
"""

from __future__ import annotations

from kb.personal_data.personal_data_finder import find_personal_data
from kb.personal_data.personal_span import PersonalKind, PersonalSpan

__all__ = ["find_persons_data"]


def find_persons_data(text: str) -> list[PersonalSpan]:
    """Return the pieces of people's data in a text, in order and without overlap.

    Args:
        text: Chinese or English; a few thousand characters at most, such as a chunk.
    """
    return [
        PersonalSpan(start, end, PersonalKind(kind)) for start, end, kind in find_personal_data(text) if kind != "name"
    ]
