"""``kb mcp``: the MCP tools over standard input and output, for an assistant on this computer."""

from __future__ import annotations

import logging
import sys

import click

from kb.cli import Context, pass_context

__all__ = ["mcp"]


@click.command(short_help="Let an assistant on this computer search and ask (MCP over stdin and stdout).")
@click.option("--tenant", required=True, help="The organisation whose documents it may read (see: kb tenant list).")
@click.option("--personal-data", is_flag=True, help="Let it see people's data, such as HKID numbers and salaries.")
@pass_context
def mcp(context: Context, tenant: str, personal_data: bool) -> None:
    """Serve MCP over standard input and output until the input ends. Whoever can start this can read the data folder,
    so it acts for the organisation's owner; people's data is hidden from it unless you say otherwise. In the settings
    of the assistant:

    \b
    {"mcpServers": {"sinzi": {"command": "kb", "args": ["mcp", "--tenant", "harmony"]}}}
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    from assistant.mcp.tools import build
    from assistant.service.callers import Caller, caller_on_this_computer
    from assistant.service.running_service import Service

    service = Service(context.settings)
    home = service.tenant(tenant)

    def owner(_context: object) -> Caller:
        # created for each call, because collections may be added and deleted
        return caller_on_this_computer(service, home, "kb mcp", personal_data=personal_data)

    build(service, owner).run("stdio")
