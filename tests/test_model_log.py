"""What a question to a model leaves in the log, other libraries' lines too (P1): no key and no word at any level."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from chat.journal import LONGEST, start_log
from chat.model import Message
from chat.model_failure import ModelFailure
from chat.settings import Settings
from tests.scripted_model import HEAD, ScriptedModel, event, fails, says
from tests.test_model import KEY, chat_model

PROMPT = [Message("system", "Answer from passage-canary."), Message("user", "What of question-canary?")]
LIBRARIES = ("openai", "httpx", "httpcore", "langchain", "langchain_core", "langchain_openai", "langsmith", "anyio")
ECHO = json.dumps({"error": {"message": f"No such key: {KEY}; prompt: {PROMPT[1].content}", "code": KEY}})


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The rows of the log; every logger has its handlers and level back at the end."""
    loggers = [logging.getLogger(name) for name in (None, *list(logging.Logger.manager.loggerDict), *LIBRARIES)]
    before = [(logger, logger.handlers[:], logger.level) for logger in loggers]
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    for logger, handlers, level in before:
        logger.handlers[:] = handlers
        logger.setLevel(level)
    logging.captureWarnings(False)


def asked_in_every_way(level: str, libraries: int = logging.NOTSET) -> None:
    """A reply, a failure that repeats key and prompt, a cut; `libraries` is a level that somebody gave them."""
    with ScriptedModel() as server:
        start_log(Settings(_env_file=None, log_level=level, chat_api_key=KEY))  # type: ignore[call-arg, arg-type]
        model = chat_model(server)
        model.warm_up()
        for name in LIBRARIES if libraries else ():
            logging.getLogger(name).setLevel(libraries)
        scripts = [says("Reply-canary."), fails(401, ECHO, f"X-Echo: {KEY}"), fails(400, ECHO), [HEAD, event("cut")]]
        for script in scripts:
            server.plays(script)
            with suppress(ModelFailure):
                list(model.reply(PROMPT, 3))
        assert len(server.requests) == len(scripts)
        logging.getLogger("chat").error("the log is written")


@pytest.mark.case("P1")
@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_neither_key_nor_words_stand_in_the_log_of_a_question_to_a_model(
    log: Callable[[], list[dict[str, Any]]], level: str
) -> None:
    asked_in_every_way(level)
    rows = log()
    assert rows
    assert [row for row in rows if KEY in json.dumps(row) or "canary" in json.dumps(row)] == []


@pytest.mark.case("P1")
def test_no_key_stands_in_it_where_somebody_has_the_libraries_tell_all(log: Callable[[], list[dict[str, Any]]]) -> None:
    asked_in_every_way("debug", logging.DEBUG)
    rows = log()
    assert {row["logger"].partition(".")[0] for row in rows} >= {"openai", "httpx", "httpcore"}
    assert [row for row in rows if KEY in json.dumps(row)] == []


@pytest.mark.case("P1")
def test_a_key_at_the_end_of_a_shortened_line_leaves_no_part(log: Callable[[], list[dict[str, Any]]]) -> None:
    start_log(Settings(_env_file=None, chat_api_key=KEY))  # type: ignore[call-arg, arg-type]
    logging.getLogger("httpx").error("-" * (LONGEST - 8) + KEY)
    (row,) = log()
    assert KEY[:6] not in json.dumps(row)


@pytest.mark.case("P1")
def test_a_provider_that_sets_its_own_logger_to_debug_is_set_back(
    monkeypatch: pytest.MonkeyPatch, log: Callable[[], list[dict[str, Any]]]
) -> None:
    """As the package openai does when it is imported where OPENAI_LOG says so."""
    import langchain.chat_models

    make = langchain.chat_models.init_chat_model

    def telling(*arguments: Any, **options: Any) -> Any:
        for name in ("openai", "httpx"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        return make(*arguments, **options)

    monkeypatch.setattr(langchain.chat_models, "init_chat_model", telling)
    asked_in_every_way("debug")
    assert {row["logger"].partition(".")[0] for row in log()}.isdisjoint(("openai", "httpx"))
