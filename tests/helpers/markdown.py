"""What the project's documents tell people to type."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Command", "Fence", "commands", "documents", "fences"]

ROOT = Path(__file__).parents[2]
_SHELL = ("", "sh", "bash")
_PROGRAMS = ("kb", "make", "python")


@dataclass(frozen=True)
class Fence:
    """A fenced block of a document: the language after the fence, and the lines within."""

    document: str
    line: int
    language: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command a document names: its words as a shell would split them, the path to ``.venv`` taken off."""

    document: str
    line: int
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.document}:{self.line} {' '.join(self.words)}"


def documents() -> list[Path]:
    """Return the documents for people: those at the root, and everything in docs/."""
    return [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(ROOT.glob("docs/**/*.md"))


def fences(document: Path) -> Iterator[Fence]:
    """Yield the fenced blocks of a document."""
    text = document.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        line = text[: found.start(2)].count("\n") + 1
        yield Fence(str(document.relative_to(ROOT)), line, found[1], found[2])


def commands(document: Path) -> Iterator[Command]:
    """Yield the commands of a document: lines of its shell blocks, and code within sentences."""
    text = document.read_text(encoding="utf-8")
    shell = [fence for fence in fences(document) if fence.language in _SHELL]
    lines = [(fence.line + at, line) for fence in shell for at, line in enumerate(fence.text.splitlines())]
    spans = [(text[: found.start()].count("\n") + 1, found[1]) for found in re.finditer(r"`([^`\n]+)`", text)]
    for number, line in (*lines, *spans):
        for words in _split(line):
            yield Command(str(document.relative_to(ROOT)), number, words)


def _split(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the commands of a line; ``a && b`` are two. What is no command of ours is left out."""
    words = shlex.shlex(line, posix=True, punctuation_chars="&;")
    words.whitespace_split = True
    try:
        found = list(words)
    except ValueError:  # an apostrophe: no line of a shell
        return
    command: list[str] = []
    for word in [*found, "&&"]:
        if set(word) <= {"&", ";"}:
            if command and command[0].removeprefix(".venv/bin/") in _PROGRAMS:
                yield (command[0].removeprefix(".venv/bin/"), *command[1:])
            command = []
        else:
            command.append(word)
