"""Simplified characters for readers who prefer them. Quotes keep the characters of the document."""

from __future__ import annotations

from typing import Any, Literal

from assistant.answers.answer_view import AnswerView, CardView
from kb.language.script import to_simplified

__all__ = ["Script", "ScriptConverter", "in_script", "simplified_card"]

Script = Literal["hant", "hans"]
_CLOSING = {"「": "」", "『": "』", "《": "》", "“": "”"}


class ScriptConverter:
    """Converts a text that comes in pieces; it remembers whether a quotation is open."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def feed(self, text: str) -> str:
        """Return the next piece in Simplified characters; text inside 「」, 『』, 《》 and “” is not changed."""
        done: list[str] = []
        plain = ""
        for char in text:
            if char in _CLOSING or self._open:
                done.append(to_simplified(plain) if plain else "")
                plain = ""
                done.append(char)
                if self._open and char == self._open[-1]:
                    self._open.pop()
                elif char in _CLOSING:
                    self._open.append(_CLOSING[char])
            else:
                plain += char
        done.append(to_simplified(plain) if plain else "")
        return "".join(done)


def in_script(answer: AnswerView, script: Script) -> AnswerView:
    """Return the answer for a reader of ``script``. "hant" returns it unchanged."""
    if script == "hant":
        return answer
    texts = {name: ScriptConverter().feed(getattr(answer, name)) for name in ("answer", "message")}
    card = answer.card and CardView.model_validate(simplified_card(answer.card.model_dump()))
    return answer.model_copy(update={**texts, "card": card})


def simplified_card(card: dict[str, Any]) -> dict[str, Any]:
    """Return a card in Simplified characters. The names of contacts stay as they are written."""
    words: dict[str, Any] = {key: to_simplified(card[key]) for key in ("title", "text", "others_line") if key in card}
    others = {"others": [simplified_card(one) for one in card["others"]]} if "others" in card else {}
    return {**card, **words, **others}
