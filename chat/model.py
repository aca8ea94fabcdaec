"""Chat models by name, behind LangChain: the only place that makes one. A reply arrives in pieces, under deadlines.

A reply runs as a task of one event loop in a thread of its own, so that it can be ended at any moment: by its
deadline, whatever the server sends or does not send, and by the reader.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import random
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Protocol

from chat.breaker import Breaker
from chat.model_failure import OF_THE_PROVIDER, RETRYABLE, FailureKind, ModelFailure, translated
from chat.provider import make_chat_model, provider_of
from chat.settings import Settings
from ingest.passages import width

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

RETRIES = 2
WAITS = (0.3, 0.9)
"""Seconds before the first and the second try again, half of it by chance."""

MAX_CHARACTERS = 20_000
"""Of one reply; an answer has a few hundred. More is a model that does not stop."""

GRACE = 1.0
"""Seconds beyond its deadline after which a reply is given up even if its task has not ended."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens read and written by a model; estimated where it does not tell."""

    read: int = 0
    written: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.read + other.read, self.written + other.written)

    @property
    def total(self) -> int:
        return self.read + self.written


class Reply(Protocol):
    """A reply as it arrives: iterating gives its pieces and raises ModelFailure unless it ends as it should."""

    @property
    def tokens(self) -> Tokens: ...
    def __iter__(self) -> Iterator[str]: ...
    def close(self) -> None:
        """Ends it at once, and the provider's work on it."""


class LanguageModel(Protocol):
    """What writers need of a model."""

    @property
    def name(self) -> str: ...
    def reply(self, messages: Sequence[Message], seconds: float) -> Reply:
        """The reply to a prompt, within so many seconds."""


class ChatModel:
    """The chat model that the settings name, with retries, deadlines and a breaker. One for all users."""

    def __init__(self, settings: Settings) -> None:
        """Raises Refusal for a name without provider, a provider whose package is missing, a missing key."""
        self.name = settings.chat_model
        self.read_timeout = settings.chat_read_timeout
        self.breaker = Breaker(settings.chat_pause)
        provider_of(settings)
        self._settings = settings
        self._lock = threading.Lock()
        self._model: Any = None

    def reply(self, messages: Sequence[Message], seconds: float) -> Reply:
        return _Streamed(self, messages, seconds)

    def warm_up(self) -> None:
        """Loads the provider's package, which takes a second or two, before the first question needs it."""
        self.langchain_model()

    def langchain_model(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = make_chat_model(self._settings)
            return self._model


class _Streamed:
    """A reply of a ChatModel, read from a task of the loop's thread through a queue."""

    def __init__(self, model: ChatModel, messages: Sequence[Message], seconds: float) -> None:
        self._model = model
        self._messages = messages
        self._deadline = time.monotonic() + seconds
        self._pieces: queue.SimpleQueue[str | ModelFailure | None] = queue.SimpleQueue()
        self._counted: Tokens | None = None
        self._tries = 0
        self._characters = self._width = 0.0
        self._task = None if not model.breaker.allows() else asyncio.run_coroutine_threadsafe(self._run(), _loop())

    @property
    def tokens(self) -> Tokens:
        if self._counted is not None:
            return self._counted
        return Tokens(estimated_tokens(self._messages) * self._tries, round(self._width))

    def __iter__(self) -> Iterator[str]:
        if self._task is None:
            raise ModelFailure("paused")
        try:
            while (piece := self._next()) is not None:
                yield piece
            self._model.breaker.worked()
        except ModelFailure as failure:
            if failure.kind in OF_THE_PROVIDER:
                self._model.breaker.failed()
            logging.getLogger(__name__).warning("model %s: %s", self._model.name, failure.kind)
            raise
        finally:
            self.close()

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _next(self) -> str | None:
        try:
            piece = self._pieces.get(timeout=max(0.0, self._deadline + GRACE - time.monotonic()))
        except queue.Empty:
            raise ModelFailure("timeout") from None
        if isinstance(piece, ModelFailure):
            raise piece
        return piece

    # In the loop's thread

    async def _run(self) -> None:
        failure: ModelFailure | None = None
        try:
            async with asyncio.timeout(self._deadline - time.monotonic()):
                await self._try()
        except Exception as error:  # noqa: BLE001 - the boundary: whatever a vendor raises becomes a ModelFailure
            failure = translated(error)
        self._pieces.put(failure)

    async def _try(self) -> None:
        for wait in (*WAITS, None):
            self._tries += 1
            try:
                await self._once()
            except Exception as error:  # noqa: BLE001 - the same boundary
                failure = translated(error)
            else:
                return
            if self._characters and failure.kind == "unreachable":
                failure = ModelFailure("cut")
            if wait is None or self._characters or failure.kind not in RETRYABLE:
                break
            pause = max(failure.retry_after, wait * (0.5 + random.random() / 2))
            if time.monotonic() + pause >= self._deadline:
                break
            await asyncio.sleep(pause)
        raise failure

    async def _once(self) -> None:
        from langsmith.run_helpers import tracing_context

        loop = asyncio.get_running_loop()
        model = await loop.run_in_executor(None, self._model.langchain_model)
        with tracing_context(enabled=False):  # nothing goes anywhere but to the model
            chunks = model.astream([(message.role, message.content) for message in self._messages])
            try:
                await self._read(chunks)
            finally:
                await chunks.aclose()

    async def _read(self, chunks: AsyncIterator[AIMessageChunk]) -> None:
        finish = ""
        while True:
            try:
                async with asyncio.timeout(self._model.read_timeout):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                break
            except Exception:
                if finish:  # what ends a reply has come; only the count of tokens is missing
                    break
                raise
            self._count(chunk)
            if text := str(chunk.text):
                self._characters += len(text)
                self._width += width(text)
                if self._characters > MAX_CHARACTERS:
                    raise ModelFailure("length")
                self._pieces.put(text)
            finish = _finish_reason(chunk.response_metadata) or finish
        if (kind := _FINISHES.get(finish.lower(), "cut")) != "stop":
            raise ModelFailure(kind)

    def _count(self, chunk: AIMessageChunk) -> None:
        if usage := chunk.usage_metadata:
            counted = Tokens(usage["input_tokens"], usage["output_tokens"])
            self._counted = counted if self._counted is None else self._counted + counted


_FINISHES: dict[str, FailureKind | Literal["stop"]] = {
    **dict.fromkeys(("stop", "end_turn", "stop_sequence", "eos", "complete", "completed"), "stop"),
    **dict.fromkeys(("length", "max_tokens", "model_length", "max_output_tokens", "incomplete"), "length"),
    **dict.fromkeys(
        ("content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content"), "filtered"
    ),
}
"""The reasons that providers give for ending; any other, or none, means that the reply is not whole."""


def _finish_reason(metadata: dict[str, Any]) -> str:
    """Why a reply ended, as OpenAI, Anthropic, Ollama or Bedrock call it; empty where a chunk does not say."""
    found = (metadata.get(key) for key in ("finish_reason", "stop_reason", "done_reason", "stopReason", "status"))
    return next((value for value in found if isinstance(value, str) and value), "")


def estimated_tokens(messages: Sequence[Message]) -> int:
    """About how many tokens a prompt has: one for a Chinese character, 0.3 for a Latin letter."""
    return round(sum(width(message.content) for message in messages))


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The one event loop of all replies: providers' clients belong to the loop that first used them."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop
