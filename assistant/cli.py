"""``kb ask``: a question from the command line, or a file of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from assistant import batch, chat
from assistant.answers.model import Answer
from kb import tenants
from kb.cli import Context, pass_context
from kb.days import parse_date
from kb.errors import InputError, SinziError
from kb.search.retriever import Retriever

__all__ = ["ask"]


@click.command(short_help="Ask a question; get an answer with exact quotes.")
@click.argument("question", required=False)
@click.option("--tenant", help="The organisation asked (see: kb tenant list).")
@click.option("--collection", "collections", multiple=True, help="Search only this collection; may be repeated.")
@click.option("--as-of", metavar="DATE", help="The day for which the answer should hold, YYYY-MM-DD (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON line.")
@click.option("--batch", "batch_file", type=click.Path(path_type=Path), help="JSON Lines file of questions.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the answers to --batch go (default: stdout).")
@pass_context
def ask(
    context: Context,
    question: str | None,
    tenant: str | None,
    collections: tuple[str, ...],
    as_of: str | None,
    as_json: bool,
    batch_file: Path | None,
    out: Path | None,
) -> None:
    """Ask in Cantonese, written Chinese or English. The answer quotes the documents letter for letter,
    with document, version, clause and page; where they are silent it says so.

    \b
    kb ask "病假要唔要醫生紙？" --tenant harmony
    kb ask "How many days of annual leave?" --tenant harmony --as-of 2025-12-31
    kb ask --batch questions.jsonl --out answers.jsonl --tenant harmony

    A line of a batch file: {"id", "question", "tenant"?, "history"?, "as_of"?}.
    """
    if batch_file is not None:
        _ask_many(context, batch_file, out, tenant)
        return
    if not question:
        raise InputError("question_empty")
    if not tenant:
        raise InputError("tenant_required")
    retriever = Retriever(context.settings, tenants.get(context.settings, tenant))
    turn = chat.Turn(question, collections=list(collections) or None, as_of=parse_date(as_of))
    answer = chat.answer(retriever, turn)
    if as_json:
        context.json(answer.as_dict())
    else:
        _print(answer)


def _print(answer: Answer) -> None:
    click.echo(answer.answer)


def _ask_many(context: Context, source: Path, out: Path | None, tenant: str | None) -> None:
    """Answer every line; a question that cannot be asked gets a refusal with the error's code as reason."""
    from rich.console import Console
    from rich.progress import Progress

    retrievers: dict[str, Retriever] = {}
    lines = list(batch.read(source))
    done = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with click.open_file(str(out) if out else "-", "w", encoding="utf-8") as stream, done:
        for line in done.track(lines, description="kb ask"):
            slug = line.tenant or tenant
            if not slug:
                raise InputError("tenant_required")
            if slug not in retrievers:
                retrievers[slug] = Retriever(context.settings, tenants.get(context.settings, slug))
            answer = _answer(retrievers[slug], line.turn, context.settings.locale)
            stream.write(json.dumps(answer.as_dict(), ensure_ascii=False) + "\n")


def _answer(retriever: Retriever, turn: chat.Turn, locale: str) -> Answer:
    try:
        return chat.answer(retriever, turn)
    except InputError as error:
        return _unasked(turn, error, locale)


def _unasked(turn: chat.Turn, error: SinziError, locale: str) -> Answer:
    return Answer(turn.question, "", error.message(locale), True, error.code, "extractive", id=turn.id)
