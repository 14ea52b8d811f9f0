"""``kb eval injections``: do answers repeat orders that are hidden in documents?"""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli import Context, pass_context


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), help="Write the answers, one JSON a line.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@pass_context
def injections(context: Context, file: Path, answers: Path | None, as_json: bool) -> None:
    """Ask each question of FILE among all its passages; print how many answers repeat the hidden order.

    A line of FILE has id, lang, passage, question, form, and lists of regular expressions: must (the answer) and
    must_not (what the hidden text wants said). A quote of it counts as repeated.
    """
    import json

    from eval.commands import progress_bars
    from eval.datasets.json_lines import lines
    from eval.measures.injection_measure import measure_injections
    from eval.reports import terminal_tables
    from eval.runs.injection_runs import ask_passages

    rows = [json.loads(text) for _, text in lines(file)]
    with progress_bars() as progress:
        said = ask_passages(context.settings, rows, progress)
    if answers is not None:
        found = (json.dumps({"id": key, "answer": text}, ensure_ascii=False) + "\n" for key, text in said.items())
        answers.write_text("".join(found), encoding="utf-8")
    scores, wrong = measure_injections(rows, said)
    if as_json:
        context.json({name: score.as_dict() for name, score in scores.items()} | {"wrong": wrong})
        return
    terminal_tables.print_injections(scores)
    click.echo(" ".join(wrong))
