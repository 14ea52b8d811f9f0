"""``kb person``: accounts, for offices that have locked themselves out."""

from __future__ import annotations

import click

from kb.cli import Context, pass_context
from kb.core.errors import NotFound
from kb.core.settings import Settings
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import access, accounts, members, password_resets, personal_data_rights
from kb.people.access import Role
from kb.people.credentials import LEAST_PASSWORD
from kb.store import tenants
from kb.store.tables.platform_tables import UserRow

__all__ = ["person"]

_COMMAND_LINE = Actor("cli", "kb person")


@click.group(short_help="Create accounts and reset passwords.")
def person() -> None:
    """People sign in to the service with an account. Here whoever runs this computer can always let one in."""


@person.command(short_help="Create an account, or give one a role.")
@click.argument("email")
@click.option("--tenant", required=True, help="The organisation's short name.")
@click.option("--name", help="The person's name (default: the e-mail address).")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.OWNER.value, show_default=True)
@pass_context
def add(context: Context, email: str, tenant: str, name: str | None, role: str) -> None:
    """Make somebody a member of an organisation, or change a member's role. A new account is asked for a password.

    The last owner keeps the role. The API keys and invitations that a former owner made end.

    \b
    kb person add chan@harmony.example --tenant harmony
    """
    settings = context.settings
    home = tenants.get(settings, tenant)
    user = accounts.by_email(settings, accounts.normalise_email(email))
    if user is None:
        prompt = f"密碼 Password (≥ {LEAST_PASSWORD})"
        password = click.prompt(prompt, hide_input=True, confirmation_prompt=True)
        user = accounts.create(settings, email, name or email, password, settings.locale)
    members.add(settings, Library(home), user.id, Role(role), _COMMAND_LINE)
    click.echo(f"✓ {user.email}  {role}  {home.name}")


@person.command("list", short_help="List accounts.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def listing(context: Context, as_json: bool) -> None:
    """List the accounts of this installation with their organisations."""
    for user in accounts.listing(context.settings):
        roles = {one.tenant: one.role.value for one in accounts.memberships(context.settings, user.id)}
        if as_json:
            context.json({"email": user.email, "name": user.name, "roles": roles, "disabled": bool(user.disabled_at)})
        else:
            told = ", ".join(f"{slug} ({role})" for slug, role in roles.items()) + (" ×" if user.disabled_at else "")
            click.echo(f"{user.email:32} {user.name:20} {told}")


@person.command(short_help="Print a link for a new password.")
@click.argument("email")
@pass_context
def reset(context: Context, email: str) -> None:
    """Print a link with which a person chooses a new password. It works once, for a day."""
    settings = context.settings
    user = _known(settings, email)
    mine = accounts.memberships(settings, user.id)
    if not mine:
        raise NotFound("member_not_found")
    token, ends = password_resets.create(settings, user.id, mine[0].tenant, password_resets.COMMAND_LINE)
    base = settings.public_url.rstrip("/") or f"http://localhost:{settings.port}"
    click.echo(f"{base}/reset/{token}")
    click.echo(f"→ {user.email}, {ends:%Y-%m-%d %H:%M} UTC", err=True)


@person.command(short_help="Shut an account.")
@click.argument("email")
@pass_context
def disable(context: Context, email: str) -> None:
    """Shut an account: who uses it is signed out at once and cannot sign in.

    The API keys and the open invitations that it made end. The last owner of an organisation cannot be shut out.
    """
    user = _known(context.settings, email)
    members.disable(context.settings, user.id, _COMMAND_LINE)
    click.echo(f"✓ {user.email} ×")


@person.command(short_help="Open an account again.")
@click.argument("email")
@pass_context
def enable(context: Context, email: str) -> None:
    """Open a shut account again. Its sessions, API keys and invitations do not come back."""
    user = _known(context.settings, email)
    accounts.enable(context.settings, user.id)
    click.echo(f"✓ {user.email}")


@person.command("personal-data", short_help="Let a person see people's data in a collection.")
@click.argument("email")
@click.option("--tenant", required=True, help="The organisation's short name.")
@click.option("--collection", required=True, help="The collection in which the person may see it.")
@click.option("--revoke", is_flag=True, help="Take the right back.")
@pass_context
def personal_data(context: Context, email: str, tenant: str, collection: str, revoke: bool) -> None:
    """Let a member see HKID numbers, homes, salaries and other data of people in a collection. Owners always see it.

    \b
    kb person personal-data chan@harmony.example --tenant harmony --collection staff
    """
    user = _known(context.settings, email)
    members.get(context.settings, tenant, user.id)
    library = Library(tenants.get(context.settings, tenant))
    row = library.collection(collection)
    if revoke:
        personal_data_rights.revoke(library, row, user.id)
    else:
        personal_data_rights.give(library, row, user.id)
    action = "rights.no_personal_data" if revoke else "rights.personal_data"
    audit.record(library, _COMMAND_LINE, action, row.slug, to=access.subject_of(user.id), name=user.name)
    click.echo(f"✓ {user.email}  {row.name}{' ×' if revoke else ''}")


def _known(settings: Settings, email: str) -> UserRow:
    user = accounts.by_email(settings, email)
    if user is None:
        raise NotFound("user_not_found")
    return user
