"""Convert the names of uploaded files to valid names of documents."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

__all__ = ["clean"]

# The most characters of the whole name and of one part. A name must fit on a screen, and into a file system.
_MAX_CHARS, _MAX_PART_CHARS = 200, 120
_MAX_PARTS = 4
# Control and format characters can disguise a name ("exe.fdp" displayed backwards). Windows forbids the others.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_FORBIDDEN = re.compile(r'[<>:"|?*]')


def clean(name: str) -> str:
    """Return ``name`` (a file name, perhaps with folders) as a safe relative path; "document" if nothing is left.

    The result has at most four parts, no ``..``, and no characters that are invisible or forbidden on Windows.

    >>> clean("C:\\\\Users\\\\may\\\\手冊 v2.docx")
    'Users/may/手冊 v2.docx'
    """
    text = unicodedata.normalize("NFC", name).replace("\\", "/")
    text = "".join(one for one in text if unicodedata.category(one) not in _HIDDEN)
    parts = [_part(one) for one in re.sub(r"^[A-Za-z]:", "", text).split("/")]
    valid = [one for one in parts if one.strip(". ")][-_MAX_PARTS:]
    while len(valid) > 1 and len("/".join(valid)) > _MAX_CHARS:
        valid.pop(0)
    return "/".join(valid) or "document"


def _part(part: str) -> str:
    part = " ".join(_FORBIDDEN.sub("_", part).split())
    if len(part) <= _MAX_PART_CHARS:
        return part
    suffix = PurePosixPath(part).suffix
    suffix = suffix if len(suffix) <= 10 else ""
    return part[: _MAX_PART_CHARS - len(suffix)].rstrip() + suffix
