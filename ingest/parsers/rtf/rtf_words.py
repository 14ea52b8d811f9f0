"""Control words of RTF.

- ``SKIP``: groups without text of the document
- ``TARGETS``: groups whose text goes elsewhere than into the body, and where
- ``STARRED_KEPT``: groups with ``\\*`` that are read all the same
- ``TEXT``: words that stand for characters
"""

from __future__ import annotations

__all__ = ["SKIP", "STARRED_KEPT", "TARGETS", "TEXT"]

SKIP = {
    "fonttbl", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf",
    "fldinst",
    "objdata", "listtable", "listoverridetable", "nonshppict", "themedata", "annotation", "atnid", "atnauthor",
    "rsidtbl", "generator", "xmlnstbl", "bkmkstart", "bkmkend", "datafield", "revtbl", "pgdsctbl", "filetbl",
}  # fmt: skip
TARGETS = {
    "stylesheet": "styles",
    "info": "info",
    "colortbl": "colours",
    "listtext": "label",
    "pntext": "label",
    "footnote": "footnote",
}
STARRED_KEPT = {"shpinst", "shptxt", "listtext", "pntext", "footnote", "cs", "fldrslt"}
TEXT = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "nestcell": " ",
}  # fmt: skip
