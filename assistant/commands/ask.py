"""``kb ask``: answer one question, or a file of questions."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from assistant.answers import extractive, generative
from assistant.answers.answer import EMERGENCY, Answer, Refusal
from assistant.answers.citations import place
from assistant.cards.card_text import contact_lines, steps
from assistant.commands import open_tenant, print_egress, question_batch
from assistant.commands.question_batch import BatchLine, BrokenLine
from assistant.events import AnswerEvent, CardEvent
from assistant.messages import interface, say
from assistant.turn import Turn, stream
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
@click.option("--no-card", is_flag=True, help="It is no emergency: answer the question like any other.")
@click.option("--card", metavar="ID", help="Answer with this emergency card, such as domestic_violence.")
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
    no_card: bool,
    card: str | None,
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

    A question about an emergency shows a card first, with numbers to call.

    A line of a batch file: {"id", "question", "tenant"?, "history"?, "as_of"?, "card"?}; "card" is false for --no-card,
    or the ID of --card. A line that cannot be read,
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
    turn = Turn(
        question,
        collections=list(collections) or None,
        as_of=parse_date(as_of),
        generate=not quotes,
        card=card or not no_card,
    )
    if as_json:
        context.json(answer_turn(retriever, turn).as_dict())
        return
    for event in stream(retriever, turn):
        if isinstance(event, CardEvent):
            _print_card(event.card)
        elif isinstance(event, AnswerEvent):
            _print(context, event.answer)


def _print_card(card: dict[str, Any]) -> None:
    """Print a card as soon as it is known, before anything is searched."""
    click.secho(f"■ {card['title']}", fg="red", bold=True)
    for line in contact_lines(card):
        click.secho(f"  {line}", bold=True)
    click.echo("\n".join(steps(card)) + "\n")


def _print(context: Context, answer: Answer) -> None:
    """Print the answer, the sources if a model wrote it, and whether text was sent to an external service.

    Of an emergency, whose card is printed already, the organisation's own procedure; nothing was sent.
    """
    if answer.reason == EMERGENCY:
        click.echo(str(answer.content).strip())
        return
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
    except (InputError, NotFound) as error:
        return _invalid_question(turn, error, locale)


def _invalid_question(turn: Turn, error: SinziError, locale: str) -> Answer:
    return Answer(turn.question, "", Refusal(error.message(locale)), error.code, extractive.NAME, id=turn.id)
