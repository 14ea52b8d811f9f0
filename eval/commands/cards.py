"""``kb eval cards``: do emergencies get the right card, and other messages none?"""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli import Context, pass_context


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--missed", is_flag=True, help="Print the messages that went wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@pass_context
def cards(context: Context, files: tuple[Path, ...], missed: bool, as_json: bool) -> None:
    """Choose a card for each message of FILES, and print the shares with their 95 % intervals.

    A line of a file: {"text", "lang", "subject"}; "also": other subjects whose card is as right; "optional": true for
    a question on procedure, which counts neither way. Without FILES: the messages in the repository that the model was
    not fitted on. The built-in cards are used, as a new organisation has them.
    """
    from assistant.cards import subject_cards
    from assistant.cards.card_choice import CardChooser
    from eval.datasets.card_lines import HELD_OUT, read_card_lines
    from eval.measures.card_measures import measure_cards
    from eval.reports import terminal_tables

    chooser = CardChooser(context.settings, subject_cards.defaults())
    lines = [line for path in files or (HELD_OUT,) for line in read_card_lines(path)]
    matches = [chooser.find(line.text) for line in lines]
    score = measure_cards(lines, [match.card.id if match else None for match in matches])
    if as_json:
        context.json(score.as_dict())
        return
    terminal_tables.print_cards(score)
    for line, card in score.wrong if missed else ():
        click.echo(f"{line.subject or 'none'}\t{card or 'none'}\t{line.text}")
