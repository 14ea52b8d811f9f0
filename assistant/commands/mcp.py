"""``kb mcp``: the tools over standard input and output, for an assistant on this computer."""

from __future__ import annotations

import logging
import sys

import click

from kb.cli import Context, pass_context

__all__ = ["mcp"]


@click.command(short_help="Let an assistant on this computer search and ask (MCP over stdin and stdout).")
@click.option("--tenant", required=True, help="The organisation whose documents it may read (see: kb tenant list).")
@pass_context
def mcp(context: Context, tenant: str) -> None:
    """Serve MCP over standard input and output until the input ends. Whoever can start this can read the data folder,
    so it acts for the organisation's owner. In the settings of the assistant:

    \b
    {"mcpServers": {"sinzi": {"command": "kb", "args": ["mcp", "--tenant", "harmony"]}}}
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    from assistant.api.auth.callers import Caller
    from assistant.mcp.tools import build
    from assistant.service.running_service import Service
    from kb.library.audit import Actor
    from kb.people.access import ROLES, Role, reach

    service = Service(context.settings)
    home = service.tenant(tenant)

    def owner(_context: object) -> Caller:
        library = service.library(home)
        within = reach(library, Role.OWNER, 0)  # asked each time: collections come and go
        return Caller(
            service=service,
            tenant=home,
            library=library,
            abilities=ROLES[Role.OWNER],
            reach=within,
            actor=Actor("cli", "kb mcp"),
            user=None,
            role=Role.OWNER,
        )

    build(service, owner).run("stdio")
