"""What a browser needs to put Sinzi on a home screen, and to say in plain words that it cannot be reached."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from assistant import web
from assistant.web.pages import render, static_address, text

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_THEME, _BACKGROUND = "#0f6b63", "#f6f5f1"


@router.get("/manifest.webmanifest")
async def manifest(locale: Annotated[Literal["zh-HK", "en"], Query()] = "zh-HK") -> JSONResponse:
    """Return the web app manifest in one language. Browsers fetch it without cookies."""
    name = text("common.name", locale)
    sizes = [("icon.svg", "any", "any"), ("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any")]
    sizes.append(("icon-square-512.png", "512x512", "maskable"))
    content = {
        "id": "/",
        "name": name,
        "short_name": name,
        "description": text("common.about", locale),
        "lang": "zh-Hant-HK" if locale == "zh-HK" else "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": _THEME,
        "background_color": _BACKGROUND,
        "icons": [
            {
                "src": static_address(icon),
                "sizes": size,
                "type": f"image/{'svg+xml' if icon.endswith('svg') else 'png'}",
                "purpose": purpose,
            }
            for icon, size, purpose in sizes
        ],
    }
    return JSONResponse(content, media_type="application/manifest+json")


@router.get("/offline-worker.js")
async def offline_worker() -> Response:
    """Return the service worker. It must have an address at the top: it serves only addresses beneath its own."""
    script = files(web).joinpath("static", "offline-worker.js").read_text("utf-8")
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/offline", response_class=HTMLResponse)
async def offline(request: Request) -> HTMLResponse:
    """Return the page that the service worker keeps. It has both languages and nothing of anybody's."""
    return render(request, "offline.html")
