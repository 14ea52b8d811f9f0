"""Sub-commands of ``kb eval`` for what must never go wrong.

In reading order:

    cards             emergencies get the right card, other messages none
    masking           personal data is masked before text goes to a language model
    personal_data     people's data is found in files as they come in
    personal_answers  requests for people's data are declined, and none comes out
    injections        orders hidden in documents are not repeated
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kb.cli import Context

if TYPE_CHECKING:
    from eval.measures.masking_recall import MaskingScore

__all__ = ["print_scores"]


def print_scores(context: Context, scores: dict[str, MaskingScore], *, as_json: bool, missed: bool) -> None:
    """Print how much was found in each part ("dev", "test"); ``missed`` adds what was not, in the part "dev" alone."""
    from eval.reports import terminal_tables

    if as_json:
        context.json({name: score.as_dict() for name, score in scores.items()})
        return
    terminal_tables.print_masking(scores)
    if missed and "dev" in scores:
        for one in scores["dev"].missed:
            click.echo(f"{one.kind or 'in vain'}\t{one.piece!r}\t{one.text!r}")
