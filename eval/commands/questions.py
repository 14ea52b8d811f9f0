"""``kb eval questions``: convert a spreadsheet of questions into a question file."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("sheet", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Default: the sheet's name with .jsonl.")
@click.option(
    "--template",
    "empty",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write an empty table to fill in (.xlsx or .csv) and stop.",
)
def questions(sheet: Path | None, out: Path | None, empty: Path | None) -> None:
    """Make a question file for `kb eval answers` from a table (CSV or XLSX) of questions.

    \b
    kb eval questions --template questions.xlsx     get the table, fill it in
    kb eval questions questions.xlsx                questions.jsonl, or a list of the rows to mend
    """
    from eval.datasets import question_files as questioning
    from eval.datasets import question_sheet as sheets

    if empty is not None:
        sheets.template(empty)
        click.echo(empty)
        return
    if sheet is None:
        raise click.UsageError("Give a table, or --template FILE.")
    read = sheets.read(sheet)
    target = out or sheet.with_suffix(".jsonl")
    questioning.write(target, read)
    unanswerable = sum(not one.answerable for one in read)
    click.echo(f"{target}: {len(read)} questions, {unanswerable} of them without an answer in the documents")
