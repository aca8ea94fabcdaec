"""Whether answers can be given now: what a load balancer asks before it sends someone here."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, build_opener

from chat.assistant import Assistant
from chat.model import ChatModel, LanguageModel
from chat.settings import Settings
from chat.unforeseen import unexpected
from ingest.document import Refusal

LEAST_FREE = 200 * 2**20
"""Bytes: a build of the bundled works and one upload of the largest size take a third of it."""

KEPT = 2.0
"""Seconds for which an answer stands, so that asking often costs nothing."""

PATIENCE = 2.0
"""Seconds in which a model's server answers."""


@dataclass(frozen=True, slots=True)
class Health:
    """`checks`: by part, "ok" or what is wrong in a word."""

    checks: Mapping[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        return all(state in ("ok", "none configured") for state in self.checks.values())


class Readiness:
    """Looks at the index, the model and the disk, at most once in two seconds."""

    def __init__(self, settings: Settings, assistant: Callable[[], Assistant]) -> None:
        """`assistant` raises Refusal where there is none."""
        self._settings = settings
        self._assistant = assistant
        self._lock = threading.Lock()
        self._known: tuple[float, Health] | None = None

    def look(self) -> Health:
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > KEPT:
                health = Health({**self._index_and_model(), "disk": disk(self._settings.home)})
                self._known = time.monotonic(), health
            return self._known[1]

    def _index_and_model(self) -> dict[str, str]:
        try:
            assistant = self._assistant()
            assistant.search()
        except Refusal as refusal:
            return {"index": refusal.key}
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody can be answered
            kind = type(error).__name__
            if self._known is None or self._known[1].checks.get("index") != kind:  # once, however often is asked
                unexpected(error)
            return {"index": kind}
        return {"index": "ok", "model": model(assistant.model, self._settings.chat_base_url)}


def model(writer: LanguageModel | None, base_url: str) -> str:
    """Whether the model that the settings name can be asked: of its server where that is known, else as it went."""
    if writer is None:
        return "none configured"
    if isinstance(writer, ChatModel) and writer.breaker.resting:
        return "failing"
    return _server(base_url) if base_url else "ok"


def _server(base_url: str) -> str:
    """Any reply will do, a refusal too; nothing of a question or key is sent."""
    if urlsplit(base_url).scheme not in ("http", "https"):
        return "unreachable"
    try:
        with build_opener().open(Request(base_url.rstrip("/") + "/models"), timeout=PATIENCE):
            return "ok"
    except HTTPError as error:
        return "ok" if error.code < 500 else "failing"
    except (URLError, OSError, ValueError):
        return "unreachable"


def disk(home: Path) -> str:
    """Whether there is room and leave to write."""
    try:
        with tempfile.NamedTemporaryFile(dir=home, prefix=".ready-") as file:
            file.write(b"ready")
            file.flush()
        return "ok" if shutil.disk_usage(home).free >= LEAST_FREE else "full"
    except OSError:
        return "not writable"
