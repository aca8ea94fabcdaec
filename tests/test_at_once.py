"""People who ask at once wait for no other answer, for no document being indexed, for no build being opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

import chat.assistant
from chat.access import LOCAL
from chat.assistant import Assistant
from tests.shelf import assistant_of
from vectorstore.build import Build
from vectorstore.embed import AT_ONCE, FEW, ROOM, BundledE5
from vectorstore.librarian import open_or_mend
from vectorstore.uploads import Upload

SECONDS = 20
"""After which something is taken to wait for what does not end."""

NOTE = "# Harbour\n\n## Fees\n\nThe quay fee rose by 41% in May.\n\n## Hours\n\nThe office opens at seven.\n"
FERRY = "# Ferry\n\n## Fares\n\nA ticket costs 12 crowns.\n"


class Held(Embeddings):
    """A model that does not come back with the vector of a question that has a word, until it is let."""

    def __init__(self, model: Embeddings, word: str) -> None:
        self._model, self._word = model, word
        self.reached, self.let = threading.Event(), threading.Event()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._model.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        if self._word in text:
            self.reached.set()
            assert self.let.wait(SECONDS)
        return self._model.embed_query(text)


@pytest.fixture
def together() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


@pytest.mark.case("C1")
def test_an_answer_waits_for_no_other(tmp_path: Path, bundled_engine: Embeddings, together: ThreadPoolExecutor) -> None:
    engine = Held(bundled_engine, "hours")
    assistant = assistant_of(tmp_path, engine, {"note.md": NOTE})
    slow = together.submit(assistant.ask, "What are the office hours?")
    assert engine.reached.wait(SECONDS)
    try:
        quick = together.submit(assistant.ask, "By how much did the quay fee rise?").result(SECONDS)
        assert "41%" in quick.text
        assert not slow.done()
    finally:
        engine.let.set()
    assert slow.result(SECONDS).question == "What are the office hours?"


@pytest.mark.case("C2")
def test_a_question_asked_while_a_build_is_opened_is_answered_from_the_one_before(
    tmp_path: Path, bundled_engine: Embeddings, together: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = assistant_of(tmp_path, bundled_engine, {"note.md": NOTE})
    before = assistant.build.id
    opening, let = opened_slowly(monkeypatch)
    published = together.submit(publish, assistant, FERRY)
    assert opening.wait(SECONDS)
    try:
        meanwhile = together.submit(assistant.ask, "By how much did the quay fee rise?").result(SECONDS)
        assert "41%" in meanwhile.text
        assert meanwhile.build == before
    finally:
        let.set()
    published.result(SECONDS)
    after = assistant.ask("What does a ticket cost?")
    assert "12 crowns" in after.text
    assert after.build != before


@pytest.mark.case("C2")
def test_what_is_taken_out_is_in_no_answer_while_the_next_build_is_opened(
    tmp_path: Path, bundled_engine: Embeddings, together: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = assistant_of(tmp_path, bundled_engine, {"note.md": NOTE, "ferry.md": FERRY})
    opening, let = opened_slowly(monkeypatch)
    removed = together.submit(assistant.librarian(LOCAL).remove, "ferry")
    assert opening.wait(SECONDS)
    asked = together.submit(assistant.ask, "What does a ticket cost?")
    with pytest.raises(TimeoutError):
        asked.result(0.3)
    let.set()
    removed.result(SECONDS)
    assert "12 crowns" not in asked.result(SECONDS).text


def opened_slowly(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Set when a build is about to be opened; to be set for it to be."""
    opening, let = threading.Event(), threading.Event()

    def slowly(*of: object) -> Build:
        opening.set()
        assert let.wait(SECONDS)
        return open_or_mend(*of)  # type: ignore[arg-type]

    monkeypatch.setattr(chat.assistant, "open_or_mend", slowly)
    return opening, let


def publish(assistant: Assistant, text: str) -> None:
    librarian = assistant.librarian(LOCAL)
    (staged,) = librarian.stage([Upload("ferry.md", text.encode())])
    librarian.publish([(staged, librarian.description(staged))])


class Engine:
    """In place of the engine: each call waits until it is let, and what it was given is written down."""

    def __init__(self) -> None:
        self.given: list[int] = []
        self.steps = threading.Semaphore(0)
        self.called = threading.Semaphore(0)

    def passage(self, texts: Sequence[str]) -> list[list[float]]:
        self.given.append(len(texts))
        self.called.release()
        assert self.steps.acquire(timeout=SECONDS)
        return [[1.0]] * len(texts)

    query = passage


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> tuple[BundledE5, Engine]:
    """The bundled model with an engine that waits."""
    model, engine = BundledE5(), Engine()
    monkeypatch.setattr(model, "_engine", engine)
    return model, engine


@pytest.mark.case("C2")
def test_a_question_is_embedded_beside_a_long_document(
    together: ThreadPoolExecutor, engine: tuple[BundledE5, Engine]
) -> None:
    model, calls = engine
    texts = ["text"] * (FEW + 1)
    documents = [together.submit(model.embed_documents, texts) for _ in range(2)]
    assert calls.called.acquire(timeout=SECONDS)
    question = together.submit(model.embed_queries, ["question", "word"])
    assert calls.called.acquire(timeout=SECONDS)
    assert calls.given == [AT_ONCE, 2]
    calls.steps.release(FEW)
    assert question.result(SECONDS) == [[1.0]] * 2
    assert [document.result(SECONDS) for document in documents] == [[[1.0]] * len(texts)] * 2
    assert sum(calls.given) == 2 * len(texts) + 2


@pytest.mark.case("C2")
def test_questions_that_wait_go_before_the_next_part_of_a_long_document(
    together: ThreadPoolExecutor, engine: tuple[BundledE5, Engine]
) -> None:
    model, calls = engine
    document = together.submit(model.embed_documents, ["text"] * (FEW + 1))
    assert calls.called.acquire(timeout=SECONDS)
    questions = [together.submit(model.embed_queries, ["question"]) for _ in range(ROOM)]
    for _ in range(ROOM - 1):
        assert calls.called.acquire(timeout=SECONDS)
    until(lambda: model.waiting == 1)
    assert calls.given == [AT_ONCE] + [1] * (ROOM - 1)
    calls.steps.release(FEW)
    assert [question.result(SECONDS) for question in questions] == [[[1.0]]] * ROOM
    assert len(document.result(SECONDS)) == FEW + 1
    assert calls.given[ROOM] == 1


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(SECONDS * 100):
        if holds():
            return
        pause.wait(0.01)
    pytest.fail("it never came")


def test_a_text_has_the_same_vector_whether_many_are_embedded_or_few(bundled_engine: Embeddings) -> None:
    texts = [f"Buoy {n} lies off the quay." for n in range(FEW + 1)]
    assert bundled_engine.embed_documents(texts)[:3] == bundled_engine.embed_documents(texts[:3])


def test_calls_beside_each_other_give_the_same_vectors(
    bundled_engine: Embeddings, together: ThreadPoolExecutor
) -> None:
    texts = [f"Buoy {n} lies off the quay." for n in range(FEW + 1)]
    alone = bundled_engine.embed_documents(texts)
    beside = [together.submit(bundled_engine.embed_documents, part) for part in (texts, texts[:5], texts[5:9])]
    assert [one.result(SECONDS) for one in beside] == [alone, alone[:5], alone[5:9]]
