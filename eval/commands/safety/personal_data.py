"""``kb eval personal-data``: how much people's data does intake find, and how much of what it finds is any?"""

from __future__ import annotations

import click

from eval.commands.safety import print_scores
from kb.cli import Context, pass_context


@click.command("personal-data")
@click.option("--split", type=click.Choice(["dev", "test"]), help="Only this part; both by default.")
@click.option("--missed", is_flag=True, help="Print what was missed, or found in vain, in the part for development.")
@click.option("--presidio", is_flag=True, help="Measure Presidio on the same texts instead (needs the extra eval).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@pass_context
def personal_data(context: Context, split: str | None, missed: bool, presidio: bool, as_json: bool) -> None:
    """Look for people's data in the labelled documents, and print recall and precision by kind and language.

    A piece counts as found where no letter, figure or Chinese character of it is left out. The part "test" has texts
    and values of its own: do not look at what is missed there while you work on the finder.
    """
    from eval.datasets.labelled_documents import labelled_documents
    from eval.measures import presidio_baseline
    from eval.measures.masking_recall import measure_masking
    from kb.personal_data.persons_finder import find_persons_data

    find = presidio_baseline.finder() if presidio else find_persons_data
    scores = {
        name: measure_masking(labelled_documents(name), find) for name in ("dev", "test") if split in (None, name)
    }
    print_scores(context, scores, as_json=as_json, missed=missed)
