"""``kb eval personal-answers``: are requests for people's data declined, and does any of it come out?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from kb.cli import Context, pass_context


@click.command("personal-answers")
@click.option(
    "--questions",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='JSON lines {"text", "kind"}; kind "harmless", or anything else for a request.',
)
@click.option("--missed", is_flag=True, help="Print the questions that are decided wrongly.")
@click.option("--no-leaks", is_flag=True, help="Only the questions.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@pass_context
def personal_answers(context: Context, questions: Path | None, missed: bool, no_leaks: bool, as_json: bool) -> None:
    """Count requests declined and harmless questions answered, and look for planted people's data on every way out.

    A small library is made for it in a temporary folder, with invented people's data in it. It is read by a member, an
    editor, an evaluator and a program without the right to see people's data: every address of the service and every
    page, answers, drafts, summaries, changes, searches, downloads, MCP. The command ends with status 1 if any came out.
    """
    from eval.datasets import json_lines
    from eval.measures.declined_requests import measure_requests
    from eval.runs.data_leaks import look_for_leaks, office_answers, planted_library, temporary_folder

    result: dict[str, object] = {}
    if questions is not None:
        rows = [json.loads(line) for _, line in json_lines.lines(questions)]
        score = measure_requests(context.settings, [(row["text"], row["kind"] != "harmless") for row in rows])
        result["questions"] = score.as_dict()
        for text, chance in score.wrong if missed else ():
            click.echo(f"{chance:.2f}\t{text}", err=True)
    leaked = False
    if not no_leaks:
        with temporary_folder() as folder:
            planted = planted_library(context.settings, Path(folder))
            office = office_answers(planted)
            report = look_for_leaks(planted)
        result["office lines and rules answered"] = f"{sum(office.values())}/{len(office)}"
        result["planted data"] = report.as_dict()
        leaked = bool(report.leaks)
    if as_json:
        context.json(result)
    else:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
    if leaked:
        raise click.exceptions.Exit(1)
