"""``/metrics``: metrics for Prometheus.

The metrics show how much each organisation uses the service, so they are not public. A client must run on this
computer, or, if ``KB_METRICS_TOKEN`` is set, send this token (``Authorization: Bearer …``).
"""

from __future__ import annotations

import ipaddress
import secrets
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.datastructures import Headers

from assistant.api.http.addresses import PROXY_HEADERS
from assistant.service.metrics import Metrics
from kb.core.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["operations"])
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}}},
        403: {"content": {"text/plain": {}}, "description": "Not from this computer, or a wrong token."},
    },
)
def read_metrics(request: Request) -> Response:
    """Only for clients on this computer. If ``KB_METRICS_TOKEN`` is set, only for clients with this bearer token."""
    service = request.app.state.service
    if not may_read(service.settings, request.client.host if request.client else "", request.headers):
        return PlainTextResponse("Only from this computer, or with KB_METRICS_TOKEN.\n", status_code=403)
    metrics: Metrics = service.metrics
    return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)


def may_read(settings: Settings, peer: str, headers: Headers) -> bool:
    """Return whether a request may read the metrics.

    A proxy on this computer forwards requests of anybody, and they seem to come from this computer. The proxy's headers
    or another Host reveal it. If it sends neither, KB_PUBLIC_URL shows that there may be a proxy.

    Args:
        peer: the client's IP address.
    """
    token = settings.metrics_token.get_secret_value()
    scheme, _, sent_token = headers.get("authorization", "").partition(" ")
    if token:
        return scheme.casefold() == "bearer" and secrets.compare_digest(sent_token.strip().encode(), token.encode())
    if settings.public_url or any(name in headers for name in PROXY_HEADERS):
        return False
    return _is_loopback(peer) and urlsplit(f"//{headers.get('host', '')}").hostname in _LOOPBACK_NAMES


def _is_loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
