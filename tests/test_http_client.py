"""A request cancelled at any step after its connection stands leaves no connection open, neither here nor there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from chat.http_client import CancellableClient
from tests.scripted_model import HEAD, ScriptedModel, says

STEPS = 16
"""Of the loop, from the connection to the request's last byte and on."""


async def cancelled_after(client: httpx.AsyncClient, url: str, steps: int) -> None:
    loop = asyncio.get_running_loop()
    connect = loop.create_connection

    def soon(steps: int, then: Callable[[], object]) -> None:
        loop.call_soon(then) if steps == 0 else loop.call_soon(soon, steps - 1, then)

    async def connected(*arguments: Any, **options: Any) -> Any:
        found = await connect(*arguments, **options)
        soon(steps, asked.cancel)
        return found

    loop.create_connection = connected  # type: ignore[method-assign]
    asked = asyncio.create_task(client.send(client.build_request("POST", url, json={}), stream=True))
    with suppress(asyncio.CancelledError):
        await (await asked).aclose()
    loop.create_connection = connect  # type: ignore[method-assign]


@pytest.mark.case("L1")
def test_a_request_cancelled_at_any_step_leaves_nothing_open() -> None:
    async def cancel_all(server: ScriptedModel) -> int:
        """How many connections stay, though a second is given to them."""
        async with CancellableClient() as client:
            for steps in range(STEPS):
                await cancelled_after(client, server.url, steps)
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    while server.connected:
                        await asyncio.sleep(0.005)
            return server.connected

    with ScriptedModel() as server:
        server.plays([HEAD, "hang"])
        assert asyncio.run(cancel_all(server)) == 0


def test_a_request_that_is_left_alone_is_answered() -> None:
    async def ask(url: str) -> str:
        async with CancellableClient() as client:
            return (await client.post(url, json={})).text

    with ScriptedModel() as server:
        server.plays(says("Yes."))
        assert "Yes." in asyncio.run(ask(server.url))
