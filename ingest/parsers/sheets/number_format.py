"""Numbers and dates as a spreadsheet shows them: 0.12 with the format "0%" is 12%."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from kb.language.quantities.dates import MONTH_NAMES, WEEKDAY_NAMES

__all__ = ["hides_text", "is_east_asian_date", "show_number", "show_time"]

# formats that depend on the country of the reader: shown as ISO 8601, which nobody misreads
_LOCAL_DATES = {"mm-dd-yy", "m/d/yy", "m/d/yyyy", "mm/dd/yyyy", "m/d/yy h:mm"}
_TOKEN = re.compile(
    r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|am/pm|a/p|上午/下午|aaaa?|g+|e+|y+|m+|d+|h+|s+|\.0+|.', re.IGNORECASE | re.DOTALL
)
# Excel's mark of a format for Taiwan, whose year "e" is the year of the Republic.
_TAIWAN = re.compile(r"\[\$-(?:[0-9A-F]*0?404\b|zh-TW)", re.IGNORECASE)
_EAST_ASIAN_DATE = re.compile(r"aaa|(?<![a-z])g*e(?![a-z+-])", re.IGNORECASE)
CHINESE_WEEKDAYS = "一二三四五六日"
FIRST_MINGUO_YEAR = 1912
_TEXT_SECTION = 3
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]+)?")


def show_number(value: float, pattern: str) -> str:
    """Return a number in an Excel number format ("#,##0.00", "0%", '"HK$"#,##0')."""
    sections = _sections(pattern)
    section, signed = sections[0], value < 0
    if value < 0 and len(sections) > 1:
        section, signed = sections[1], False
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if "@" in section:
        return _general(value)
    if len(sections) > 1 and not section:
        return ""  # an empty section shows nothing
    plain = _literals(section)
    match = _DIGITS.search(_blank_literals(section))
    if not section.strip() or "general" in section.lower() or match is None or "E+" in section or "/" in section:
        return plain if section.strip() and match is None and "general" not in section.lower() else _general(value)
    digits = match.group()
    number = abs(value) * (100 if "%" in _blank_literals(section) else 1)
    tail = re.search(r",+$", digits.split(".")[0])
    number /= 1000 ** len(tail.group()) if tail else 1
    decimals = digits.partition(".")[2]
    text = f"{number:,.{len(decimals)}f}" if "," in digits.rstrip(",") else f"{number:.{len(decimals)}f}"
    optional = len(decimals) - len(decimals.rstrip("#?"))
    for _ in range(optional):
        text = text[:-1] if text.endswith("0") else text
    whole = digits.split(".")[0].replace(",", "").count("0")
    text = text.rstrip(".") if decimals else text
    text = text.zfill(whole + (len(text) - len(text.split(".")[0]))) if "," not in digits else text
    before, after = _literals(section[: match.start()]), _literals(section[match.end() :])
    return f"{'-' if signed and float(text.replace(',', '')) else ''}{before}{text}{after}".strip()


def hides_text(pattern: str) -> bool:
    """Return whether a format shows no text: its fourth section is there and empty (";;;")."""
    sections = _sections(pattern)
    return len(sections) > _TEXT_SECTION and not sections[_TEXT_SECTION]


def is_east_asian_date(pattern: str) -> bool:
    """Return whether a format shows a number as a date by a weekday (aaaa) or a year of an era (e, ggge) alone."""
    section = _blank_literals(_sections(pattern)[0])
    return "general" not in section.lower() and bool(_EAST_ASIAN_DATE.search(section))


def show_time(value: datetime | date | time | timedelta, pattern: str) -> str:
    """Return a date or time in an Excel format; in ISO 8601 where the format depends on the country of the reader."""
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}" + (f":{seconds % 60:02d}" if seconds % 60 else "")
    taiwan = bool(_TAIWAN.match(pattern))
    pattern = _sections(re.sub(r"^\[\$-[^\]]*\]", "", pattern))[0]
    if pattern.lower() in _LOCAL_DATES or "general" in pattern.lower() or not re.search("[ymdhsea]", pattern.lower()):
        return _iso(value)
    if isinstance(value, time):
        value = datetime.combine(date(1900, 1, 1), value)
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return _write(moment, [match.group() for match in _TOKEN.finditer(pattern)], taiwan).strip()


def _write(moment: datetime, tokens: list[str], taiwan: bool) -> str:
    era = any(token[0] in "gG" for token in tokens)
    half_day = any(token.lower() in ("am/pm", "a/p", "上午/下午") for token in tokens)
    parts, after_hours = [], False  # "m" after hours or before seconds is minutes, else months
    for index, token in enumerate(tokens):
        kind = token.lower()
        following = next((t.lower()[0] for t in tokens[index + 1 :] if t.lower()[0] in "ymdhs"), "")
        if kind[0] in "age" and (written := _east_asian(moment, kind, era or taiwan)):
            parts.append(written)
        elif kind[0] == "y":
            parts.append(f"{moment.year:04d}" if len(kind) > 2 else f"{moment.year % 100:02d}")
        elif kind[0] == "m" and (after_hours or following == "s"):
            parts.append(f"{moment.minute:0{min(2, len(kind))}d}")
        elif kind[0] == "m":
            parts.append(_name_or_number(MONTH_NAMES[moment.month - 1].title(), moment.month, len(kind)))
        elif kind[0] == "d":
            parts.append(_name_or_number(WEEKDAY_NAMES[moment.weekday()].title(), moment.day, len(kind)))
        elif kind[0] == "h":
            hour = (moment.hour - 1) % 12 + 1 if half_day else moment.hour
            parts.append(f"{hour:0{min(2, len(kind))}d}")
        elif kind[0] == "s":
            parts.append(f"{moment.second:0{min(2, len(kind))}d}")
        elif kind in ("am/pm", "a/p"):
            parts.append(("AM" if moment.hour < 12 else "PM")[: 2 if kind == "am/pm" else 1])
        elif kind == "上午/下午":
            parts.append("上午" if moment.hour < 12 else "下午")
        elif not re.match(r"\.0+", token):
            parts.append(_literals(token) if token[0] in '"\\[_*' else token)
        after_hours = kind[0] == "h" or (after_hours and kind[0] not in "ymds")
    return "".join(parts)


def _east_asian(moment: datetime, kind: str, minguo: bool) -> str:
    """Return a weekday (aaa, aaaa), the name of the era (g, gg, ggg), or its year (e); "" for other letters."""
    if kind in ("aaa", "aaaa"):
        return ("週" if len(kind) == 3 else "星期") + CHINESE_WEEKDAYS[moment.weekday()]
    if kind[0] == "g":
        return "中華民國" if len(kind) > 2 else "民國"
    # without an era and outside Taiwan, "e" is the year of the calendar
    return str(moment.year - FIRST_MINGUO_YEAR + 1 if minguo else moment.year) if kind[0] == "e" else ""


def _name_or_number(name: str, number: int, length: int) -> str:
    return {1: str(number), 2: f"{number:02d}", 3: name[:3]}.get(length, name)


def _iso(value: datetime | date | time) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else value.strftime("%H:%M")


def _general(value: float) -> str:
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}"


def _sections(pattern: str) -> list[str]:
    """Split a format at semicolons outside quotes: positive; negative; zero; text."""
    return re.findall(r'((?:"[^"]*"|\\.|[^;"])*)(?:;|$)', pattern or "General")[:4] or ["General"]


def _blank_literals(section: str) -> str:
    """Return the section with quoted and bracketed parts replaced by spaces, so that positions stay."""
    return re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', lambda match: " " * len(match.group()), section)


def _literals(section: str) -> str:
    """Return the characters that a section shows literally: quoted text, currency signs, punctuation."""
    section = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r'"\1"', section)
    section = re.sub(r"\[[^\]]*\]|_.|\*.", "", section)
    return re.sub(r'"([^"]*)"|\\(.)', lambda match: match.group(1) or match.group(2) or "", section)
