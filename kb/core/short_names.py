"""Short names (slugs) of organisations and collections, as paths and commands use them.

People give a name in their own words; its short name is made from that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

__all__ = ["SLUG", "from_name"]

# Lower-case letters, digits and hyphens, 3 to 40 characters.
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]")
_MOST = 40
# Room for the number that tells two short names apart.
_MOST_WITHOUT_NUMBER = 34


def from_name(name: str, taken: Container[str], otherwise: str) -> str:
    """Return a short name for ``name`` that is not in ``taken``.

    It consists of the Latin letters and digits of the name: "Centre A（灣仔）" becomes "centre-a". A name with fewer
    than three of them, as most Chinese names, becomes ``otherwise``. A short name that is taken gets a number:
    "centre-a-2".

    Args:
        otherwise: a valid short name of at most 34 characters.
    """
    latin = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", latin)[:_MOST_WITHOUT_NUMBER].strip("-")
    if not SLUG.fullmatch(base):
        base = otherwise
    found, number = base, 1
    while found in taken:
        number += 1
        found = f"{base}-{number}"[:_MOST]
    return found
