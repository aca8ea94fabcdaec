"""The parts put together: a question goes in, a checked answer comes out."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from langchain_core.embeddings import Embeddings

import prompts
from chat.answer import Answer, HitText, RankedHit, Turn
from chat.coverage import Vocabulary
from chat.events import AnswerStream, Event, Finished, Understood, Wrote
from chat.points import Order, TalkingPoints, quoted_points
from chat.settings import Settings
from chat.understand import reply_language, understand
from chat.verify import verify
from chat.write import QuotingWriter
from ingest.document import Edition, Language, Refusal, UnknownDocument, Work
from vectorstore.build import Build, Progress, open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.embed import default_embedding, embedding_model
from vectorstore.library import live_shelf, read_corpus
from vectorstore.retrieve import Hit, Search

QUESTION_LIMIT = 4_000
"""Characters of a question; more is refused (LIBRARIES §11: the engine does not truncate)."""

HIT_CHARACTERS = 1_500
"""Of original text that the hits of an answer carry (DESIGN §5)."""


class Assistant:
    """Answers questions over the live build. One for all users: it holds nothing of any of them.

    A newly published build is taken up at the next question.
    """

    def __init__(self, settings: Settings, embeddings: Embeddings | None = None) -> None:
        """Raises Refusal where there is no build. `embeddings` stands for the model that the settings name."""
        self._home = settings.home
        self._model = settings.embedding or default_embedding()
        self._catalogue = Catalogue.at(settings.home, settings.database_url)
        self._embeddings = embeddings or embedding_model(self._model)
        self._lock = threading.Lock()
        self._search: Search | None = None
        self._vocabulary: Vocabulary | None = None
        self.search()

    def search(self) -> Search:
        """Search in the live build. Raises Refusal where there is none, or it was made with another model."""
        live = self._catalogue.live_build()
        with self._lock:
            if self._search is not None and live is not None and self._search.build.id == live.id:
                return self._search
            build = open_build(self._home, self._catalogue)
            if build.model != self._model:
                build.close()
                raise Refusal("build-other-model", built=build.model, wanted=self._model)
            self._search = Search(build, self._embeddings)
            self._vocabulary = Vocabulary(build)
            return self._search

    @property
    def build(self) -> Build:
        return self.search().build

    def works(self) -> list[Work]:
        """The works that can be asked, glossaries aside."""
        return [work for work in self.build.works.values() if work.role == "document"]

    def editions(self, work: str) -> list[Edition]:
        """The editions of a work, original first."""
        order = {"original": 0, "translation": 1, "digest": 2}
        mine = [edition for edition in self.build.editions.values() if edition.work == work]
        return sorted(mine, key=lambda edition: (order[edition.kind], edition.lang))

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        works: Collection[str] = (),
    ) -> Answer:
        """The answer to a question, in its language unless another is asked for.

        Raises Refusal for an empty or overlong question and for unknown works.
        """
        return self.stream(question, history=history, language=language, works=works).whole()

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        works: Collection[str] = (),
    ) -> AnswerStream:
        """The same as it is written: the events of chat/events.py, each statement when it is complete and checked.

        Raises Refusal as `ask` does, at once.
        """
        question = question.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")  # unpaired surrogates
        search = self.search()
        _check(question, works, search.build)
        events = self._events(search, question, history, language, works)
        return AnswerStream(events, question, language or reply_language(question, history))

    def points(self, order: Order) -> TalkingPoints:
        """Talking points on a topic. Raises Refusal for an order that is none and for unknown works."""
        search = self.search()
        return quoted_points(order, search, self._vocabulary or Vocabulary(search.build))

    def _events(
        self,
        search: Search,
        question: str,
        history: Sequence[Turn],
        language: Language | None,
        works: Collection[str],
    ) -> Generator[Event, None, None]:
        clock = Clock()
        query = understand(question, history, language)
        hits = search.hits(query.text, works, query.context, query.sides)
        clock.mark("retrieve")
        yield Understood(query.text, query.language)
        draft = QuotingWriter(search, self._vocabulary or Vocabulary(search.build)).write(query, hits)
        answer = verify(draft, search.build)
        clock.mark("first_sentence")
        yield from _written(answer)
        yield Finished(
            replace(
                answer,
                hits=tuple(_ranked(hits)),
                prompt_version=prompts.digest(),
                build=search.build.id,
                ms=clock.milliseconds(),
                tokens={"in": 0, "out": 0},
            )
        )


class Clock:
    """Milliseconds since a question came in, at the moments that answers report."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._marks: dict[str, float] = {}

    def mark(self, moment: Literal["retrieve", "first_sentence"]) -> None:
        """Notes a moment; the first time counts."""
        self._marks.setdefault(moment, time.perf_counter())

    def milliseconds(self) -> dict[str, float]:
        now = time.perf_counter()
        moments = {"retrieve": now, "first_sentence": now, **self._marks, "total": now}
        return {moment: round((at - self._started) * 1000, 1) for moment, at in moments.items()}


def _written(answer: Answer) -> Iterator[Wrote]:
    """The statements of an answer, each with the citations that it is the first to use."""
    citations = {citation.number: citation for citation in answer.citations}
    for statement in answer.statements:
        yield Wrote(statement, tuple(citations.pop(n) for n in statement.citations if n in citations))


def _check(question: str, works: Collection[str], build: Build) -> None:
    if not question.strip():
        raise Refusal("question-empty")
    if len(question) > QUESTION_LIMIT:
        raise Refusal("question-too-long", length=len(question), limit=QUESTION_LIMIT)
    for work in works:
        if work not in build.works:
            raise UnknownDocument("work-unknown", work=work)


def _ranked(hits: Sequence[Hit]) -> list[RankedHit]:
    """The first hits, until their originals (else their shortest editions) hold enough characters."""
    ranked: list[RankedHit] = []
    characters = 0
    for hit in hits:
        texts: dict[str, HitText] = {}
        for place in hit.places:
            edition, text = place.edition, place.passage.text
            before = texts.get(edition.id)
            texts[edition.id] = HitText(
                edition.id, edition.lang, edition.kind, f"{before.text} {text}" if before else text
            )
        ranked.append(RankedHit(hit.work, hit.anchor, round(hit.score, 4), tuple(texts.values())))
        originals = [text for text in texts.values() if text.kind == "original"]
        characters += min(len(text.text) for text in originals or texts.values())
        if characters >= HIT_CHARACTERS:
            break
    return ranked


def ensure_index(settings: Settings, progress: Progress | None = None) -> None:
    """Indexes the bundled works where there is no build yet. Raises Refusal while another process does so."""
    catalogue = Catalogue.at(settings.home, settings.database_url)
    if catalogue.live_build() is not None:
        return
    model = settings.embedding or default_embedding()
    with writer_lock(settings.home):
        shelf = read_corpus(settings.corpus, live_shelf(catalogue))
        editions = list(shelf.editions.values())
        publish_build(settings.home, catalogue, model, lambda: embedding_model(model), shelf.works, editions, progress)
