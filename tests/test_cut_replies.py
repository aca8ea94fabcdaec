"""Twenty replies, in the ways that servers stream them, cut some four thousand times (L3): none is taken for whole."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pytest

from chat.model_failure import ModelFailure
from chat.sentences import Sentences
from ingest.passages import sentence_spans
from tests.conftest import DATA
from tests.scripted_model import CHUNKED, DONE, HEAD, Script, ScriptedModel, event, usage
from tests.test_model import PROMPT, chat_model

REPLIES, CUTS = 20, 67
ENDS = ("closed", "reset", "chunk")


def texts() -> list[str]:
    """Replies of three sentences of the invented report that print figures, in either language, each with its mark."""
    found = []
    for name in ("second-report.en.md", "second-report.zh-Hant.txt"):
        text = (DATA / name).read_text(encoding="utf-8")
        lines = [line[start:end].strip() for line in text.splitlines() for start, end in sentence_spans(line)]
        said = [line for line in lines if re.search(r"\d[\d,.]*", line) and 20 < len(line) < 300]
        threes = [said[at : at + 3] for at in range(0, 30, 3)]
        found += [" ".join(f"{one} [{n}]." for n, one in enumerate(three, 1)) for three in threes]
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
    return [*thought, *map(event, pieces(text, 5)), event("", finish="stop"), usage(90, 9), DONE]


def chatty(text: str) -> list[bytes]:
    """With comments between, and line ends of two characters."""
    sent = [b": ping\n\n", *map(event, pieces(text, 13)), b": ping\n\n", event(finish="stop"), DONE]
    return [part.replace(b"\n", b"\r\n") for part in sent]


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
    end = next(n for n, part in enumerate(sent) if b'"finish_reason": "stop"' in part)
    return len(b"".join(sent[: end + 1]).rstrip())


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
    monkeypatch.setattr("chat.model.WAITS", ())
    chance = random.Random(f"7 {how}")

    def wrong(number: int, text: str) -> list[tuple[int, int]]:
        """The cuts of a reply that were taken for its end, or showed a sentence that is none of its own."""
        sent = SHAPES[number % len(SHAPES)](text)
        recorded, found = b"".join(sent), []
        with ScriptedModel() as server:
            model = chat_model(server, chat_read_timeout=20, chat_total_timeout=60)
            server.plays([HEAD, recorded])
            every, ended = sentences(iter(model.reply(PROMPT, 60)))
            assert ended, number
            assert re.search(r"\d", every[0])
            for at in sorted(chance.sample(range(len(recorded)), CUTS)):
                model.breaker.worked()
                server.plays(cut(recorded, at, how))
                said, ended = sentences(iter(model.reply(PROMPT, 60)))
                taken = ended and (at < whole_from(sent) or said != every)
                found += [(number, at)] if taken or said != every[: len(said)] else []
        return found

    replies = texts()
    with ThreadPoolExecutor(2) as pool:
        found = [one for each in pool.map(wrong, range(REPLIES), replies) for one in each]
    record_property("tried", REPLIES * CUTS)
    record_property("held", REPLIES * CUTS - len(found))
    assert found == []
