"""Errors that nobody foresaw where no page is: threads, commands, batches, files to take away, readiness (O4)."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from chat.__main__ import main as chat
from chat.health import KEPT, Readiness
from chat.rows import AskRow, run_batch
from chat.settings import Settings
from chat.unforeseen import watch_threads
from ingest.__main__ import main as ingest
from ingest.document import Language
from tests.broken_places import ERRORS, PATH, SAID, SECRET, WORDS, broken_at, check_told
from ui import documents, operations
from ui.downloads import made, say_why_there_is_no_file
from vectorstore.build import cause_of

pytestmark = pytest.mark.case("O4")


def raises(error: Exception) -> Callable[..., Any]:
    def breaks(*_: object) -> None:
        raise error

    return breaks


@pytest.mark.parametrize(
    ("main", "arguments", "place", "number", "language"),
    [
        (chat, ["ask", "Why?", "--lang", "zh-Hant"], "chat.commands.ask:Assistant", 3, "zh-Hant"),
        (chat, ["check", "Freight fell.", "--lang", "zh-Hans"], "chat.commands.check:read_settings", 1, "zh-Hans"),
        (chat, ["feedback"], "chat.history:History.feedback_rows", 6, "en"),
        (ingest, ["--list"], "ingest.__main__:live_shelf", 11, "en"),
    ],
    ids=["ask", "check", "feedback", "ingest"],
)
def test_a_command_ends_with_the_number_of_an_error(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    main: Callable[[list[str]], int],
    arguments: list[str],
    place: str,
    number: int,
    language: Language,
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    error = ERRORS[number]()
    with broken_at(place, error):
        assert main(arguments) == 3
    said = capsys.readouterr()
    assert said.out == ""
    check_told(said.err, language, error, caplog.records)


def test_a_line_of_a_batch_has_the_number_and_the_others_their_answers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "in").write_text("".join(json.dumps({"id": n, "question": "?"}) + "\n" for n in range(13)), "utf-8")

    def work(row: AskRow) -> dict[str, Any]:
        if row.id == 12:
            return {"id": 12}
        raises(ERRORS[int(row.id)]())()
        return {}

    assert not run_batch(tmp_path / "in", tmp_path / "out", AskRow, work)
    *failed, whole = [json.loads(line) for line in (tmp_path / "out").read_text("utf-8").splitlines()]
    assert whole == {"id": 12}
    for row in failed:
        check_told(row["error"], "en", ERRORS[row["id"]](), caplog.records)


def test_a_thread_that_an_error_ends_leaves_its_number_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    watch_threads()
    for error in (ValueError(WORDS), SystemExit(WORDS)):
        thread = threading.Thread(target=raises(error))  # type: ignore[arg-type]
        thread.start()
        thread.join()
    (record,) = caplog.records
    assert record.facts["kind"] == "ValueError"  # type: ignore[attr-defined]
    assert SECRET not in caplog.text + str(capsys.readouterr())


def test_the_server_watches_its_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit.logger

    watched = []
    monkeypatch.setattr(operations, "watch_threads", lambda: watched.append(True))
    monkeypatch.setattr(operations, "start_log", lambda *_: logging.NullHandler())
    monkeypatch.setattr(streamlit.logger, "setup_formatter", streamlit.logger.setup_formatter)
    operations.log_in_lines(Settings())
    assert watched


@pytest.mark.parametrize("act", [documents.warm_up, operations._finish], ids=["start", "end"])
def test_what_goes_wrong_at_the_start_and_the_end_of_a_server_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, act: Callable[[], None]
) -> None:
    import_module("ui.ask")  # a page that is imported first while its parts are broken keeps them so
    for module in (documents, operations):
        monkeypatch.setattr(module, "open_desk", raises(ValueError(WORDS)))
    act()
    (record,) = [record for record in caplog.records if record.name == "chat.unforeseen"]
    assert record.facts["kind"] == "ValueError"  # type: ignore[attr-defined]
    assert SECRET not in caplog.text


def test_an_index_that_cannot_be_opened_is_logged_once_however_often_is_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ready = Readiness(Settings(home=tmp_path), raises(ValueError(WORDS)))
    now = [0.0]
    monkeypatch.setattr("chat.health.time", SimpleNamespace(monotonic=lambda: now[0]))
    for _ in range(3):
        health = ready.look()
        assert SECRET not in str(health)
        now[0] += KEPT + 1
    assert len(caplog.records) == 1
    assert SECRET not in caplog.text


@pytest.mark.parametrize("language", SAID)
def test_why_there_is_no_file_is_said_beside_its_button(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, language: Language
) -> None:
    monkeypatch.setattr(DeferredFileHandler, "handle", DeferredFileHandler.handle)
    say_why_there_is_no_file()
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr("streamlit.runtime.media_file_manager._get_session_id", lambda: "session")
    error = OSError(WORDS)

    def asked(make: Callable[[], bytes]) -> Any:
        request = BackendOperationRequest(request_id="1")
        request.deferred_file.file_id = files.add_deferred(made(make, language), "text/plain", "1", file_name="f")
        handled = DeferredFileHandler(lambda: files).handle(request, "session")
        with ThreadPoolExecutor(1) as pool:  # this thread may have a browser's loop
            return pool.submit(asyncio.run, handled).result()

    failed = asked(raises(error))
    check_told(failed.error_msg, language, error, caplog.records)
    whole = asked(lambda: b"whole")
    assert (whole.error_msg, whole.deferred_file.url[:7]) == ("", "/media/")


def test_of_a_library_that_cannot_be_written_only_the_systems_words_are_said() -> None:
    assert cause_of(OSError(28, "No space left on device", PATH)) == "No space left on device"
    assert cause_of(ConnectionError(WORDS)) == "ConnectionError"
