"""``kb model``: a tenant's choices about the language model."""

from __future__ import annotations

import click

from assistant.commands import open_tenant, tenant_option
from assistant.llm import endpoint, model_choices
from kb.cli import Context, pass_context

__all__ = ["model"]


@click.command(short_help="May a language model write answers, and from which collections?")
@tenant_option
@click.option("--on/--off", "switch", default=None, help="Whether a model may write this organisation's answers.")
@click.option("--allow", multiple=True, help="Collection whose text may leave the building; may be repeated.")
@click.option("--deny", multiple=True, help="Collection whose text may no longer leave; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON line.")
@pass_context
def model(
    context: Context, tenant: str, switch: bool | None, allow: tuple[str, ...], deny: tuple[str, ...], as_json: bool
) -> None:
    """Show or change what a tenant has chosen. Off, and no collection may leave, until someone says otherwise.

    The model itself is the installation's: KB_LLM_BASE_URL, KB_LLM_MODEL, KB_LLM_API_KEY (see: kb settings).
    """
    library, settings = open_tenant(context, tenant).library, context.settings
    before = model_choices.read(library)
    leaving = tuple(sorted({*before.collections, *allow} - set(deny)))
    after = model_choices.ModelChoices(before.enabled if switch is None else switch, leaving)
    if after != before:
        model_choices.save(library, after)
    facts = {
        "enabled": after.enabled,
        "collections": list(after.collections),
        "host": endpoint.host(settings) or None,
        "model": settings.llm_model or None,
        "inside": endpoint.is_internal(settings) if settings.llm_base_url else None,
    }
    if as_json:
        context.json(facts)
    else:
        for name, value in facts.items():
            click.echo(f"{name}: {value}")
