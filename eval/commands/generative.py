"""``kb eval generative``: compare a language model's answers with extractive ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from eval.commands import progress_bars
from kb.cli import Context, pass_context


@click.command()
@click.argument("questions", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tenant", required=True, help="The organisation asked; its owner must have switched the model on.")
@click.option("--limit", type=click.IntRange(1), help="Ask only this many questions, evenly spread over the file.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where every answer goes, with the verdict on each sentence."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON line.")
@pass_context
def generative(
    context: Context, questions: Path, tenant: str, limit: int | None, out: Path | None, as_json: bool
) -> None:
    """Ask QUESTIONS twice, with the language model and with quotes only: is what reaches the reader supported, do wrong
    numbers get through (aim: 0), are refusals right, how long to the first text and to the end?
    """
    from assistant.llm.gateway import open_gateway
    from eval.datasets import question_files as questioning
    from eval.runs import generative_runs as generating
    from kb.core.errors import Misconfigured
    from kb.search.retriever import Retriever
    from kb.store import tenants

    retriever = Retriever(context.settings, tenants.get(context.settings, tenant))
    if open_gateway(context.settings, retriever.library) is None:
        raise Misconfigured("llm_needed")
    listed = questioning.read(questions)
    if limit is not None and limit < len(listed):
        listed = [listed[place * len(listed) // limit] for place in range(limit)]
    with progress_bars() as progress:
        found = generating.run(retriever, listed, progress)
    rows = found.pop("rows")
    if out is not None:
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    if as_json:
        context.json(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    click.secho(f"{found['questions']} questions, model {found['model']}", bold=True)
    click.echo(f"{'':28}{'llm':>24}{'extractive':>24}")
    for name in found["llm"]:
        ours, theirs = (_cell(found[answerer][name]) for answerer in ("llm", "extractive"))
        click.echo(f"{name:28}{ours:>24}{theirs:>24}")


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        short = {key: value[key] for key in ("p50", "p95") if key in value} or value
        return " ".join(f"{key} {one:.0f}" if isinstance(one, float) else f"{key} {one}" for key, one in short.items())
    return "–" if value is None else str(value)
