"""Hong Kong characters in Unicode's private use area, where Windows kept them before Unicode had them.

Microsoft's Big5 (code page 950) maps its user-defined rows onto the private use area, row by row; the Hong Kong
Supplementary Character Set (HKSCS) fills the same rows of Big5. So a private code leads back to its Big5 code, and
Python's ``big5hkscs`` codec to the character. Source of the rows: the conversion table of code page 950 at unicode.org.
"""

from __future__ import annotations

import re

from kb.language.script import is_han

__all__ = ["replace_private_use"]

# First private code, first lead byte, and how many codes of the first row are not used.
_ROWS = ((0xF6B1, 0xC6, 63), (0xEEB8, 0x81, 0), (0xE311, 0x8E, 0), (0xE000, 0xFA, 0))
_TRAILS = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
# U+F000–F0FF is where symbol fonts keep their bullets and ticks.
_PRIVATE_USE = re.compile("[\ue000-\uefff\uf100-\uf848]")


def replace_private_use(text: str) -> str:
    """Return the text with each private code that is a Chinese character of HKSCS replaced by that character."""
    return _PRIVATE_USE.sub(lambda match: _character(match.group()), text)


def _character(private: str) -> str:
    code = ord(private)
    first, lead, unused = next(row for row in _ROWS if row[0] <= code)
    row, column = divmod(code - first + unused, len(_TRAILS))
    try:
        found = bytes((lead + row, _TRAILS[column])).decode("big5hkscs")
    except UnicodeDecodeError:
        return private
    return found if len(found) == 1 and is_han(found) else private
