"""Replies as servers stream them, cut some three and a half thousand times (L3): none is taken for whole.

Four are recorded of llama.cpp with SmolLM2 (tests/data/reply-N.sse, the bytes of its body), asked about figures of the
invented report; twenty are written in five servers' ways.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest

from chat.model import Message
from chat.model_failure import ModelFailure
from chat.sentences import Sentences
from ingest.passages import sentence_spans
from tests.conftest import DATA
from tests.scripted_model import CHUNKED, DONE, HEAD, Script, ScriptedModel, event, usage
from tests.test_model import chat_model

REPLIES, TELLING, OTHERS = 20, 24, 4
"""Written replies; of each, and of those recorded, the cuts at telling places and at any others."""

PROMPT = [Message("user", "What?")]
ENDS = ("closed", "reset", "chunk")


def texts() -> list[str]:
    """Replies of two short sentences of the invented report with figures, in either language, each with its mark."""
    found = []
    for name in ("second-report.en.md", "second-report.zh-Hant.txt"):
        text = (DATA / name).read_text(encoding="utf-8")
        lines = [line[start:end].strip() for line in text.splitlines() for start, end in sentence_spans(line)]
        said = sorted((line for line in lines if re.search(r"\d[\d,.]*", line) and len(line) > 20), key=len)
        pairs = [said[at : at + 2] for at in range(0, REPLIES, 2)]
        found += [" ".join(f"{one} [{n}]." for n, one in enumerate(pair, 1)) for pair in pairs]
    assert len(found) == REPLIES
    return found


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def apart(text: str) -> list[bytes]:
    """The reason in an event of its own, then the count, as OpenAI does."""
    return [event("", role="assistant"), *map(event, pieces(text, 7)), event(finish="stop"), usage(90, 9), DONE]


def with_last(text: str) -> list[bytes]:
    *before, last = pieces(text, 11)
    return [*map(event, before), event(last, finish="stop"), DONE]


def at_once(text: str) -> list[bytes]:
    return [event(text), event(finish="stop"), DONE]


def thinking(text: str) -> list[bytes]:
    """What it thinks first is no part of the reply."""
    thought = [event(reasoning_content=part) for part in ("Sum: ", "72%.")]
    return [*thought, *map(event, pieces(text, 9)), event("", finish="stop"), usage(90, 9), DONE]


def chatty(text: str) -> list[bytes]:
    """With comments between, and line ends of two characters."""
    sent = [b": ping\n\n", *map(event, pieces(text, 13)), b": ping\n\n", event(finish="stop"), DONE]
    return [part.replace(b"\n", b"\r\n") for part in sent]


def recorded() -> list[list[bytes]]:
    """The events of the replies that a real server sent."""
    bodies = [path.read_bytes() for path in sorted(DATA.glob("reply-*.sse"))]
    assert bodies
    return [re.split(rb"(?<=\n\n)", body.rstrip()) for body in bodies]


SHAPES: tuple[Callable[[str], list[bytes]], ...] = (apart, with_last, at_once, thinking, chatty)


def sentences(reply: Iterator[str]) -> tuple[list[str], bool]:
    """The sentences that would be shown of a reply, and whether it ended well."""
    reading, said = Sentences(), []
    try:
        for piece in reply:
            said += [sentence.text for sentence in reading.add(piece)]
    except ModelFailure:
        return said, False
    return [*said, *(sentence.text for sentence in reading.end())], True


def whole_from(sent: list[bytes]) -> int:
    """Bytes from which the reason for the end is there: its event's last line aside."""
    end = next(n for n, part in enumerate(sent) if _REASON.search(part))
    return len(b"".join(sent[: end + 1]).rstrip())


_REASON = re.compile(rb'"finish_reason": ?"stop"')
_CONTENT = re.compile(rb'"content": ?"((?:[^"\\]|\\.)*)"')
_FIGURE_OR_END = re.compile(rb"[\d.,%]+|\xe3\x80\x82")


def telling(sent: list[bytes]) -> list[int]:
    """Places about the borders of events, figures and ends of sentences in them, and the reason for the end."""
    whole, at, found = b"".join(sent), 0, set[int]()
    for part in sent:
        found |= {at + step for step in (-2, -1, 0, 1, 6)}
        for content in _CONTENT.finditer(part):
            marks = _FIGURE_OR_END.finditer(part, *content.span(1))
            found |= {at + place for mark in marks for place in range(mark.start(), mark.end() + 1)}
        at += len(part)
    reason = _REASON.search(whole)
    assert reason
    found |= {*range(reason.start() - 2, reason.end() + 2), *range(whole_from(sent) - 3, whole_from(sent) + 3)}
    return sorted(place for place in found if 0 <= place < len(whole))


def places(sent: list[bytes], chance: random.Random, every_byte: bool) -> list[int]:
    """Where a reply is cut."""
    size, near = len(b"".join(sent)), telling(sent)
    if every_byte:
        return list(range(size))
    return sorted({*chance.sample(near, min(TELLING, len(near))), *chance.sample(range(size), OTHERS)})


def cut(recorded: bytes, at: int, how: Literal["closed", "reset", "chunk"]) -> Script:
    if how == "chunk":
        return [CHUNKED, b"%x\r\n" % len(recorded), recorded[:at]]
    return [HEAD, recorded[:at], *(["reset"] if how == "reset" else [])]


@pytest.mark.case("L3")
@pytest.mark.parametrize("how", ENDS)
def test_no_reply_cut_at_any_byte_is_whole_and_no_number_of_it_is_cut(
    how: Literal["closed", "reset", "chunk"],
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """One reply at every byte, another for each way to end; the others at telling places and some by chance.

    One server and one client for all. The time to connect is long: on a busy machine 0.3 s pass without a packet, and a
    reply that never came would be none that was cut.
    """
    monkeypatch.setattr("chat.model.WAITS", ())
    chance, tried, found = random.Random(f"7 {how}"), 0, []
    replies = [*(SHAPES[number % len(SHAPES)](text) for number, text in enumerate(texts())), *recorded()]
    short = [number for number, sent in enumerate(replies) if len(b"".join(sent)) < 800][ENDS.index(how)]
    with ScriptedModel() as server:
        model = chat_model(server, chat_connect_timeout=20, chat_read_timeout=20, chat_total_timeout=60)
        for number, sent in enumerate(replies):
            body = b"".join(sent)
            server.plays([HEAD, body])
            every, ended = sentences(iter(model.reply(PROMPT, 60)))
            assert ended, number
            assert re.search(r"\d", every[0])
            cuts = places(sent, chance, every_byte=number == short)
            for at in cuts:
                model.breaker.worked()
                server.plays(cut(body, at, how))
                said, ended = sentences(iter(model.reply(PROMPT, 60)))
                taken = ended and (at < whole_from(sent) or said != every)
                found += [(number, at)] if taken or said != every[: len(said)] else []
            tried += len(cuts)
        assert len(server.requests) == tried + len(replies)
    record_property("tried", tried)
    record_property("held", tried - len(found))
    assert found == []
