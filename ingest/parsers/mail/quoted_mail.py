"""The earlier mail that a reply repeats below its own text: where it begins, and the heading that marks it.

A forwarded mail is no quotation: it is what the sender wants read.
"""

from __future__ import annotations

import re

__all__ = ["QUOTED_MAIL", "is_forward", "quote_start", "split_quoted"]

# The heading above what is repeated, in both languages of the readers; it stands in the text that is stored.
QUOTED_MAIL = "引用的較早郵件 Earlier mail, quoted"

_FORWARD = re.compile(r"\s*(?:fwd?|轉寄|轉發|转发)\s*[:：]", re.IGNORECASE)
_SENDER = r"(?:from|寄件者|寄件人|發件人|发件人|由|從)"
_FIELD = (
    r"(?:sent|date|to|cc|subject|傳送時間|寄件日期|傳送日期|發送時間|发送时间|日期|收件者|收件人|副本|主旨|主題|主题)"
)
# The lines above an earlier mail: a sender with other fields below, "On … wrote:", "-----Original Message-----".
_START = re.compile(
    rf"^[ \t*_]*{_SENDER}[ *_]*[:：][^\n]*\n(?:[ \t*_]*{_FIELD}[ *_]*[:：][^\n]*\n?){{1,5}}"
    r"|^[ \t]*-{2,} ?(?:original message|原始郵件|原始邮件|原郵件|original)[^\n]*$"
    r"|^[ \t]*on\b[^\n]{6,120}(?:\n[^\n]{0,80})?\bwrote\s*[:：][ \t]*$"
    r"|^[^\n]{4,120}(?:寫道|写道|來信|wrote)\s*[:：][ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_MARKED = re.compile(r"[ \t]*>")


def is_forward(subject: str) -> bool:
    """Whether a subject says that the mail is forwarded."""
    return bool(_FORWARD.match(subject))


def quote_start(text: str) -> int | None:
    """Return the offset of the lines above an earlier mail; None where there are none."""
    match = _START.search(text)
    return match.start() if match else None


def split_quoted(text: str) -> tuple[str, str]:
    """Return the sender's own text and the earlier mail that it repeats, "" where there is none.

    A reply may stand above what it repeats, or below. Where it answers between the lines, nothing is split.
    """
    lines = re.sub(r"\r\n?", "\n", text).split("\n")
    marks = [bool(_MARKED.match(line)) for line in lines]
    own = [index for index, line in enumerate(lines) if line.strip() and not marks[index]]
    quoted = [index for index, mark in enumerate(marks) if mark]
    start = quote_start("\n".join(lines))
    at = len(lines) if start is None else "\n".join(lines)[:start].count("\n")
    if start is not None and any(index < at for index in own) and not any(index < at for index in quoted):
        below = _below_marked(lines, marks, at)
        return "\n".join([*lines[:at], *lines[below:]]), "\n".join(lines[at:below])
    if not quoted or not own:
        return text, ""
    first, last = quoted[0], quoted[-1]
    if all(index < first for index in own):
        return "\n".join(lines[:first]), "\n".join(lines[first:])
    begin = min(first, at)
    if not any(first < index < last for index in own) and all(index > last or index >= begin for index in own):
        return "\n".join(lines[last + 1 :]), "\n".join(lines[begin : last + 1])
    return text, ""


def _below_marked(lines: list[str], marks: list[bool], at: int) -> int:
    """Return the index where the text after an earlier mail goes on: after its marked lines, else at the end."""
    marked = [index for index in range(at, len(lines)) if marks[index]]
    unmarked_first = next((i for i in range(at + 1, len(lines)) if lines[i].strip() and not marks[i]), len(lines))
    return marked[-1] + 1 if marked and unmarked_first > marked[-1] else len(lines)
