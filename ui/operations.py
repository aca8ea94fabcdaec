"""What whoever runs the server needs of it: whether it lives and is ready, its log, its figures, a graceful stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from chat import metrics
from chat.journal import event, start_log
from chat.settings import Settings, read_settings
from chat.unforeseen import unexpected, watch_threads
from ingest.document import Refusal
from ui.documents import open_assistant_quietly, open_desk, warm_up
from ui.sign_in import secrets

if TYPE_CHECKING:
    from chat.health import Readiness


def known_settings() -> Settings | None:
    """None for settings that are wrong: the page says how, and shows nothing else."""
    try:
        return read_settings()
    except Refusal:
        return None


def log_in_lines(settings: Settings) -> None:
    """Every line of the process is ours, Streamlit's too, which gives each of its loggers a handler of its own, and
    what Python says of a thread that an error ends."""
    import streamlit.logger

    watch_threads()

    handler = start_log(settings, secrets())

    def ours(logger: logging.Logger) -> None:
        logger.handlers[:] = [handler]

    streamlit.logger.setup_formatter = ours


async def healthz(_request: Request) -> JSONResponse:
    """Whether the process lives."""
    return JSONResponse({"status": "ok"})


async def readyz(_request: Request) -> JSONResponse:
    """Whether it can answer, and what is in the way: 200 or 503."""
    settings = known_settings()
    if settings is None:
        return JSONResponse({"ready": False, "checks": {"settings": "wrong"}}, 503)
    health = await run_in_threadpool(_readiness(settings).look)
    return JSONResponse({"ready": health.ready, "checks": dict(health.checks)}, 200 if health.ready else 503)


@st.cache_resource(show_spinner=False)
def _readiness(_settings: Settings) -> Readiness:
    from chat.health import Readiness

    return Readiness(_settings, open_assistant_quietly)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Loads the index beside the server, which answers meanwhile; at the end lets answers be finished and saved."""
    settings = known_settings()
    if settings:
        log_in_lines(settings)
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    with metrics.served(settings.metrics_port if settings else 0):
        event("started")
        yield
        await run_in_threadpool(_finish)
    event("stopped")


def _finish() -> None:
    try:
        open_desk().close()
    except Refusal:  # its database cannot be opened, so no answer is being written
        return
    except Exception as error:  # noqa: BLE001 - the door: the server would log its message
        unexpected(error)
