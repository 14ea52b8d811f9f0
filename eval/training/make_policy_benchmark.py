"""Writes the Cantonese questions on policy texts (``data/policies``) as a test collection in BEIR layout.

    python -m eval.training.make_policy_benchmark data/policies OUT

The passages are the paragraphs, tables and lists of all texts, each with the title and headings above it; a list has
its lead-in. A passage is relevant to a question if it holds a sentence, item or row that answers it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from eval.datasets import question_files
from eval.datasets.question_files import JudgedQuestion
from eval.measures.answer_judge import is_quoted_in
from kb.language.detect import Language

_HEADING = re.compile(r"(#+)\s+(.*)")
_LEAD_IN = re.compile(r"[:：]\s*$")
_LIST_ITEM = re.compile(r"\s*(?:[-*•]|\d+[.)]|[(（][a-z\d一二三四五六七八九十]+[)）])\s")
_RULE_OF_TABLE = re.compile(r"\|?[\s:|-]+\|?")
_MARKS = re.compile(r"\*\*|__|`|\\")


@dataclass(frozen=True, slots=True)
class PolicyPassage:
    """A paragraph, table or list of a text; ``title`` has the text's title and the headings above, with " › "."""

    id: str
    document: str
    title: str
    text: str


def policy_passages(path: Path) -> Iterator[PolicyPassage]:
    """Yield the passages of a Markdown file in order."""
    headings: list[tuple[int, str]] = []
    number = 0
    for block in _blocks(path.read_text(encoding="utf-8")):
        heading = _HEADING.fullmatch(block.strip())
        if heading:
            level = len(heading[1])
            headings = [*(one for one in headings if one[0] < level), (level, _plain(heading[2]))]
            continue
        number += 1
        title = " › ".join(text for _, text in headings)
        yield PolicyPassage(f"{path.stem}-{number:02}", path.name, title, _plain(block))


def _blocks(text: str) -> Iterator[str]:
    """Yield what stands between empty lines; a heading is alone, and a lead-in is with its list or table."""
    lines = [f"\n{line}\n" if _HEADING.fullmatch(line) else line for line in text.splitlines()]
    blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", "\n".join(lines)) if block.strip()]
    open_block = ""
    for block in blocks:
        continues = open_block and (_LIST_ITEM.match(block) or block.lstrip().startswith("|"))
        if open_block and not continues:
            yield open_block
        joined = f"{open_block}\n{block}" if continues else block
        open_block = joined if _LEAD_IN.search(block) else ""
        if not open_block:
            yield joined
    if open_block:
        yield open_block


def _plain(block: str) -> str:
    lines = [line for line in block.splitlines() if not (line.startswith("|") and _RULE_OF_TABLE.fullmatch(line))]
    return "\n".join(_MARKS.sub("", _cells(line) if line.lstrip().startswith("|") else line) for line in lines)


def _cells(line: str) -> str:
    return "\t".join(cell.strip() for cell in line.strip().strip("|").split("|"))


def _relevant(asked: JudgedQuestion, passages: Iterable[PolicyPassage]) -> list[str]:
    """Return the ids of the passages that hold a part of the answer."""
    return [
        one.id
        for one in passages
        if any(
            place.document == one.document and is_quoted_in(place.evidence or "", one.text) for place in asked.documents
        )
    ]


def write_benchmark(policies: Path, out: Path, language: str = Language.CANTONESE.value) -> dict[str, int]:
    """Write ``corpus.jsonl``, ``queries.jsonl``, ``unanswerable.jsonl`` and ``qrels/{dev,test}.tsv``; return counts.

    Args:
        policies: a folder with ``*/documents/*.md`` and ``*/questions.jsonl``.
        language: of the questions.

    Raises:
        ValueError: no passage holds the answer to a question.
    """
    passages = [one for path in sorted(policies.glob("*/documents/*.md")) for one in policy_passages(path)]
    asked = [one for path in sorted(policies.glob("*/questions.jsonl")) for one in question_files.read(path)]
    asked = [one for one in asked if one.language == language]
    (out / "qrels").mkdir(parents=True, exist_ok=True)
    _write(out / "corpus.jsonl", ({"_id": one.id, "title": one.title, "text": one.text} for one in passages))
    answerable, others = [one for one in asked if one.answerable], [one for one in asked if not one.answerable]
    _write(out / "queries.jsonl", map(_query, answerable))
    _write(out / "unanswerable.jsonl", map(_query, others))
    for split in ("dev", "test"):
        rows = ["query-id\tcorpus-id\tscore"]
        for one in answerable:
            if one.split == split:
                found = _relevant(one, passages)
                if not found:
                    raise ValueError(f"{one.id}: no passage holds the answer")
                rows += [f"{one.id}\t{passage}\t1" for passage in found]
        (out / "qrels" / f"{split}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return {"passages": len(passages), "questions": len(answerable), "unanswerable": len(others)}


def _query(one: JudgedQuestion) -> dict[str, Any]:
    fields = {"_id": one.id, "text": one.question, "lang": one.language, "split": one.split, "kind": one.kind}
    return {**fields, "answers": [fact for alternatives in one.facts for fact in alternatives]} if one.facts else fields


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@click.command()
@click.argument("policies", type=click.Path(path_type=Path, exists=True))
@click.argument("out", type=click.Path(path_type=Path))
def main(policies: Path, out: Path) -> None:
    """Write the test collection and print what it holds."""
    click.echo(json.dumps(write_benchmark(policies, out)))


if __name__ == "__main__":
    main()
