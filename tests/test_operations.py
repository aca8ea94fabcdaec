"""What whoever runs it sees: readiness that tells the truth, a log of JSON lines without secrets, figures, the end."""

from __future__ import annotations

import gc
import json
import logging
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from streamlit import config

from chat import health, metrics
from chat.assistant import Assistant
from chat.breaker import FAILURES
from chat.desk import PATIENCE, Desk
from chat.health import Health, Readiness, disk
from chat.history import History
from chat.journal import LONGEST, OneLine, event, start_log
from chat.model import ChatModel
from chat.settings import Settings
from ingest.document import Refusal
from tests.bigrams import NAME, Bigrams
from tests.browser.served import ROOT, copy_home, free_port, serve
from tests.odd_names import NAMES
from tests.pdf import pdf_file
from tests.test_desk import SOON, Pen, explain
from ui import documents
from vectorstore.catalogue import Catalogue
from vectorstore.librarian import Librarian
from vectorstore.uploads import Upload

# What all readers would wait for


def test_a_run_of_a_page_ends_without_a_collection_of_garbage() -> None:
    assert config.get_option("runner.postScriptGC") is False


def test_what_the_first_reader_needs_is_loaded_without_one_and_garbage_is_collected_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    monkeypatch.setattr(documents, "open_desk", lambda: seen.append(gc.isenabled()))
    monkeypatch.setattr(documents, "_assistant", lambda: seen.append(gc.isenabled()))
    documents.warm_up()
    assert seen == [False, False]
    assert gc.isenabled()


# Readiness


@pytest.mark.parametrize(
    ("states", "ready"),
    [(("ok", "none configured", "ok"), True), (("ok", "failing", "ok"), False), (("no-index", "ok", "ok"), False)],
)
def test_ready_means_that_nothing_is_in_the_way(states: tuple[str, ...], ready: bool) -> None:
    assert Health(dict(zip(("index", "model", "disk"), states, strict=True))).ready is ready


def test_a_folder_that_cannot_be_written_or_is_full_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert disk(tmp_path) == "ok"
    assert list(tmp_path.iterdir()) == []
    assert disk(tmp_path / "gone") == "not writable"
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=health.LEAST_FREE - 1))
    assert disk(tmp_path) == "full"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refusal("no-index"), "no-index"),
        (Refusal("build-damaged", build="b"), "build-damaged"),
        (ValueError("secret"), "ValueError"),
    ],
)
def test_an_index_that_does_not_open_is_not_ready(tmp_path: Path, error: Exception, state: str) -> None:
    def broken() -> Any:
        raise error

    found = Readiness(Settings(home=tmp_path), broken).look()
    assert (found.ready, found.checks["index"]) == (False, state)


@pytest.fixture
def model_server() -> Iterator[Callable[[int], str]]:
    """Loopback servers that answer everything with one status."""
    running = []

    def start(status: int) -> str:
        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "state"), [(200, "ok"), (401, "ok"), (404, "ok"), (500, "failing"), (503, "failing")]
)
def test_a_model_is_there_if_its_server_answers(model_server: Callable[[int], str], status: int, state: str) -> None:
    assert health.model(SimpleNamespace(name="x"), model_server(status)) == state  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/v1", "file:///etc/passwd", "http://"])
def test_a_model_that_does_not_answer_is_unreachable(url: str) -> None:
    assert health.model(SimpleNamespace(name="x"), url.format(port=free_port())) == "unreachable"  # type: ignore[arg-type]


def test_a_model_that_keeps_failing_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    model = ChatModel(Settings(chat_model="openai:x"))
    assert health.model(model, "") == "ok"
    for _ in range(FAILURES):
        model.breaker.failed()
    assert health.model(model, "") == "failing"
    assert health.model(None, "") == "none configured"


def test_the_server_tells_the_truth_of_itself(bundled_home: Path, tmp_path: Path) -> None:
    copy_home(bundled_home, tmp_path / "home")
    port = free_port()
    settings = {"metrics_port": str(port), "chat_model": "openai:x", "chat_api_key": "key-canary-1"}
    closed = f"http://127.0.0.1:{free_port()}/v1"
    with serve(tmp_path / "home", tmp_path / "log", chat_base_url=closed, **settings) as served:
        answer = httpx.get(served.url + "/readyz", timeout=60)
        assert (answer.status_code, answer.json()["checks"]) == (
            503,
            {"index": "ok", "model": "unreachable", "disk": "ok"},
        )
        assert httpx.get(served.url + "/healthz").json() == {"status": "ok"}
        figures = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        names = {family.name for family in text_string_to_metric_families(figures)}
        assert {"footnote_answers", "footnote_answer_seconds", "footnote_tokens", "footnote_files"} <= names
    lines = [line for line in (tmp_path / "log").read_text("utf-8").splitlines() if line.startswith("{")]
    rows = [json.loads(line) for line in lines]
    assert [row["event"] for row in rows if "event" in row] == ["started", "stopped"]
    assert "key-canary-1" not in "\n".join(lines)


def test_a_server_without_an_index_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with serve(tmp_path / "home", tmp_path / "log", corpus=str(tmp_path / "corpus")) as served:
        answer = httpx.get(served.url + "/readyz", timeout=60)
    assert (answer.status_code, answer.json()["checks"]["index"]) == (503, "no-index")


# The log


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The rows of the log, which takes the place of what logging was set up as."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.split("\n")[:-1]]
    root.handlers[:], root.level = before
    logging.captureWarnings(False)


SECRETS = {"FOOTNOTE_CHAT_API_KEY": "own-key-canary", "OPENAI_API_KEY": "provider-key-canary"}


@pytest.mark.case("P1")
@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_no_key_stands_in_the_log_at_any_level(
    log: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    start_log(Settings(log_level=level), ["cookie-secret-canary"])
    for name in ("chat.model", "httpx", "openai._base_client", "streamlit.auth", "root"):
        for write in (logging.getLogger(name).debug, logging.getLogger(name).error):
            write("sent %s", {"Authorization": "Bearer own-key-canary provider-key-canary cookie-secret-canary"})
    rows = log()
    assert rows
    assert "canary" not in json.dumps(rows)


@pytest.mark.case("I5")
def test_a_name_that_another_library_logs_is_one_line(
    log: Callable[[], list[dict[str, Any]]], record_property: Callable[[str, object], None]
) -> None:
    start_log(Settings())
    for name in NAMES:
        logging.getLogger("uvicorn").error("%s\n%s\r", name, name)
    assert [row["message"] for row in log()] == [f"{name}\n{name}\r"[:LONGEST] for name in NAMES]
    record_property("tried", len(NAMES))


@pytest.mark.case("P1")
def test_what_an_exception_says_stays_out_of_the_log(log: Callable[[], list[dict[str, Any]]]) -> None:
    start_log(Settings())
    try:
        raise ValueError("question-canary at /secret/document-canary.pdf")
    except ValueError:
        logging.getLogger("langchain").exception("failed")
    (row,) = log()
    assert row["error"] == "ValueError"
    assert "test_operations.py" in row["trace"][-1]
    assert "canary" not in json.dumps(row)


@pytest.mark.case("P1")
@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_no_file_name_and_no_word_of_a_document_stands_in_the_log_of_its_reading(
    log: Callable[[], list[dict[str, Any]]], tmp_path: Path, level: str
) -> None:
    """From upload to answer and removal: good, broken and lossy files, under names of their own."""
    start_log(Settings(log_level=level))
    good = b"# Title-canary\n\n## 1. Ships\n\nFreight-canary fell by 60%.\n"
    uploads = [
        Upload("name-canary.md", good),
        Upload("broken-canary.pdf", b"%PDF-1.7 words-canary"),
        Upload("empty-canary.txt", b" "),
        Upload("pages-canary.pdf", pdf_file(["page-canary of freight", ""])),
    ]
    with closing(Catalogue.at(tmp_path)) as catalogue:
        librarian = Librarian(tmp_path, catalogue, NAME, Bigrams())
        staged = [one for one in librarian.stage(uploads) if one.edition]
        places = librarian.publish([(one, librarian.description(one)) for one in staged])
        assert len(places) == 2
        with closing(Assistant(Settings(home=tmp_path, embedding=NAME), Bigrams())) as assistant:
            assert assistant.ask("How far did freight-canary fall?").citations
        librarian.remove(places[0][0])
    logging.getLogger("vectorstore").error("the log is written")
    rows = log()
    assert rows
    assert [row for row in rows if "canary" in json.dumps(row)] == []


@pytest.mark.case("P1")
def test_a_crash_leaves_no_dump() -> None:
    """Neither of who reads files nor, as the unit starts it, of the app: a dump holds questions and keys."""
    dies = (
        "import os, resource, sys; import ingest.child as child; child._limit(2**30, 30.0);"
        "print(resource.getrlimit(resource.RLIMIT_CORE)); sys.stdout.flush(); os.abort()"
    )
    done = subprocess.run([sys.executable, "-c", dies], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout.strip(), done.returncode) == ("(0, 0)", -signal.SIGABRT)
    assert "LimitCORE=0" in (ROOT / "deploy/footnote@.service").read_text(encoding="utf-8")


def test_an_event_is_one_line_of_facts(log: Callable[[], list[dict[str, Any]]]) -> None:
    start_log(Settings())
    event("answer", outcome="answered", seconds=0.1, note="two\nlines")
    (row,) = log()
    assert (row["event"], row["outcome"], row["note"], row["level"]) == ("answer", "answered", "two\nlines", "info")
    assert row["time"].endswith("+00:00")


def test_a_short_secret_does_not_blank_the_log() -> None:
    record = logging.LogRecord("chat", logging.INFO, "f", 1, "none of it", (), None)
    assert "none of it" in OneLine(["none", ""]).format(record)


# The figures and the end


def count(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.case("P1")
def test_an_answer_is_counted_once_and_logged_without_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    history = History.at(tmp_path)
    turn = history.ask("ann", history.begin("ann", "question-canary").id, "question-canary").id
    pen, desk = Pen(), Desk(history, explain)
    before = count("footnote_answers_total", kind="answer", outcome="answered", writer="quotes")
    with caplog.at_level(logging.INFO, logger="chat"):
        desk.begin("ann", turn, pen)
        pen.go.release(3)
        assert desk.wait("ann", turn, SOON)
        desk.close()
    assert count("footnote_answers_total", kind="answer", outcome="answered", writer="quotes") == before + 1
    (record,) = [record for record in caplog.records if record.name == "chat.events"]
    assert record.facts["outcome"] == "answered"  # type: ignore[attr-defined]
    assert "canary" not in caplog.text + str(record.__dict__)
    history.close()


@pytest.mark.parametrize(("goes_on", "state", "said"), [(True, "whole", 2), (False, "stopped", 1)])
def test_stopping_lets_an_answer_be_finished_or_saves_what_there_is(
    tmp_path: Path, goes_on: bool, state: str, said: int
) -> None:
    history = History.at(tmp_path)
    turn = history.ask("ann", history.begin("ann", "Q").id, "Q").id
    pen, desk = Pen(), Desk(history, explain)
    desk.begin("ann", turn, pen)
    closing = threading.Thread(target=desk.close, args=(SOON if goes_on else 0.5,))
    closing.start()
    while not desk._jobs[turn].kept:
        pass
    desk._jobs[turn].seen -= 2 * PATIENCE  # no page looks any more: the server has let them go
    pen.go.release(3 if goes_on else 1)
    closing.join(SOON)
    found = history.exchange("ann", turn)
    assert found.state == state
    assert found.answer is not None
    assert len(found.answer.statements) == said
    pen.go.release(3)
    assert pen.closed.wait(SOON)
    history.close()
