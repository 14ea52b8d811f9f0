"""``kb contact``: whom answers name for further questions."""

from __future__ import annotations

from dataclasses import replace

import click

from kb.cli import Context, pass_context
from kb.library import audit, contacts
from kb.library.audit import Actor
from kb.library.contacts import SubjectContact
from kb.library.documents import Library
from kb.store import tenants

__all__ = ["contact"]

_HERE = Actor("cli", "kb contact")
_tenant_option = click.option("--tenant", required=True, help="The organisation's short name.")


@click.group(short_help="Whom to ask when the documents are silent.")
def contact() -> None:
    """Contacts of the organisation, of collections and of subjects. An answer names the nearest to the question.

    \b
    kb contact set "人事部，內線 101" --tenant harmony
    kb contact set "護士長，內線 205" --tenant harmony --collection care
    kb contact set "會計部，內線 103" --tenant harmony --subject 報銷 --words "零用現金; petty cash"
    kb contact set "當值主管 6123 4567" --tenant harmony --card missing_person
    """


@contact.command("list", short_help="List the contacts.")
@_tenant_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def listing(context: Context, tenant: str, as_json: bool) -> None:
    """List the organisation's contacts."""
    home = tenants.get(context.settings, tenant)
    library = Library(home)
    named = contacts.read(library)
    rows = [("organisation", home.name, home.contact)]
    rows += [("collection", row.slug, row.contact) for row in library.collections()]
    rows += [("subject", "; ".join((one.subject, *one.words)), one.contact) for one in named.subjects]
    rows += [("card", card, text) for card, text in named.cards.items()]
    for kind, of, text in rows:
        if as_json:
            context.json({"kind": kind, "of": of, "contact": text})
        else:
            click.echo(f"{kind:13} {of:30} {text or '–'}")


@contact.command("set", short_help="Name whom to ask.")
@click.argument("text", metavar="CONTACT")
@_tenant_option
@click.option("--collection", help="For questions near to documents of this collection.")
@click.option("--subject", help="For questions about this subject.")
@click.option("--words", default="", help="More words by which a question is about the subject; parted by ';'.")
@click.option("--card", help="For the emergency with this card, e.g. missing_person. Others are then not named.")
@pass_context
def set_contact(
    context: Context, text: str, tenant: str, collection: str | None, subject: str | None, words: str, card: str | None
) -> None:
    """Name whom to ask: "人事部，內線 101". An empty CONTACT names nobody. Without an option: the organisation."""
    if sum(one is not None for one in (collection, subject, card)) > 1:
        raise click.UsageError("--collection, --subject, --card: one of them at most")
    library = Library(tenants.get(context.settings, tenant))
    named = contacts.read(library)
    if collection is not None:
        contacts.set_of_collection(library, library.collection(collection), text)
    elif subject is not None:
        others = tuple(one for one in named.subjects if one.subject != subject)
        more = tuple(word.strip() for word in words.split(";") if word.strip())
        contacts.save(library, replace(named, subjects=(*others, SubjectContact(subject, more, text))))
    elif card is not None:
        contacts.save(library, replace(named, cards=named.cards | {card: text}))
    else:
        tenants.change(context.settings, tenant, contact=text)
    audit.record(library, _HERE, "contacts.change", collection or subject or card or "")
    click.echo(f"✓ {text}")
