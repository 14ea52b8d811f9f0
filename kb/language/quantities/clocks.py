"""Times of day: 上午九時, 下午2:30, 8:30 p.m.

Everything here reads folded text (:func:`kb.language.script.fold`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.language.quantities.numerals import EVERYDAY, value_of
from kb.language.quantities.word_tables import any_of, read_table, unnamed

__all__ = ["CLOCK", "SPACED_CLOCK", "clocks"]

_HALVES = {word: half for (half,), words in read_table("day_parts.tsv", 2) for word in words}
_AP = r"[ap]\.?m\b\.?"


def _pattern(gap: str = "") -> str:
    """``gap`` is what may stand before 时 and 点."""
    return (
        rf"(?P<part>{any_of(_HALVES)})?\s?"
        r"(?:(?P<h>\d{1,2})\s?[:：]\s?(?P<mi>\d\d)(?!\d)"
        # 三点钟头, 九时间 and 两时段 are no times of day
        rf"|(?P<hz>\d{{1,2}}|[{EVERYDAY}]{{1,3}}){gap}(?:时|点(?!钟头))(?![间期候段限])(?P<half>半)?(?:(?P<miz>\d{{1,2}})分)?)"
        rf"\s?(?P<ap>{_AP})?|(?<![\d:])(?P<he>\d{{1,2}})\s?(?P<ape>{_AP})"
    )


CLOCK = re.compile(_pattern())
# The same with 8 時 and 12 noon.
SPACED_CLOCK = unnamed(_pattern(gap=r"\s?") + r"|(?<![\d:])\d{1,2}\s?noon\b")


def clocks(folded: str) -> Iterator[str]:
    """Yield h:mm on the twelve-hour dial, and with @am or @pm where the text says so, or the hour does.

    下午2:30 and 14:30 give 2:30时@pm, 8時 gives 8:00时.
    """
    for match in CLOCK.finditer(folded):
        hour = value_of(match["h"] or match["he"] or match["hz"])
        minute = int(match["mi"] or match["miz"] or (30 if match["half"] else 0))
        if hour is None or hour > 24 or minute > 59:
            continue
        face = f"{int(hour) % 12}:{minute:02d}时"
        half = _half_of_day(match, int(hour))
        yield f"{face}@{half}" if half else face


def _half_of_day(match: re.Match[str], hour: int) -> str | None:
    said = {_HALVES.get(match["part"]), f"{(match['ap'] or match['ape'] or ' ')[0]}m"}
    if "pm" in said or hour > 12:
        return "pm"
    return "am" if "am" in said else None
