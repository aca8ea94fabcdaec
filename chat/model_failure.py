"""What can go wrong with a language model, whoever provides it, and vendors' exceptions translated to it.

Nothing of a vendor's message is kept: it may hold the key, or the prompt.
"""

from __future__ import annotations

from typing import Literal, get_args

FailureKind = Literal[
    "timeout",
    "unreachable",
    "busy",
    "key",
    "unknown",
    "refused",
    "overflow",
    "server",
    "broken",
    "cut",
    "length",
    "filtered",
    "empty",
    "unchecked",
    "paused",
    "spent",
]
"""timeout, unreachable; busy: too many requests; key: not accepted; unknown: no such model; refused: the request;
overflow: the prompt is too long for it; server: 5xx; broken: no answer of the protocol; cut: it ended without a reason;
length, filtered: it ended for that reason; empty: no words; unchecked: nothing that it wrote could be verified;
paused: it has failed often and is left alone; spent: the day's tokens."""

FAILURES: tuple[FailureKind, ...] = get_args(FailureKind)

RETRYABLE: frozenset[FailureKind] = frozenset({"timeout", "unreachable", "busy", "server"})
OF_THE_PROVIDER: frozenset[FailureKind] = RETRYABLE | {"key", "unknown", "broken", "cut"}
"""Kinds worth another try, and kinds that say the next question will fare no better."""

_BY_STATUS: dict[int, FailureKind] = {
    401: "key",
    403: "key",
    404: "unknown",
    408: "timeout",
    409: "busy",
    425: "busy",
    429: "busy",
}


class ModelFailure(Exception):
    """A model did not do its part; `retry_after` is how many seconds it asks to be left alone, if it does."""

    def __init__(self, kind: FailureKind, retry_after: float = 0.0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.retry_after = retry_after


def translated(error: Exception) -> ModelFailure:
    """The failure that an exception of LangChain, a vendor's package or the network stands for."""
    import httpx
    from langchain_core import exceptions as langchain

    if isinstance(error, ModelFailure):
        return error
    status = getattr(error, "status_code", None)
    if isinstance(error, langchain.ContextOverflowError):
        return ModelFailure("overflow")
    if isinstance(status, int):
        return ModelFailure(_of_status(status), _retry_after(error))
    by_class: tuple[tuple[type[Exception] | tuple[type[Exception], ...], FailureKind], ...] = (
        ((langchain.ModelAuthenticationError, langchain.ModelPermissionDeniedError), "key"),
        (langchain.ModelNotFoundError, "unknown"),
        (langchain.ModelInvalidRequestError, "refused"),
        (langchain.ModelRateLimitError, "busy"),
        (langchain.ModelAPIError, "server"),
        ((langchain.ModelTimeoutError, httpx.TimeoutException, TimeoutError), "timeout"),
        (httpx.RemoteProtocolError, "cut"),
        ((langchain.ModelConnectionError, httpx.TransportError, OSError), "unreachable"),
    )
    return ModelFailure(next((kind for classes, kind in by_class if isinstance(error, classes)), "broken"))


def _of_status(status: int) -> FailureKind:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return "server"
    return "refused" if status >= 400 else "broken"


def _retry_after(error: Exception) -> float:
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except ValueError:  # a date, or nonsense
        return 0.0
