"""``kb eval``: the group of evaluation commands. A sub-command is imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

__all__ = ["evaluate"]

_COMMANDS = (
    "retrieval",
    "answers",
    "generative",
    "compare",
    "report",
    "questions",
    "speed",
    "repeat",
    "masking",
    "injections",
    "personal-data",
    "personal-answers",
    "cards",
    "scale",
    "ingest",
    "formats",
    "bench",
)


class _LazyGroup(click.Group):
    """Loads the command ``<name>`` from the module ``eval.commands.<name>``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"eval.commands.{name}"), name)
        return command


@click.command(cls=_LazyGroup, short_help="Measure search and answers; reports and comparisons.")
def evaluate() -> None:
    """Measure search and answers: test sets in, tables, plots and paired tests out.

    \b
    kb eval retrieval beir/scifact               nDCG@10, MRR@10 … of search on a test set
    kb eval questions sheet.xlsx                 a question file from a sheet (--template makes an empty one)
    kb eval answers questions.jsonl --tenant T   are answers right, quoted, and refused where they should be?
    kb eval generative questions.jsonl --tenant T   a language model's answers beside the quotes
    kb eval compare RUN RUN                      what a change gained and lost, with a paired test
    kb eval report RUN… --out report.html        one page with tables and plots
    kb eval speed questions.jsonl --tenant T     warm and cold times, memory
    kb eval repeat questions.jsonl --tenant T    is every question answered the same each time?
    kb eval masking                              how much personal data is masked before text goes to a language model
    kb eval injections FILE                      do answers repeat orders that are hidden in documents?
    kb eval personal-data                        how much people's data is found in files as they come in
    kb eval personal-answers                     are requests for people's data declined; does any come out?
    kb eval cards FILE…                          do emergencies get the right card, and other messages none?
    kb eval ingest FILE…                         pages per second, beside embedding alone and beside torch
    kb eval formats FOLDER                       does every file end in text or one clear error?
    kb eval bench                                all of this on the samples, checked against their floor

    Results are kept in <data>/tenants/<tenant>/eval/ and <data>/bench/eval/<test set>/; without --data or KB_DATA, test
    sets use the cache folder.
    """
