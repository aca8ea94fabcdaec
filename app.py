"""The ASGI app: the pages, `/healthz`, `/readyz`, the gate, the security headers. Run it: `streamlit run app.py`."""

from __future__ import annotations

import base64
import hashlib
import re
import sys

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import net_util

from ingest.document import Refusal
from ui.callback import keep_clicks
from ui.downloads import say_why_there_is_no_file
from ui.errors import keep_messages_out_of_the_log, show_unexpected
from ui.front import StaticFiles, page_below, start_page
from ui.gate import Gate
from ui.operations import healthz, known_settings, lifespan, readyz
from ui.pages import NAMES
from ui.reader import open_access
from ui.sign_in import check_start


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


async def start_at(_request: Request) -> HTMLResponse:
    return HTMLResponse(start_page(), headers={"Cache-Control": "no-cache"})


async def below(_request: Request) -> HTMLResponse:
    return HTMLResponse(page_below(), headers={"Cache-Control": "no-cache"})


async def to_the_start(request: Request) -> RedirectResponse:
    """The first page by its name: its address is `/`, and Streamlit knows it at no other."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


def no_address_asked_elsewhere() -> None:
    """Streamlit asks another host for the machine's address, and waits, whenever a websocket's origin is strange."""
    net_util.get_external_ip = lambda: None


def start() -> None:
    """Ends the process with one sentence where the app may not be served as it is configured.

    Settings that are wrong are explained on the page, which shows nothing else then.
    """
    settings = known_settings()
    try:
        check_start(settings is not None and settings.sign_in == "required")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        raise SystemExit(2) from None


start()
keep_messages_out_of_the_log()
no_address_asked_elsewhere()
keep_clicks()
say_why_there_is_no_file()
app = st.App(
    "ui/main.py",
    lifespan=lifespan,
    routes=[
        Route("/", start_at),
        Route(f"/{NAMES[0]}", to_the_start),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *(Route(f"/{name}", below) for name in NAMES[1:]),
    ],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(Gate, edits=lambda claims: open_access().admit(claims).edits),
        Middleware(StaticFiles),
    ],
    on_script_error=show_unexpected,
)
