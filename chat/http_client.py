"""An HTTP client whose requests can be cancelled at any moment without leaving anything open.

A request that is cancelled when its connection stands and nothing has been sent leaves that connection to httpcore's
pool as neither idle nor closed: nobody closes its socket, and after a hundred (the pool's limit) no request gets one.
So a cancelled request goes on, unheard, until it is about to be sent, and is cancelled then.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import httpx


class CancellableClient(httpx.AsyncClient):
    """The client of one event loop; connecting is the longest that a request outlives who made it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._ending: set[asyncio.Task[None]] = set()

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        begun = asyncio.Event()

        async def follow(event: str, _: object) -> None:
            if event.endswith(".send_request_headers.started"):
                begun.set()

        request.extensions = {**request.extensions, "trace": follow}
        sent = asyncio.create_task(super().send(request, **options))
        try:
            return await asyncio.shield(sent)
        except asyncio.CancelledError:
            ending = asyncio.create_task(_end(sent, begun))
            self._ending.add(ending)  # the loop itself keeps no hold of a task
            ending.add_done_callback(self._ending.discard)
            raise


async def _end(sent: asyncio.Task[httpx.Response], begun: asyncio.Event) -> None:
    """Cancels a request once that is safe, or closes its response where it has come."""
    beginning = asyncio.create_task(begun.wait())
    await asyncio.wait({sent, beginning}, return_when=asyncio.FIRST_COMPLETED)
    beginning.cancel()
    sent.cancel()
    with suppress(asyncio.CancelledError, httpx.HTTPError):
        await (await sent).aclose()
