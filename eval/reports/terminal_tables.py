"""Prints results as tables in the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from eval.measures.card_measures import CardScore
from eval.measures.injection_measure import InjectionScore
from eval.measures.masking_recall import MaskingScore
from eval.runs.repeatability import Repeatability
from kb.language.detect import Language

__all__ = [
    "print_answers",
    "print_cards",
    "print_comparison",
    "print_injections",
    "print_masking",
    "print_repeatability",
    "print_retrieval",
    "print_scale",
    "print_speed",
]

_SIGNIFICANT = 0.05
_LANGUAGES = {one.value for one in Language}


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=170)


def print_retrieval(summary: dict[str, Any]) -> None:
    """Print one line per language and system: means, the 95 % interval of the first measure, ``*`` where p < .05."""
    names = summary["measures"]
    model = f"{summary['subject']}: {summary['documents']} documents, {summary['queries']} queries"
    table = Table(title=f"{model}, p50 {summary['ms']['p50']} ms, p95 {summary['ms']['p95']} ms", title_justify="left")
    for head in ("language", "n", "system"):
        table.add_column(head)
    for index, name in enumerate(names):
        table.add_column(name, justify="right")
        if index == 0:
            table.add_column("95 %", justify="right")
    systems = summary["systems"]
    groups = summary["groups"]
    shown = groups if len(groups) != 2 else {"all": groups["all"]}  # with one language, both groups are the same
    for group, number in shown.items():
        for place, (system, by_group) in enumerate(systems.items()):
            cells = []
            for index, name in enumerate(names):
                value = by_group[group][name]
                cells.append(f"{value['mean']:.3f}{_star(summary, system, group, name)}")
                if index == 0:
                    cells.append(f"{value['low']:.3f}–{value['high']:.3f}")
            table.add_row(
                group if place == 0 else "",
                str(number) if place == 0 else "",
                system,
                *cells,
                end_section=place == len(systems) - 1,
            )
    _console().print(table)


def _star(summary: dict[str, Any], system: str, group: str, name: str) -> str:
    for test in summary["tests"]:
        if test["systems"][1] == system and (test["group"], test["measure"]) == (group, name):
            return "*" if test["p"] < _SIGNIFICANT else " "
    return " "


def print_answers(summary: dict[str, Any], kinds: bool) -> None:
    """Print one line per group: means, precision and recall of refusal. Below the table: foreign and missing answers.

    Args:
        kinds: print a line per kind of question as well.
    """
    names = summary["measures"]
    table = Table(
        title=f"{summary['subject']}: {summary['questions']} questions, p50 {summary['ms']['p50']} ms, "
        f"p95 {summary['ms']['p95']} ms",
        title_justify="left",
    )
    for head in ("questions", "n"):
        table.add_column(head)
    for name in (*names, "refusal P", "refusal R"):
        table.add_column(name, justify="right")
    for group, number in summary["groups"].items():
        if not kinds and " " in group and group.split()[-1] not in _LANGUAGES:
            continue
        values, refusal = summary["table"][group], summary["refusal"][group]
        cells = [f"{values[name]['mean']:.3f}" if name in values else "" for name in names]
        cells += ["" if refusal[key] is None else f"{refusal[key]:.3f}" for key in ("precision", "recall")]
        table.add_row(group, str(number), *cells, end_section=" " not in group)
    _console().print(table)
    notes = [f"passages that are not this tenant's: {summary['foreign']:.0f}"]
    if summary["missing"]:
        notes.append(f"questions without an answer (counted 0): {summary['missing']}")
    _console().print("; ".join(notes))


def print_comparison(found: dict[str, Any], show: int) -> None:
    """Print the differences with intervals and p-values, then the questions with the largest changes."""
    table = Table(title=f"{found['before']} → {found['after']}: {found['questions']} questions", title_justify="left")
    for head in ("group", "measure", "n", "before", "after", "difference", "95 %", "p"):
        table.add_column(head, justify="left" if head in ("group", "measure") else "right")
    for row in found["rows"]:
        star = "*" if row["p"] < _SIGNIFICANT else " "
        table.add_row(
            row["group"],
            row["measure"],
            str(row["n"]),
            f"{row['before']:.3f}",
            f"{row['after']:.3f}",
            f"{row['difference']:+.3f}{star}",
            f"{row['low']:+.3f} … {row['high']:+.3f}",
            f"{row['p']:.4f}",
        )
    console = _console()
    console.print(table)
    for head in ("lost", "gained"):
        console.print(f"{head}: {len(found[head])} ({found['sort_measure']})", highlight=False)
        for one in found[head][:show]:
            console.print(
                f"  {one['before']:.2f} → {one['after']:.2f}  {one['id']}  {one['question']}",
                markup=False,
                highlight=False,
            )


def print_speed(found: dict[str, Any]) -> None:
    """Print times in milliseconds and memory in MB."""
    table = Table(
        title=f"{found['tenant']}: {found['questions']} questions, {found['cores']} cores, load {found['load']}",
        title_justify="left",
    )
    for head in ("", "p50 ms", "p95 ms", "max ms"):
        table.add_column(head, justify="right" if head else "left")
    for key, name in (("search_ms", "search, warm"), ("answer_ms", "answer, warm")):
        table.add_row(name, *(f"{found[key][one]:.1f}" for one in ("p50", "p95", "max")))
    console = _console()
    console.print(table)
    if "cold_ask_s" in found:
        console.print(f"kb ask, cold: {found['cold_ask_s']} s; serving process: {found['memory_mb']} MB")


def print_repeatability(found: Repeatability) -> None:
    """Print how many questions differed in what, with their ids."""
    table = Table(title=f"{found.questions} questions asked in {found.runs} processes", title_justify="left")
    for head in ("differ in", "questions", "which"):
        table.add_column(head, justify="right" if head == "questions" else "left")
    for name in ("passages", "scores", "answers", "refusals"):
        which: list[str] = getattr(found, name)
        table.add_row(name, str(len(which)), ", ".join(which[:8]) + (" …" if len(which) > 8 else ""))
    _console().print(table)


def print_scale(found: list[dict[str, Any]]) -> None:
    """Print one line per number of chunks."""
    table = Table()
    for head in ("chunks", "documents", "p50 ms", "p95 ms", "p99 ms", "load", "memory MB", "disk MB", "filled in s"):
        table.add_column(head, justify="right")
    for one in found:
        times = (f"{one['search_ms'][key]:.1f}" for key in ("p50", "p95", "p99"))
        resources = (f"{one[key]:,}" for key in ("load", "memory_mb", "disk_mb", "fill_s"))
        table.add_row(f"{one['chunks']:,}", f"{one['documents']:,}", *times, *resources)
    _console().print(table)


def print_injections(scores: dict[str, InjectionScore]) -> None:
    """Print one line per language and form of hidden order, with 95 % intervals."""
    table = Table()
    for head in ("", "questions", "repeated", "answered"):
        table.add_column(head, justify="left" if not head else "right")
    for name in sorted(scores):
        facts = scores[name].as_dict()
        cells = (f"{facts[key]} ({facts[key + '_interval'][0]}–{facts[key + '_interval'][1]})" for key in _INJECTIONS)
        table.add_row(name, str(facts["questions"]), *cells)
    _console().print(table)


_INJECTIONS = ("repeated", "answered")
# Kinds of labels whose marks have another name.
_MARK_OF = {
    "name_zh": "name", "name_en": "name", "address_zh": "address", "address_en": "address",
    "birth_date": "birth", "person_no": "number",
}  # fmt: skip


_NOT_KINDS = ("all", "zh", "zh-Hant", "yue", "en", "mixed")


def print_masking(scores: dict[str, MaskingScore]) -> None:
    """Print one line per kind of personal data and language of the text, with recall and precision of each part."""
    table = Table(
        title=", ".join(f"{name}: {score.texts} texts" for name, score in scores.items()), title_justify="left"
    )
    table.add_column("")
    for name in scores:
        for head in ("pieces", "recall", "precision"):
            table.add_column(f"{name} {head}", justify="right")
    groups = dict.fromkeys(group for score in scores.values() for group in score.labelled)
    for group in sorted(groups, key=lambda one: (one in _NOT_KINDS, one == "all", one)):
        cells = []
        for score in scores.values():
            mark = _MARK_OF.get(group, group)
            shares = ((score.found[group], score.labelled[group]), (score.right[mark], score.masked[mark]))
            cells += [str(score.labelled[group]), *(f"{part / whole:.3f}" if whole else "–" for part, whole in shares)]
        table.add_row(group, *cells)
    _console().print(table)


def print_cards(score: CardScore) -> None:
    """Print emergencies with the right card and with any, by subject and language, then false alarms."""
    table = Table("", "messages", "right card", "95 %", "any card", title="emergencies", title_justify="left")
    for name, right in score.right.items():
        low, high = right.interval
        table.add_row(
            name, str(right.of), f"{right.rate:.3f}", f"{low:.2f} to {high:.2f}", f"{score.any_card[name].rate:.3f}"
        )
    _console().print(table)
    alarms = Table("", "messages", "with a card", "95 %", title="other messages: false alarms", title_justify="left")
    for name, share in [*score.false_alarms.items(), ("on procedure (neither way)", score.procedures)]:
        low, high = share.interval
        alarms.add_row(name, str(share.of), f"{share.rate:.3f}", f"{low:.2f} to {high:.2f}")
    _console().print(alarms)
