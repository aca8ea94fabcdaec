"""A request cancelled at any step after its connection stands leaves no connection open, neither here nor there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx
import pytest

from chat.http_client import CancellableClient
from tests.scripted_model import HEAD, ScriptedModel, says

STEPS = 16
"""Of the loop, from the connection to the request's last byte and on."""


def in_a_loop_of_its_own(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs it in a thread: this one may have a loop that drives a browser."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


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
        assert in_a_loop_of_its_own(cancel_all(server)) == 0


def test_a_request_that_is_left_alone_is_answered() -> None:
    async def ask(url: str) -> str:
        async with CancellableClient() as client:
            return (await client.post(url, json={})).text

    with ScriptedModel() as server:
        server.plays(says("Yes."))
        assert "Yes." in in_a_loop_of_its_own(ask(server.url))
