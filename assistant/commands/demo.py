"""``kb demo``: ingest the sample organisations, ask four questions, and print what to try next."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from assistant import turn
from assistant.messages import interface
from kb.cli import Context
from kb.core.errors import InputError, NotFound
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people.initial_collections import make_first_collection
from kb.search.retriever import Retriever
from kb.store import tenants

__all__ = ["demo"]

_SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@click.command(short_help="Take in the sample documents and ask them four questions.")
@click.option("--samples", type=click.Path(path_type=Path), default=_SAMPLES, help="Folder of the samples.")
@click.pass_context
def demo(context: click.Context, samples: Path) -> None:
    """Show the whole way once: two invented organisations, their documents, and four questions: one in Cantonese,
    one in written Chinese, one in English, and one the documents do not answer. A second run takes in nothing twice.
    """
    from ingest.commands.ingest import ingest

    own: Context = context.obj
    plan = _plan(samples)
    for one in plan["tenants"]:
        _create_if_missing(own, one)
        click.secho(f"\n■ {one['name']}", bold=True)
        documents = samples / one["slug"] / "documents"
        context.invoke(ingest, paths=(documents,), slug=one["slug"], collection="main", document=None, as_json=False)
    for sample in plan["questions"]:
        _ask(own, sample["tenant"], sample["question"])
    click.echo("\n" + interface("demo_next", own.settings.locale, kb=_program(own.settings)))


def _program(settings: Settings) -> str:
    """Return how ``kb`` is typed in the project's folder so that it finds the data that this process wrote."""
    same = "KB_DATA" not in os.environ and settings.data == Settings().data
    return ".venv/bin/kb" if same else f'.venv/bin/kb --data "{settings.data}"'


def _plan(samples: Path) -> dict[str, Any]:
    path = samples / "demo.json"
    if not path.is_file():
        raise InputError("file_missing", name=str(path))
    plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return plan


def _create_if_missing(own: Context, one: dict[str, str]) -> None:
    try:
        tenants.get(own.settings, one["slug"])
    except NotFound:
        made = tenants.create(own.settings, one["slug"], one["name"], one["contact"])
        make_first_collection(Library(made), own.settings.locale)


def _ask(own: Context, slug: str, question: str) -> None:
    tenant = tenants.get(own.settings, slug)
    answer = turn.answer(Retriever(own.settings, tenant), turn.Turn(question))
    click.secho(f"\n■ {tenant.name}", fg="cyan")
    click.secho(f"  ？ {question}", bold=True)
    for line in answer.answer.splitlines():
        click.echo(f"  {line}")
