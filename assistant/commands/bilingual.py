"""``kb pairs``: list, set and reject bilingual document pairs. ``kb twins`` is its former name."""

from __future__ import annotations

import copy
from typing import Any

import click

from assistant.bilingual_view.document_pairs import BilingualPair
from assistant.commands import open_tenant, tenant_option
from assistant.messages import interface
from kb.cli import Context, pass_context
from kb.core.errors import NotFound
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people.access import Reach
from kb.store import writer_lock

__all__ = ["pairs", "twins"]

_COMMAND_LINE = Actor("cli", "kb pairs")
_Names = tuple[str, str] | None


@click.command(short_help="Which documents are the Chinese and the English copy of one.")
@tenant_option
@click.option("--set", "named", nargs=2, metavar="CHINESE ENGLISH", help="Name two documents each other's copy.")
@click.option("--reject", nargs=2, metavar="A B", help="Say that two documents are not.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def pairs(context: Context, tenant: str, named: _Names, reject: _Names, as_json: bool) -> None:
    """List the pairs, and in how many places their figures may differ. Documents go by their file names.

    Pairs are found by themselves; documents that have not been looked at yet are looked at first.
    """
    from assistant.bilingual_view.document_pairs import all_pairs

    library = open_tenant(context, tenant).library
    slugs = frozenset(row.slug for row in library.collections())
    reach = Reach(slugs, slugs)
    # A list does not wait for the lock of a running service, because that service finds the pairs itself.
    if named or reject or not writer_lock.held_elsewhere(context.settings.data):
        with writer_lock.writing(context.settings.data, "kb pairs"):
            _change(library, reach, named, reject)
    for pair in all_pairs(library, reach):
        facts = _facts(library, pair)
        if as_json:
            context.json(facts)
        else:
            click.echo(_line(facts, context.settings.locale))


# For scripts written when the command had this name; not listed by `kb --help`.
twins = copy.copy(pairs)
twins.name, twins.hidden = "twins", True


def _change(library: Library, reach: Reach, named: _Names, reject: _Names) -> None:
    from assistant.bilingual_view.document_pairs import pair_of, set_pair, unpair
    from kb.search.bilingual import pair_finder

    pair_finder.find_pairs(library)
    if named:
        first, second = (library.document(name).id for name in named)
        set_pair(library, _COMMAND_LINE, first, second)
    if reject:
        first, second = (library.document(name).id for name in reject)
        pair = pair_of(library, reach, first)
        if pair is None or pair.counterpart(first).document.id != second:
            raise NotFound("twin_not_found", document=reject[0])
        unpair(library, _COMMAND_LINE, pair, first)


def _facts(library: Library, pair: BilingualPair) -> dict[str, Any]:
    from assistant.bilingual_view.side_by_side import side_by_side

    view = side_by_side(library, pair)
    return {
        "chinese": pair.chinese.document.name,
        "english": pair.english.document.name,
        "state": pair.state,
        "matched": view.is_matched,
        "rows": len(view.rows),
        "differing": view.differing,
        "alone": view.alone,
    }


def _line(facts: dict[str, Any], locale: str) -> str:
    counted = interface("pairs_counted", locale, **facts)
    return f"{facts['chinese']}  ⇄  {facts['english']}\n  {interface('pairs_' + facts['state'], locale)}{counted}"
