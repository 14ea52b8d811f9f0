"""An exported chat (WhatsApp and the like) → its messages, without the lines that the program wrote."""

from __future__ import annotations

import re

__all__ = ["chat_messages"]

_DAY = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
_CLOCK = r"(?:[上下]午|早上|中午|晚上|凌晨)? ?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[\s\u202f]?[ap]\.?m\.?)?"
_STAMP = re.compile(
    rf"^[\u200e\u200f\ufeff]?(?:\[{_DAY},? ?{_CLOCK}\] ?|{_DAY},? ?{_CLOCK} [-–] )", re.IGNORECASE | re.MULTILINE
)
_SENDER = re.compile(r"[^:：\n]{1,60}[:：] ?")
# What a program writes begins with a left-to-right mark; what it puts in the place of a file is in angle brackets.
_OF_PROGRAM = re.compile(r"\u200e|<[^>\n]{2,60}>\s*$")
# Below so many messages, or this share of lines, a text is no chat.
_FEWEST, _SHARE = 3, 0.4


def chat_messages(text: str) -> list[str]:
    """Return the messages of an exported chat as they stand, with time and sender; none if the text is no chat.

    Left out: lines without a sender (「…已建立群組」) and those that the program wrote in a sender's name.
    """
    starts = [match.start() for match in _STAMP.finditer(text)]
    lines = [line for line in text.splitlines() if line.strip()]
    if len(starts) < _FEWEST or len(starts) < _SHARE * len(lines):
        return []
    found = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        message = text[start:end].strip()
        stamp = _STAMP.match(message)
        rest = message[stamp.end() :] if stamp else message
        sender = _SENDER.match(rest)
        if sender and rest[sender.end() :].strip() and not _OF_PROGRAM.match(rest, sender.end()):
            found.append(message)
    return found
