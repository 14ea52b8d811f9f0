"""Text of documents and models for clients that show Markdown or HTML: nothing in it becomes an image, a link or a tag.

An image is loaded without a click, so its address can carry away what was asked. The words stay; what would make them
markup is set apart by a space, or becomes a wide character.
"""

from __future__ import annotations

import re

__all__ = ["as_plain_markup"]

# The end of a link's text before its address; the beginning of an image; a definition of an address; a tag.
_LINK = re.compile(r"\](?=[(\[])")
_IMAGE = re.compile(r"!(?=\[)")
_DEFINITION = re.compile(r"^(\s{0,3}\[[^\]\n]{1,100}\])(?=:)", re.MULTILINE)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def as_plain_markup(text: str, before: str = "") -> str:
    """Return ``text`` without Markdown links, images and HTML tags.

    Args:
        before: what a client was sent before it: a link must not come about across two pieces.
    """
    text = _DEFINITION.sub(r"\1 ", _IMAGE.sub("! ", _LINK.sub("] ", text)))
    text = _TAG.sub("＜", text)
    joins = (before.endswith("]") and text[:1] in ("(", "[")) or (before.endswith("!") and text.startswith("["))
    return f" {text}" if joins else text
