"""``kb eval masking``: how much personal data is masked before text goes to a language model?"""

from __future__ import annotations

import click

from eval.commands.safety import print_scores
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
    from kb.personal_data.personal_data_finder import find_personal_data

    scores = {
        name: measure_masking(labelled_texts(name), find_personal_data)
        for name in ("dev", "test")
        if split in (None, name)
    }
    print_scores(context, scores, as_json=as_json, missed=missed)
