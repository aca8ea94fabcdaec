"""The gate before all routes of the server: what strangers may ask for, and that nothing is open without sign-in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chat.access import Claims
from ingest.document import Refusal
from ui.sign_in import is_configured, is_loopback

_CLOSED = re.compile(r"/_stcore/(metrics|agent)(/|$)")
"""Streamlit's own figures, and its interface for programs: nobody needs them here. Ours have a port of their own."""

_UPLOADS = re.compile(r"/_stcore/upload_file(/|$)")
_FILES = re.compile(r"/media(/|$)")
"""Files on their way in and out. Streamlit gives them to whoever knows their address; here one is signed in too."""


class Gate:
    """Answers what is not for the caller itself, and passes on everything else.

    A path is looked for anywhere in the address, so that a prefix before it opens nothing.
    """

    def __init__(self, app: ASGIApp, edits: Callable[[Claims], bool]) -> None:
        """`edits`: whether the person of a sign-in is an editor. Raises Refusal for one who is not let in."""
        self._app = app
        self._edits = edits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and (status := self._refused(scope)):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await PlainTextResponse(_WORDS[status], status_code=status)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refused(self, scope: Scope) -> int:
        """The status to refuse with, or 0."""
        path = scope["path"]
        if _CLOSED.search(path):
            return 404
        if not is_configured():
            return 0 if _only_here(scope) else 403
        uploads = bool(_UPLOADS.search(path))
        if not uploads and not _FILES.search(path):
            return 0
        try:
            edits = self._edits(_claims(HTTPConnection(scope)))
        except Refusal:
            return 401
        return 403 if uploads and not edits else 0


_WORDS = {401: "Sign in first.", 403: "Not for you.", 404: "Not found."}


def _only_here(scope: Scope) -> bool:
    """Whether the connection came in at an address that only this machine reaches, or by a file of this machine."""
    server = scope.get("server")
    return server is None or server[1] is None or is_loopback(server[0])


def _claims(connection: HTTPConnection) -> Claims:
    """Who signed in, of the cookie that Streamlit signed; nothing where there is none, or it is another's work."""
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
    from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

    raw = _get_signed_cookie_with_chunks(connection.cookies, USER_COOKIE_NAME)
    found = json.loads(raw) if raw else {}
    return found if isinstance(found, dict) else {}
