"""The log: one JSON object a line, of what happened and never of what was asked, found or sent.

Of an exception its type and where it happened are written, not its message, which may hold any of these; keys are
taken out of whatever else is written, at every level.
"""

from __future__ import annotations

import datetime
import json
import logging
import os
import sys
import traceback
from collections.abc import Iterable

from chat.settings import Settings

OURS = ("chat", "ui", "vectorstore", "ingest", "prompts", "app")
LONGEST = 500
"""Characters of a line of other libraries; their longer ones carry what they worked on."""

_KEY_NAMES = ("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD")


class OneLine(logging.Formatter):
    """A record as one JSON object."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        ours, message = record.name.partition(".")[0] in OURS, self._scrubbed(record.getMessage())
        row: dict[str, object] = {
            "time": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message if ours else message[:LONGEST],  # keys first: half a key is none that could be found
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            row["error"] = record.exc_info[0].__name__
            row["trace"] = [
                f"{frame.filename}:{frame.lineno} in {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2], limit=-20)
            ]
        return self._scrubbed(json.dumps(row, ensure_ascii=False, default=str))

    def _scrubbed(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "[removed]")
        return line


def event(name: str, **facts: object) -> None:
    """Writes that something happened: counts, kinds and times only."""
    logging.getLogger("chat.events").info(name, extra={"facts": {"event": name, **facts}})


def start_log(settings: Settings, secrets: Iterable[str] = ()) -> logging.Handler:
    """Sends every logger of this process to stderr, a line each. `secrets` never stand in it, nor do keys of the
    environment. Gives what writes them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine([*secrets, *_keys(settings)]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel("DEBUG" if settings.log_level == "debug" else "WARNING")
    for name in OURS:
        logging.getLogger(name).setLevel(settings.log_level.upper())
    for name in list(logging.Logger.manager.loggerDict):
        logger = logging.getLogger(name)
        if logger.handlers:  # Streamlit and uvicorn give theirs handlers of their own
            logger.handlers[:] = []
            logger.propagate = True
    logging.captureWarnings(True)
    return handler


def _keys(settings: Settings) -> list[str]:
    known = [settings.chat_api_key.get_secret_value()]
    return known + [value for name, value in os.environ.items() if name.upper().endswith(_KEY_NAMES)]
