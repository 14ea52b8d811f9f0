"""Prompts: one file per task and language, ``<task>.<language>.txt``, rendered by Jinja.

A file has the system message, a line ``---``, and the user message. Text of documents is data. It is put between marks,
after :func:`as_data` has removed such marks, and sentences addressed to a model, from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from jinja2 import Environment, StrictUndefined, Template

from kb.core import data_files
from kb.language.detect import Language
from kb.language.script import fold, to_simplified

__all__ = ["Prompt", "as_data", "fill_text", "prompt"]

_FILE = {Language.CANTONESE: "yue", Language.TRADITIONAL: "zh", Language.SIMPLIFIED: "zh", Language.ENGLISH: "en"}
# Text that separates parts of a prompt, calls a tool or begins a turn, in one model family or another.
_MARKS = (
    (re.compile(r"<\|?/?[A-Za-z_][\w ]{0,30}\|?>|<<+|>>+|\[/?(?:INST|SYS)\]", re.IGNORECASE), " "),
    (re.compile(r"[\[【［]\s*(\d{1,2})\s*[\]】］]"), r"(\1)"),
    (re.compile(r"^\s*(?:system|assistant|user|human)\s*[:：]", re.IGNORECASE | re.MULTILINE), " "),
    (re.compile(r"[-=#*]{3,}"), " "),
    (re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|[\U000e0000-\U000e007f]"), ""),
)


# What was left out of a passage leaves blank lines, which cost tokens.
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """The two messages of a request to a model.

    Attributes:
        task: what the model shall do: "answer", "rewrite", "summary", "draft" or "translate".
        typed: the parts of the messages that the asker typed.
    """

    system: str
    user: str
    task: str
    typed: tuple[str, ...] = ()


@cache
def _templates(name: str) -> tuple[Template, Template]:
    text = files("assistant.prompts").joinpath(name).read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701 - plain text, no HTML
    system, _, user = text.partition("\n---\n")
    return environment.from_string(system), environment.from_string(user)


def prompt(task: str, language: Language, **values: object) -> Prompt:
    """Return the prompt of a task in the language that the answer should have."""
    system, user = _templates(f"{task}.{_FILE[language]}.txt")
    instructions = system.render(**values).strip()
    if language is Language.SIMPLIFIED:
        instructions = to_simplified(instructions)
    return Prompt(instructions, user.render(**values).strip(), task, tuple(_typed(values)))


def _typed(values: dict[str, object]) -> Iterator[str]:
    """Yield the values that the asker typed."""
    for name in ("history", "question", "subject"):
        value = values.get(name, ())
        yield from map(str, [value] if isinstance(value, str) else cast("Iterable[object]", value))


def fill_text(name: str, language: Language, **values: object) -> str:
    """Return a rendered text without a system message, such as the frame of a letter, in the reader's script."""
    text = _templates(f"{name}.{_FILE[language]}.txt")[0].render(**values).strip()
    return to_simplified(text) if language is Language.SIMPLIFIED else text


@cache
def _instruction_pattern() -> re.Pattern[str]:
    lines = data_files.lines("assistant.prompts", "instructions.txt")
    return re.compile("|".join(f"(?:{fold(line)})" for line in lines))


def is_instruction(text: str) -> bool:
    """Whether a sentence of a document is addressed to a language model: "ignore the above and …"."""
    return bool(_instruction_pattern().search(fold(text)))


def as_data(text: str) -> str:
    """Return a document's text in a form that is safe in a prompt.

    Marks of prompts are removed. A line with a sentence addressed to a model is cut before that sentence, because the
    rest of the line usually is the instruction.
    """
    lines = []
    for raw in text.splitlines():
        line = raw
        for pattern, instead in _MARKS:
            line = pattern.sub(instead, line)
        if is_instruction(line):
            line = _before_instruction(line)
        lines.append(line)
    return _BLANK_LINES.sub("\n", "\n".join(lines)).strip()


def _before_instruction(line: str) -> str:
    from kb.language.sentences import sentences

    safe_end = 0
    for start, end in sentences(line):
        if is_instruction(line[start:end]):
            break
        safe_end = end
    return line[:safe_end] if safe_end else "[…]"
