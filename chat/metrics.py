"""Figures for whoever runs this, in Prometheus's format, on a port of their own on this machine; of nobody's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

ANSWERS = Counter(
    "footnote_answers",
    "Answers, talking points and checks that ended, by what became of them and who wrote them.",
    ("kind", "outcome", "writer"),
    registry=REGISTRY,
)
SECONDS = Histogram(
    "footnote_answer_seconds",
    "From question to end of the answer.",
    ("kind", "writer"),
    buckets=(0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10, 20),
    registry=REGISTRY,
)
TOKENS = Counter("footnote_tokens", "Tokens that the model read and wrote.", ("direction",), registry=REGISTRY)
MODEL_FAILURES = Counter("footnote_model_failures", "Replies that failed, by how.", ("kind",), registry=REGISTRY)
FILES = Counter("footnote_files", "Uploaded files, by how they ended.", ("state",), registry=REGISTRY)
ERRORS = Counter("footnote_errors", "Errors that nobody foresaw; the log has each by its id.", registry=REGISTRY)
WRITING = Gauge("footnote_answers_being_written", "Answers that are being written now.", registry=REGISTRY)


def ended(kind: str, outcome: str, writer: str, seconds: float) -> None:
    """Counts one answer, order of points or check."""
    ANSWERS.labels(kind, outcome, writer).inc()
    SECONDS.labels(kind, writer).observe(seconds)


@contextmanager
def served(port: int) -> Iterator[None]:
    """Serves the figures at 127.0.0.1:`port` meanwhile; 0: nowhere. Raises OSError where the port is taken."""
    if not port:
        yield
        return
    from prometheus_client import start_http_server

    server, thread = start_http_server(port, "127.0.0.1", REGISTRY)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
