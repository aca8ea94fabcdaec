"""The ASGI app: the pages, `/healthz` and the security headers. Run it with `streamlit run app.py`."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from ui.documents import warm_up
from ui.errors import keep_messages_out_of_the_log, show_unexpected
from ui.pages import NAMES

_BASE = '<script>window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href }</script>'
"""Tells a page where its server is. Left to itself Streamlit first looks for one below the page, at
`/read/_stcore/health`: two requests that fail before the right one."""


@cache
def page_below() -> str:
    """The HTML of every page but the start page."""
    start = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
    return start.replace("<head>", f"<head>{_BASE}", 1)


def content_security_policy() -> str:
    """What a page may load: its own files, inline styles, the modules of our components, nothing from elsewhere.

    The inline scripts of the pages are allowed by their hashes; components run from `blob:` modules.
    """
    page = page_below()
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    scripts = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class SecurityHeaders:
    """Sets the same headers on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def below(_request: Request) -> HTMLResponse:
    return HTMLResponse(page_below(), headers={"Cache-Control": "no-cache"})


async def healthz(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Loads the index beside the server, which answers meanwhile."""
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    yield


keep_messages_out_of_the_log()
app = st.App(
    "ui/main.py",
    lifespan=lifespan,
    routes=[Route("/healthz", healthz), *(Route(f"/{name}", below) for name in NAMES[1:])],
    middleware=[Middleware(SecurityHeaders)],
    on_script_error=show_unexpected,
)
