"""Static files with cache headers, and gzip for text.

A URL with a digest (``?v=``) may be cached for a year. A browser must revalidate any other URL.
"""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware, GZipResponder
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

__all__ = ["CompressedFiles", "VersionedFiles"]

_FOREVER = "public, max-age=31536000, immutable"
# HTML pages are not compressed: they contain the CSRF token, and the compressed length can reveal it (BREACH attack).
# Event streams are not compressed, because they must be sent at once. Original files are compressed already.
_COMPRESSED_TYPES = frozenset(
    {"application/json", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "text/plain"}
)


class VersionedFiles(StaticFiles):
    """Static files with ``Cache-Control``. The function ``static()`` of the templates makes the URLs."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        has_digest = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = _FOREVER if has_digest and response.status_code < 400 else "no-cache"
        return response


class CompressedFiles(GZipMiddleware):
    """Compresses text responses of at least 1024 bytes with gzip, and nothing else."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = dict(scope.get("headers", ())).get(b"accept-encoding", b"")
        if scope["type"] != "http" or b"gzip" not in accepted:
            await self.app(scope, receive, send)
        else:
            await _TextResponder(self.app, minimum_size=1024, compresslevel=6)(scope, receive, send)


class _TextResponder(GZipResponder):
    async def send_with_compression(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            content_type = dict(message.get("headers", ())).get(b"content-type", b"").decode("latin-1")
            media_type = content_type.partition(";")[0].strip().lower()
            self.exclude_content_types = () if media_type in _COMPRESSED_TYPES else (media_type,)
        await super().send_with_compression(message)
