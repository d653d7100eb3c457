"""The API's own page: every operation with a form to try it. Nothing on it comes from elsewhere."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter
from starlette.responses import Response

router = APIRouter(prefix="/docs", include_in_schema=False)
_CACHE = {"Cache-Control": "no-cache"}


def _file(name: str, media_type: str) -> Response:
    content = resources.files("likeness.server").joinpath("static", name).read_bytes()
    return Response(content, media_type=media_type, headers=_CACHE)


@router.get("")
async def page() -> Response:
    """The page."""
    return _file("docs.html", "text/html; charset=utf-8")


@router.get("/docs.js")
async def script() -> Response:
    """Its script."""
    return _file("docs.js", "text/javascript; charset=utf-8")


@router.get("/docs.css")
async def style() -> Response:
    """Its style."""
    return _file("docs.css", "text/css; charset=utf-8")
