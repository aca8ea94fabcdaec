"""Errors that nobody foresaw: each gets a number, which whoever meets it is told and the log has, and no word of it."""

from __future__ import annotations

import logging
import secrets
import threading

from chat import metrics
from ingest.document import Refusal


def unexpected(error: BaseException) -> Refusal:
    """A refusal to show for an error nobody foresaw.

    The log gets where it happened, under the same id, and not the error's message, which may hold what was asked.
    """
    error_id = secrets.token_hex(4)
    metrics.ERRORS.inc()
    wordless = RuntimeError(type(error).__name__)
    logging.getLogger(__name__).error(
        "error %s",
        error_id,
        exc_info=(RuntimeError, wordless, error.__traceback__),
        extra={"facts": {"error_id": error_id, "kind": type(error).__name__}},
    )
    return Refusal("unexpected", error_id=error_id)


def watch_threads() -> None:
    """Logs what ends a thread as any other error; Python would print it past the log, with its message."""
    threading.excepthook = _thread_ended


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        unexpected(ended.exc_value)
