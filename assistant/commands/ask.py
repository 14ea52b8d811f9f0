"""``kb ask``: answer one question, or a file of questions."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from assistant.answers import extractive, generative
from assistant.answers.answer import Answer, Refusal
from assistant.answers.citations import place
from assistant.commands import open_tenant, print_egress, question_batch
from assistant.commands.question_batch import BatchLine, BrokenLine
from assistant.messages import interface, say
from assistant.turn import Turn
from assistant.turn import answer as answer_turn
from kb.cli import Context, pass_context, personal_data_option
from kb.core.errors import InputError, NotFound, SinziError
from kb.core.local_date import parse_date
from kb.language.detect import Language
from kb.search.retriever import Retriever

__all__ = ["ask"]


@click.command(short_help="Ask a question; get an answer with exact quotes.")
@click.argument("question", required=False)
@click.option("--tenant", help="The organisation asked (see: kb tenant list).")
@click.option("--collection", "collections", multiple=True, help="Search only this collection; may be repeated.")
@click.option("--as-of", metavar="DATE", help="The day for which the answer should hold, YYYY-MM-DD (default: today).")
@click.option("--quotes", is_flag=True, help="Quotes only, whether or not there is a language model.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON line.")
@click.option("--batch", "batch_file", type=click.Path(path_type=Path), help="JSON Lines file of questions.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the answers to --batch go (default: stdout).")
@personal_data_option
@pass_context
def ask(
    context: Context,
    question: str | None,
    tenant: str | None,
    collections: tuple[str, ...],
    as_of: str | None,
    quotes: bool,
    as_json: bool,
    batch_file: Path | None,
    out: Path | None,
    personal_data: bool,
) -> None:
    """Ask in Cantonese, written Chinese or English. The answer quotes the documents letter for letter,
    with document, version, clause and page; where they are silent it says so.

    \b
    kb ask "病假要唔要醫生紙？" --tenant harmony
    kb ask "How many days of annual leave?" --tenant harmony --as-of 2025-12-31
    kb ask --batch questions.jsonl --out answers.jsonl --tenant harmony

    A line of a batch file: {"id", "question", "tenant"?, "history"?, "as_of"?}. A line that cannot be read,
    or has no known tenant, is answered with the reason; the others are asked, and the command ends with status 1.
    """
    if batch_file is not None:
        _ask_many(context, batch_file, out, tenant, not quotes, personal_data)
        return
    if not question:
        raise InputError("question_empty")
    if not tenant:
        raise InputError("tenant_required")
    retriever = open_tenant(context, tenant, personal_data)
    turn = Turn(question, collections=list(collections) or None, as_of=parse_date(as_of), generate=not quotes)
    answer = answer_turn(retriever, turn)
    if as_json:
        context.json(answer.as_dict())
    else:
        _print(context, answer)


def _print(context: Context, answer: Answer) -> None:
    """Print the card, the answer, the sources if a model wrote it, and whether text was sent to an external service."""
    if answer.card:
        click.secho(f"■ {answer.card['title']}", fg="red", bold=True)
        click.echo(answer.card["text"])
        for contact in answer.card["contacts"]:
            click.secho("  ☎ " + "  ".join(filter(None, (contact["number"], contact["name"]))), bold=True)
        click.echo()
    if answer.searched != answer.question:
        click.echo(interface("searched_as", context.settings.locale, question=answer.searched), err=True)
    click.echo(answer.answer)
    if answer.answerer == generative.NAME:
        language = Language(answer.language)
        for one in answer.citations:
            click.echo(f"[{one.n}] {place(one, language)}\n{say('quote', language, text=one.quote)}")
    print_egress(context, answer.egress)


def _ask_many(
    context: Context, source: Path, out: Path | None, tenant: str | None, generate: bool, personal_data: bool
) -> None:
    """Answer every line of a file. An invalid question gets a refusal with the error's code as reason.

    Raises:
        InputError, NotFound: after all lines, the last error of an unreadable line, or of one without a known tenant.
    """
    from rich.console import Console
    from rich.progress import Progress

    retrievers: dict[str, Retriever] = {}
    lines = list(question_batch.read(source))
    locale = context.settings.locale
    broken: list[InputError | NotFound] = []
    done = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    # A lone surrogate of a broken line is written as its JSON escape.
    opened = click.open_file(str(out) if out else "-", "w", encoding="utf-8", errors="backslashreplace")
    with opened as stream, done:
        for line in done.track(lines, description="kb ask"):
            try:
                retriever = _retriever(context, retrievers, line, tenant, personal_data)
            except (InputError, NotFound) as refusal:
                broken.append(refusal)
                answer = _invalid_question(line.turn, refusal, locale)
            else:
                answer = _answer(retriever, replace(line.turn, generate=generate), locale)
            stream.write(json.dumps(answer.as_dict(), ensure_ascii=False) + "\n")
    for one in broken[:-1]:
        click.echo(f"{one.message(locale)}  [{one.code}]", err=True)
    if broken:
        raise broken[-1]


def _retriever(
    context: Context,
    known: dict[str, Retriever],
    line: BatchLine | BrokenLine,
    tenant: str | None,
    personal_data: bool,
) -> Retriever:
    """Return the retriever of a line's tenant; ``known`` has those of the lines before.

    Raises:
        InputError: the error of a broken line; ``tenant_required``.
        NotFound: ``tenant_not_found``.
    """
    if isinstance(line, BrokenLine):
        raise line.error
    slug = line.tenant or tenant
    if not slug:
        raise InputError("tenant_required")
    if slug not in known:
        known[slug] = open_tenant(context, slug, personal_data)
    return known[slug]


def _answer(retriever: Retriever, turn: Turn, locale: str) -> Answer:
    try:
        return answer_turn(retriever, turn)
    except InputError as error:
        return _invalid_question(turn, error, locale)


def _invalid_question(turn: Turn, error: SinziError, locale: str) -> Answer:
    return Answer(turn.question, "", Refusal(error.message(locale)), error.code, extractive.NAME, id=turn.id)
