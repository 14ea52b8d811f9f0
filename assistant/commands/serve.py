"""``kb serve``: the service for browsers and programs."""

from __future__ import annotations

import secrets

import click

from kb.cli import Context, pass_context

__all__ = ["serve"]


@click.command(short_help="Start the service: pages for the browser, an API for programs.")
@click.option("--host", help="Address to listen on (default: KB_HOST, 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on (default: KB_PORT, 8300).")
@pass_context
def serve(context: Context, host: str | None, port: int | None) -> None:
    """Serve the pages and the API from this computer; Ctrl-C ends it.

    The first visit shows a set-up page that makes the first account. To let colleagues in, listen on the office
    network: kb serve --host 0.0.0.0
    """
    import uvicorn

    from assistant.api.app import create
    from assistant.api.observability import logging_setup
    from assistant.messages import interface
    from assistant.service.lan_address import lan_addresses
    from kb.people import accounts

    settings = context.settings
    host, port = host or settings.host, port or settings.port
    # Links for other people depend on where the service really listens.
    settings = settings.model_copy(update={"host": host, "port": port})
    every_network = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    shown = "localhost" if every_network or host == "127.0.0.1" else host
    app = create(settings)
    click.echo(interface("serving", settings.locale, url=settings.public_url or f"http://{shown}:{port}"))
    if every_network and not settings.public_url and (others := lan_addresses()):
        addresses = " ".join(f"http://{one}:{port}" for one in others)
        click.echo(interface("serving_network", settings.locale, addresses=addresses))
    if accounts.count(settings) == 0:
        # Only a person who sees this screen may create the first account, nobody else on the network.
        app.state.setup_token = secrets.token_urlsafe(9)
        click.echo(interface("first_start", settings.locale, code=app.state.setup_token))
    logging_setup.configure()
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,  # longer than people take to read, and than proxies keep a connection
        timeout_graceful_shutdown=5,
    )
