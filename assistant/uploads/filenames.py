"""Names of files from outside, made fit to be names of documents."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

__all__ = ["clean"]

# Characters, of the whole and of one part: a name must fit on a screen, and in a file system when it is downloaded.
_MOST, _MOST_OF_PART = 200, 120
_MOST_PARTS = 4
# Control and format characters hide what a name says ("exe.fdp" read backwards); the rest is not allowed on Windows.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_FORBIDDEN = re.compile(r'[<>:"|?*]')


def clean(name: str) -> str:
    """Return ``name`` (a file's name, perhaps with folders in front) as a relative path without surprises.

    >>> clean("C:\\\\Users\\\\may\\\\手冊 v2.docx")
    'Users/may/手冊 v2.docx'
    """
    text = unicodedata.normalize("NFC", name).replace("\\", "/")
    text = "".join(one for one in text if unicodedata.category(one) not in _HIDDEN)
    parts = [_part(one) for one in re.sub(r"^[A-Za-z]:", "", text).split("/")]
    kept = [one for one in parts if one.strip(". ")][-_MOST_PARTS:]
    while len(kept) > 1 and len("/".join(kept)) > _MOST:
        kept.pop(0)
    return "/".join(kept) or "document"


def _part(part: str) -> str:
    part = " ".join(_FORBIDDEN.sub("_", part).split())
    if len(part) <= _MOST_OF_PART:
        return part
    suffix = PurePosixPath(part).suffix
    suffix = suffix if len(suffix) <= 10 else ""
    return part[: _MOST_OF_PART - len(suffix)].rstrip() + suffix
