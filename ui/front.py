"""What a browser loads before anything is said: the HTML of each page and Streamlit's files, sent in one piece each."""

from __future__ import annotations

import re
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

_STATIC = Path(get_static_dir())

_BASE = '<script>window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href }</script>'
"""Tells a page where its server is. Left to itself Streamlit first looks for one below the page, at
`/read/_stcore/health`: two requests that fail before the right one."""

_FIRST_SCREEN = ("BidiComponent", "Button", "ButtonGroup", "ChatInput", "Html", "TextInput")
"""Parts of Streamlit that every first screen consists of. A browser would learn of them, and of what they import, only
when the words for the screen arrive: thirty requests more, one after another, before the first word."""

_IMPORT = re.compile(r"""\b(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
_TO_PROGRAMS = re.compile(r'<!--(?:(?!-->).)*agent API(?:(?!-->).)*-->\s*|<link rel="service-desc"[^>]*>\s*', re.DOTALL)
_NO_SCRIPT = re.compile(r"(?<=<noscript>).*?(?=</noscript>)", re.DOTALL)

_NEEDED_FIRST = (
    '<p>Footnote needs JavaScript.</p><p lang="zh-Hant">本頁需要 JavaScript。</p>'
    '<p lang="zh-Hans">本页需要 JavaScript。</p>'
)

LARGEST = 2**20
"""Bytes of a file up to which it is read and sent at once; the few larger ones, of charts, are for no page of ours."""

_CONDITIONS = ("range", "if-none-match", "if-modified-since")
_LASTING = "public, immutable, max-age=31536000"


@cache
def start_page() -> str:
    """The HTML of the start page: Streamlit's own, with our name, and without its word to programs, which find the
    door closed here; it names what the first screen needs."""
    page = _TO_PROGRAMS.sub("", (_STATIC / "index.html").read_text(encoding="utf-8"))
    page = page.replace("<title>Streamlit</title>", "<title>Footnote</title>")
    page = _NO_SCRIPT.sub(_NEEDED_FIRST, page)
    links = "".join(f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in _needed(page))
    return page.replace("</head>", f"{links}</head>", 1)


@cache
def page_below() -> str:
    """The HTML of every page but the start page."""
    return start_page().replace("<head>", f"<head>{_BASE}", 1)


def _needed(page: str) -> list[str]:
    """The scripts of the first screen that the page does not name itself, with what they import."""
    scripts = _STATIC / "static" / "js"
    waiting = [path.name for part in _FIRST_SCREEN for path in sorted(scripts.glob(f"{part}.*.js"))]
    found: list[str] = []
    while waiting:
        name = waiting.pop(0)
        if name not in found and f"/{name}" not in page:
            found.append(name)
            waiting += _IMPORT.findall((scripts / name).read_text(encoding="utf-8"))
    return found


class StaticFiles:
    """Sends each of Streamlit's files as one piece.

    Streamlit sends them by pieces of 64 KiB that other threads read: a hundred files, each of which waits for a thread
    again and again, and while the index is loaded a wait is long.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        files = (path for path in (_STATIC / "static").rglob("*") if path.is_file())
        small = (path for path in files if path.stat().st_size <= LARGEST)
        self._files = {f"/{path.relative_to(_STATIC).as_posix()}": path for path in small}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self._files.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if path is None or any(name in Headers(scope=scope) for name in _CONDITIONS):
            await self._app(scope, receive, send)
            return
        kind = guess_type(path.name)[0] or "application/octet-stream"
        response = Response(path.read_bytes(), media_type=kind, headers={"Cache-Control": _LASTING})
        await response(scope, receive, send)
