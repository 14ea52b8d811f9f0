"""``kb eval masking``: how much personal data is masked before text goes to a language model?"""

from __future__ import annotations

import click

from kb.cli import Context, pass_context


@click.command()
@click.option("--split", type=click.Choice(["dev", "test"]), help="Only this part; both by default.")
@click.option("--missed", is_flag=True, help="Print what was missed in the part for development.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@pass_context
def masking(context: Context, split: str | None, missed: bool, as_json: bool) -> None:
    """Mask the labelled texts, and print recall and precision by kind and language.

    A piece counts as masked where no letter, figure or Chinese character of it stays. The part "test" has sentences and
    spellings of its own: do not look at what is missed there while you work on the masking.
    """
    from eval.datasets.labelled_text import labelled_texts
    from eval.measures.masking_recall import measure_masking
    from eval.reports import terminal_tables
    from kb.personal_data.personal_data_finder import find_personal_data

    scores = {
        name: measure_masking(labelled_texts(name), find_personal_data)
        for name in ("dev", "test")
        if split in (None, name)
    }
    if as_json:
        context.json({name: score.as_dict() for name, score in scores.items()})
        return
    terminal_tables.print_masking(scores)
    if missed and "dev" in scores:
        for one in scores["dev"].missed:
            click.echo(f"{one.kind or 'in vain'}\t{one.piece!r}\t{one.text!r}")
