"""A reply under every fault of its server: it is whole or it fails in a known way, in time, and the key stays put."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat.breaker import FAILURES, Breaker
from chat.model import ChatModel, Message, Tokens
from chat.model_failure import FailureKind, ModelFailure
from chat.settings import Settings
from ingest.document import Refusal
from tests.scripted_model import CHUNKED, DONE, HEAD, Script, ScriptedModel, event, fails, flat, says, usage

KEY = "sk-canary-5f1e"
PROMPT = [Message("system", "Answer."), Message("user", "What?")]
TEXT = ("Fares rose 27% in 2031", " [1].", "運價上升27%。[1]")


@pytest.fixture
def server() -> Iterator[ScriptedModel]:
    with ScriptedModel() as server:
        import langchain_openai  # noqa: F401 - which takes longer than these deadlines

        yield server


def chat_model(server: ScriptedModel, **changed: object) -> ChatModel:
    """A model on the server, with the deadlines of the settings at a tenth or less."""
    values: dict[str, object] = {
        "chat_model": "openai:scripted",
        "chat_base_url": server.url,
        "chat_api_key": KEY,
        "chat_connect_timeout": 0.3,
        "chat_read_timeout": 0.5,
        "chat_total_timeout": 2,
        "chat_pause": 0.3,
        **changed,
    }
    return ChatModel(Settings(_env_file=None, **values))  # type: ignore[arg-type]


def failure(model: ChatModel, seconds: float = 5.0) -> tuple[FailureKind, str]:
    """How a reply fails, and what came before."""
    pieces: list[str] = []
    with pytest.raises(ModelFailure) as raised:
        pieces.extend(model.reply(PROMPT, seconds))
    return raised.value.kind, "".join(pieces)


# A good reply


def test_a_reply_comes_in_pieces_with_its_tokens(server: ScriptedModel) -> None:
    server.plays(says(*TEXT))
    reply = chat_model(server).reply(PROMPT, 2)
    assert list(reply) == list(TEXT)
    assert reply.tokens == Tokens(100, 10)


def test_the_request_holds_the_prompt_the_limit_and_the_key(server: ScriptedModel) -> None:
    server.plays(says("Yes."))
    list(chat_model(server, chat_output=77, chat_temperature=0.5).reply(PROMPT, 2))
    request = server.requests[0]
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["messages"] == [{"role": m.role, "content": m.content} for m in PROMPT]
    assert request.body["stream"] is True
    assert request.body.get("max_completion_tokens", request.body.get("max_tokens")) == 77
    assert request.body["temperature"] == 0.5
    assert "tools" not in request.body


def test_tokens_are_estimated_where_the_server_does_not_count(server: ScriptedModel) -> None:
    server.plays([HEAD, event("四個字啊", finish=None), event(finish="stop"), DONE])
    reply = chat_model(server).reply(PROMPT, 2)
    list(reply)
    assert reply.tokens == Tokens(4, 4)


# Faults


@pytest.mark.case("L2")
@pytest.mark.parametrize(
    ("script", "kind", "requests"),
    [
        pytest.param(fails(400), "refused", 1, id="400"),
        pytest.param(fails(401), "key", 1, id="401"),
        pytest.param(fails(403), "key", 1, id="403"),
        pytest.param(fails(404), "unknown", 1, id="404"),
        pytest.param(fails(408), "timeout", 3, id="408"),
        pytest.param(fails(429), "busy", 3, id="429"),
        pytest.param(fails(429, "", "Retry-After: 1"), "busy", 3, id="429 retry soon"),
        pytest.param(fails(429, "", "Retry-After: 3600"), "busy", 1, id="429 retry late"),
        pytest.param(fails(429, "", "Retry-After: tomorrow"), "busy", 3, id="429 retry sometime"),
        pytest.param(fails(500), "server", 3, id="500"),
        pytest.param(fails(502, "<html>Bad gateway</html>", "Content-Type: text/html"), "server", 3, id="502 HTML"),
        pytest.param(fails(503), "server", 3, id="503"),
        pytest.param(fails(302, "", "Location: http://127.0.0.1:9/"), "broken", 1, id="redirect"),
        pytest.param(fails(200, "<html>Welcome</html>", "Content-Type: text/html"), "broken", 1, id="200 HTML"),
        pytest.param([HEAD, b"data: {broken\n\n", DONE], "broken", 1, id="broken JSON"),
        pytest.param([HEAD, event("Fares "), b'data: {"error": {"message": "x"}}\n\n'], "broken", 1, id="error event"),
        pytest.param([HEAD, "hang"], "timeout", 3, id="silence after the head"),
        pytest.param(["hang"], "timeout", 3, id="silence before the head"),
        pytest.param([HEAD, event("Fares "), "hang"], "timeout", 1, id="silence amid"),
        pytest.param(["reset"], "unreachable", 3, id="reset at once"),
        pytest.param([HEAD, DONE], "broken", 1, id="empty stream"),
        pytest.param(says(*TEXT, finish=None), "cut", 1, id="no reason"),
        pytest.param(says(*TEXT, finish="length"), "length", 1, id="length"),
        pytest.param(says(*TEXT, finish="content_filter"), "filtered", 1, id="filtered"),
        pytest.param(says(*TEXT, finish="tool_calls"), "cut", 1, id="tool calls"),
        pytest.param(says(*TEXT, finish="function_call"), "cut", 1, id="function call"),
        pytest.param(says(*TEXT, finish="whatever"), "cut", 1, id="unknown reason"),
    ],
)
def test_a_fault_is_told_by_its_kind_after_three_requests_at_most(
    server: ScriptedModel, script: Script, kind: FailureKind, requests: int
) -> None:
    server.plays(script)
    found, _ = failure(chat_model(server))
    assert found == kind
    assert len(server.requests) == requests


def test_what_fails_once_is_tried_again(server: ScriptedModel) -> None:
    server.plays(fails(503), says(*TEXT))
    assert list(chat_model(server).reply(PROMPT, 2)) == list(TEXT)


def test_nothing_is_tried_again_once_words_have_come(server: ScriptedModel) -> None:
    server.plays([HEAD, event("Fares rose"), "reset"], says(*TEXT))
    assert failure(chat_model(server)) == ("cut", "Fares rose")
    assert len(server.requests) == 1


@pytest.mark.case("L1")
def test_a_server_that_is_not_there_is_unreachable(server: ScriptedModel) -> None:
    model = chat_model(server)
    server.stop()
    assert failure(model)[0] == "unreachable"


@pytest.mark.case("L1")
def test_a_name_that_leads_nowhere_is_unreachable() -> None:
    settings = Settings(_env_file=None, chat_model="openai:x", chat_base_url="http://nowhere.invalid/v1")  # type: ignore[call-arg]
    assert failure(ChatModel(settings))[0] in ("unreachable", "timeout")


@pytest.mark.case("L5")
@pytest.mark.parametrize(
    "script",
    [
        pytest.param([HEAD, *[0.2, event("x")] * 60], id="a piece at a time"),
        pytest.param([HEAD, *[0.2, b": waiting\n\n"] * 60], id="comments"),
        pytest.param([HEAD, b"data: ", *[0.2, b" "] * 60], id="bytes of one event"),
        pytest.param([*[0.2, b"H"] * 60], id="bytes of the head"),
    ],
)
def test_a_drip_ends_at_a_deadline(server: ScriptedModel, script: Script) -> None:
    server.plays(script)
    started = time.monotonic()
    assert failure(chat_model(server), seconds=1.0)[0] in ("timeout", "unreachable")
    assert time.monotonic() - started < 10
    assert server.left.wait(10)


@pytest.mark.case("L5")
def test_a_runaway_is_cut_off(server: ScriptedModel) -> None:
    server.plays([HEAD, *[event("and on ")] * 200_000])
    kind, text = failure(chat_model(server), seconds=20)
    assert kind == "length"
    assert len(text) <= 20_000
    assert server.left.wait(10)


@pytest.mark.case("L5")
def test_one_huge_piece_is_not_taken(server: ScriptedModel) -> None:
    server.plays([HEAD, event("x" * 10_000_000), event(finish="stop"), DONE])
    assert failure(chat_model(server), seconds=20) == ("length", "")


def test_closing_a_reply_closes_the_providers_stream(server: ScriptedModel) -> None:
    server.plays([HEAD, event("Fares "), "hang"])
    reply = chat_model(server, chat_read_timeout=30).reply(PROMPT, 30)
    assert next(iter(reply)) == "Fares "
    reply.close()
    assert server.left.wait(10)


# Half a reply


def cuts(count: int) -> list[int]:
    """Places to cut a recorded reply: every byte of the end of its text and reason, and others by chance."""
    size = len(flat(says(*TEXT)))
    return sorted(random.Random(7).sample(range(size), min(count, size)))


RECORDED = flat(says(*TEXT))
WHOLE_FROM = RECORDED.index(event(finish="stop")) + len(event(finish="stop")) - 2
"""Before the empty line that ends the event with the reason."""


@pytest.mark.case("L3")
@pytest.mark.parametrize("how", ["closed", "reset", "chunk"])
def test_a_reply_cut_at_any_byte_is_never_whole(
    server: ScriptedModel, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def play(_: int) -> Script:
        if how == "chunk":
            return [CHUNKED, b"%x\r\n" % len(RECORDED), RECORDED[:at]]
        return [HEAD, RECORDED[:at], *(["reset"] if how == "reset" else [])]

    monkeypatch.setattr("chat.model.WAITS", ())
    server.script = play
    model = chat_model(server, chat_read_timeout=5)
    for at in cuts(200):
        model.breaker.worked()
        pieces: list[str] = []
        try:
            pieces.extend(model.reply(PROMPT, 5))
            whole = True
        except ModelFailure:
            whole = False
        assert not whole or at >= WHOLE_FROM, at
        assert not whole or pieces == list(TEXT)


# The breaker


@pytest.mark.case("L7")
def test_a_model_that_fails_five_times_is_left_alone_and_then_tried_once(server: ScriptedModel) -> None:
    server.plays(fails(401))
    model = chat_model(server)
    assert [failure(model)[0] for _ in range(FAILURES + 3)] == ["key"] * FAILURES + ["paused"] * 3
    assert len(server.requests) == FAILURES
    server.plays(says(*TEXT))
    time.sleep(0.35)
    assert list(model.reply(PROMPT, 2)) == list(TEXT)
    assert list(model.reply(PROMPT, 2)) == list(TEXT)


@pytest.mark.case("L7")
def test_a_breaker_lets_one_try_while_the_model_is_on_probation() -> None:
    now = 0.0
    breaker = Breaker(30, lambda: now)
    for _ in range(FAILURES):
        breaker.failed()
    now = 31.0
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.worked()
    assert breaker.allows()


def test_a_request_that_the_model_refuses_says_nothing_of_the_next(server: ScriptedModel) -> None:
    server.plays(fails(400))
    model = chat_model(server)
    assert {failure(model)[0] for _ in range(FAILURES + 2)} == {"refused"}


def test_many_replies_at_once_keep_apart(server: ScriptedModel) -> None:
    server.script = lambda _: says("a", "b", pause=0.05)
    model = chat_model(server)
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: "".join(model.reply(PROMPT, 10)), range(32)))
    assert replies == ["ab"] * 32


# The key


@pytest.mark.case("P1")
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
def test_the_key_is_in_no_log_no_error_and_no_repr(
    server: ScriptedModel, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    echo = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}", "type": "x", "code": KEY}})
    server.plays(fails(status, echo, f"X-Echo: {KEY}"))
    caplog.set_level(logging.DEBUG)
    model = chat_model(server)
    model.warm_up()
    with pytest.raises(ModelFailure) as raised:
        list(model.reply(PROMPT, 3))
    told = [repr(raised.value), str(raised.value), repr(raised.value.__context__), repr(raised.value.__cause__)]
    told += [repr(model), repr(vars(model)), repr(model.langchain_model()), caplog.text]
    assert not [text for text in told if KEY in text]


# Settings


@pytest.mark.parametrize(
    ("name", "key", "says"),
    [
        ("gpt", "x", "provider:model"),
        (":gpt", "x", "provider:model"),
        ("openai:", "x", "provider:model"),
        ("anthropic:claude", "x", "uv pip install langchain-anthropic"),
        ("ollama:llama", "", "uv pip install langchain-ollama"),
        ("nonesuch:model", "x", "uv pip install langchain-nonesuch"),
        ("openai:gpt", "", "OPENAI_API_KEY"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_with_what_to_do(
    name: str, key: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    settings = Settings(_env_file=None, chat_model=name, chat_api_key=key)  # type: ignore[call-arg, arg-type]
    with pytest.raises(Refusal) as raised:
        ChatModel(settings)
    assert says in str(raised.value)


def test_the_providers_own_variable_serves_as_key(server: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    server.plays(says("Yes."))
    list(chat_model(server, chat_api_key="").reply(PROMPT, 2))
    assert server.requests[0].headers["authorization"] == "Bearer sk-own"


def test_a_server_of_ones_own_needs_no_key(server: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    server.plays(says("Yes."))
    assert list(chat_model(server, chat_api_key="").reply(PROMPT, 2)) == ["Yes."]


def test_no_variable_of_the_environment_leads_to_another_server(
    server: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_BASE", "OPENAI_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    server.plays(says("Yes."))
    assert list(chat_model(server).reply(PROMPT, 2)) == ["Yes."]


def test_usage_is_no_part_of_the_text() -> None:
    assert b"prompt_tokens" in usage(1, 2)
