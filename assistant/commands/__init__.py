"""Sub-commands of ``kb`` of this package, and what they share."""

from __future__ import annotations

from typing import Any

import click

from assistant.llm.egress_record import Egress
from assistant.messages import interface
from kb.cli import Context
from kb.language.detect import Language, detect
from kb.search.retriever import Retriever
from kb.store import tenants

__all__ = ["language_option", "language_to_use", "open_tenant", "print_egress", "tenant_option"]

tenant_option = click.option("--tenant", required=True, help="The organisation whose documents are used.")
language_option = click.option(
    "--language", type=click.Choice([one.value for one in Language]), help="Language of the text (default: as asked)."
)


def open_tenant(context: Context, tenant: str, personal_data: bool = False) -> Retriever:
    """Return the retriever of a tenant.

    Args:
        personal_data: whether its passages show people's data.

    Raises:
        NotFound: ``tenant_not_found``.
    """
    retriever = Retriever(context.settings, tenants.get(context.settings, tenant))
    if personal_data:
        return retriever.seeing([row.slug for row in retriever.library.collections()])
    return retriever


def language_to_use(context: Context, given: str | None, text: str = "") -> Language:
    """Return the language of the option, else that of ``text``, else that of the interface."""
    if given:
        return Language(given)
    if text:
        return detect(text)
    return Language.ENGLISH if context.settings.locale == "en" else Language.TRADITIONAL


def print_egress(context: Context, egress: Egress) -> None:
    """Print on stderr whether anything was sent to an external service; nothing if no model was used."""
    if egress.host:
        values: dict[str, Any] = {"host": egress.host, "model": egress.model, "count": sum(egress.masked.values())}
        key = "egress_left" if egress.sent_externally else "egress_inside"
        click.echo(interface(key, context.settings.locale, **values), err=True)
