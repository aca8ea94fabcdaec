"""The parts put together: a question goes in, a checked answer comes out."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from langchain_core.embeddings import Embeddings

from chat import metrics
from chat.access import LOCAL, Person
from chat.answer import Answer, Turn
from chat.answering import Answering
from chat.asked import Asked, Prompt
from chat.checking import Checking
from chat.claims import Check
from chat.coverage import Vocabulary
from chat.events import AnswerStream
from chat.ledger import Ledger
from chat.model import ChatModel, LanguageModel
from chat.pace import Pace
from chat.paid import Purse
from chat.pointing import Pointing
from chat.points import Order, TalkingPoints
from chat.recorded import Recorded
from chat.selfcheck import Mismatch, selfcheck
from chat.settings import Settings
from chat.withheld import check_seen
from ingest.document import Edition, Language, Refusal, UnknownDocument, Work
from ingest.page_picture import PagePicture
from vectorstore.allowance import Allowance
from vectorstore.build import Build, publish_build, writer_lock
from vectorstore.catalogue import BuildRecord, Catalogue, in_order
from vectorstore.embed import default_embedding, embedding_model
from vectorstore.embedder import Progress
from vectorstore.files import picture_of_quote
from vectorstore.librarian import Librarian, open_or_mend
from vectorstore.library import live_shelf, read_corpus
from vectorstore.part import PartOfBuild
from vectorstore.retrieve import QuestionVectors, Search
from vectorstore.uploads import drop_forgotten

QUESTION_LIMIT = 4_000
"""Characters of a question; more is refused (LIBRARIES §11: the engine does not truncate)."""

PICTURES = 24
"""Pictures of pages that are kept, some 200 KB each; drawing one takes half a second."""


VIEWS = 64
"""Views of the build that are kept: of what is published, and for each owner of private works."""


@dataclass(frozen=True, slots=True)
class View:
    """The live build as far as some may see it."""

    search: Search
    vocabulary: Vocabulary


class Assistant:
    """Answers questions over the live build. One for all users: it holds nothing of any of them.

    A newly published build is taken up at the next question.
    """

    def __init__(
        self, settings: Settings, embeddings: Embeddings | None = None, model: LanguageModel | None = None
    ) -> None:
        """Raises Refusal where there is no build, or the language model that the settings name cannot be used.

        `embeddings` and `model` stand for the models that the settings name.
        """
        self.settings = settings
        self.model = model or _chat_model(settings)
        """Who writes the answers; None: they are quotes."""

        self._home = settings.home
        self._embedding = settings.embedding or default_embedding()
        self._catalogue = Catalogue.at(settings.home, settings.database_url, settings.chroma_url)
        self._ledger = Ledger(self._catalogue, settings.chat_tokens_per_user, settings.chat_tokens_per_day)
        self._pace = Pace(settings.questions_per_minute)
        self._embeddings = embeddings or embedding_model(self._embedding)
        self._vectors = QuestionVectors(self._embeddings)
        self._lock, self._opening = threading.Lock(), threading.Lock()
        self._pictures: dict[tuple[str, int, int], PagePicture | None] = {}
        self._whole: Build | None = None
        self._views: dict[frozenset[str], View] = {}
        drop_forgotten(self._home)
        self.search()

    def search(self, user: str = LOCAL.owner) -> Search:
        """Search in the live build, as far as somebody may see it.

        Raises Refusal where there is none, or it was made with another model.
        """
        return self._view(user).search

    def _view(self, user: str) -> View:
        whole = self._newest(user)
        with self._lock:
            seen = frozenset(id_ for id_, work in whole.works.items() if work.seen_by(user))
            views = self._views if whole is self._whole else {}
            view = views.pop(seen, None)
            if view is None:
                build = whole if len(seen) == len(whole.works) else PartOfBuild(whole, seen)
                view = View(Search(build, self._embeddings, vectors=self._vectors), Vocabulary(build))
            if whole is self._whole:
                self._views = {**dict(list(views.items())[1 - VIEWS :]), seen: view}
            return view

    def _newest(self, user: str) -> Build:
        """The live build; while one is opened, the one before for whoever may still see all that it would show them."""
        whole, live = self._whole, self._catalogue.live_build()
        if whole is not None and live is not None and whole.id == live.id:
            return whole
        if whole is None or live is None or not self._holds_yet(whole, live, user):
            self._opening.acquire()
        elif not self._opening.acquire(blocking=False):
            return whole
        try:
            return self._opened()
        finally:
            self._opening.release()

    def _holds_yet(self, whole: Build, live: BuildRecord, user: str) -> bool:
        """Whether nothing of a build that somebody sees has been taken out, replaced or hidden from them since."""
        seen = {id_ for id_, work in whole.works.items() if work.seen_by(user)}
        return set(whole.editions) <= set(live.editions) and not seen & self._catalogue.hidden_from(user)

    def _opened(self) -> Build:
        """The live build, opened unless somebody has done it meanwhile."""
        live, whole = self._catalogue.live_build(), self._whole
        if whole is None or live is None or whole.id != live.id:
            whole = open_or_mend(self._home, self._catalogue, self._embedding, self._embeddings)
            if whole.model != self._embedding:
                whole.close()
                raise Refusal("build-other-model", built=whole.model, wanted=self._embedding)
            with self._lock:
                self._whole, self._views = whole, {}
        return whole

    def close(self) -> None:
        """Lets the build and the database go."""
        with self._lock:
            if self._whole is not None:
                self._whole.close()
            self._whole, self._views = None, {}
        self._catalogue.close()

    def hidden_from(self, user: str) -> frozenset[str]:
        """The works that are private to others."""
        return self._catalogue.hidden_from(user)

    def quoted_edition(self, build: str, work: str, edition: str, user: str = LOCAL.owner) -> Edition | None:
        """An edition as an answer of a build quoted it, replaced since or not; None if it was removed, and for whom
        it is private to somebody else."""
        if not build or work in self.hidden_from(user):
            return None
        return self._catalogue.quoted_edition(build, work, edition)

    def picture(self, edition: Edition, start: int, end: int, user: str = LOCAL.owner) -> PagePicture | None:
        """The page of a PDF that a quote begins on, with its places; None where there is none to show."""
        if edition.work in self.hidden_from(user):
            return None
        key = edition.key, start, end
        if key not in self._pictures:
            self._pictures = dict(list(self._pictures.items())[1 - PICTURES :])
            self._pictures[key] = picture_of_quote(self._home, edition, start, end)
        return self._pictures[key]

    def librarian(self, person: Person) -> Librarian:
        """Who changes the library that is asked, for an editor. Raises Refusal for anyone else."""
        if not person.edits:
            raise Refusal("editors-only")
        take_up = partial(self.search, person.owner)  # so that no question waits until the new build is open
        allowance = Allowance(self.settings.files_per_user, self.settings.megabytes_per_user)
        return Librarian(
            self._home, self._catalogue, self._embedding, self._embeddings, person.owner, take_up, allowance
        )

    @property
    def build(self) -> Build:
        """What the one local user may see of the live build."""
        return self.build_for(LOCAL.owner)

    def build_for(self, user: str) -> Build:
        """What somebody may see of the live build."""
        return self.search(user).build

    def works(self, user: str = LOCAL.owner) -> list[Work]:
        """The works that can be asked, glossaries aside."""
        return [work for work in self.build_for(user).works.values() if work.role == "document"]

    def editions(self, work: str, user: str = LOCAL.owner) -> list[Edition]:
        """The editions of a work, original first; none of one that is not there for them."""
        return in_order(edition for edition in self.build_for(user).editions.values() if edition.work == work)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        works: Collection[str] = (),
        user: str = LOCAL.owner,
    ) -> Answer:
        """The answer to a question, in its language unless another is asked for.

        Raises Refusal for an empty or overlong question and for unknown works.
        """
        return self.stream(question, history=history, language=language, works=works, user=user).whole()

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        works: Collection[str] = (),
        user: str = LOCAL.owner,
    ) -> AnswerStream:
        """The same as it is written: the events of chat/events.py, each statement when it is complete and checked.

        Raises Refusal as `ask` does, at once. `user` is whose budget of tokens it counts against.
        """
        asked = self._asked(question, history, language, works, user)
        self._pace.admit(user)
        events = self._answering(asked, self.model, self._ledger).events()
        return AnswerStream(events, asked.question, asked.reply_language)

    def prompt(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        works: Collection[str] = (),
        budget: int | None = None,
        user: str = LOCAL.owner,
    ) -> Prompt:
        """What a model would be shown of a question, follow-ups resolved without one; asks no model."""
        return self._answering(self._asked(question, history, language, works, user)).prompt(budget)

    def complete(
        self,
        question: str,
        completion: Recorded,
        *,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        works: Collection[str] = (),
        budget: int | None = None,
        user: str = LOCAL.owner,
    ) -> Answer:
        """The answer that comes of a model's reply to `prompt`, made elsewhere."""
        asked = self._asked(question, history, language, works, user)
        events = self._answering(asked, completion).events(rewriting=False, budget=budget)
        return AnswerStream(events, asked.question, asked.reply_language).whole()

    def points(self, order: Order, user: str = LOCAL.owner) -> TalkingPoints:
        """Talking points on a topic. Raises Refusal for an order that is none and for unknown works."""
        began = time.monotonic()
        self._pace.admit(user)
        found = self.pointing(order, self.model, user).result()
        check_seen((span.edition.work for span in found.numbers), self.build_for(user), user)
        metrics.ended("points", found.outcome, found.writer, time.monotonic() - began)
        return found

    def pointing(self, order: Order, model: LanguageModel | None, user: str = LOCAL.owner) -> Pointing:
        """The course of an order, with a model or without: its prompt, its points. Raises Refusal as `points` does."""
        view = self._view(user)
        return Pointing(order, view.search, view.vocabulary, model, self._purse(model, user), self.settings)

    def check(
        self, claim: str, language: Language | None = None, works: Collection[str] = (), user: str = LOCAL.owner
    ) -> Check:
        """The verdict on each claim of a text. Raises Refusal for a text that is none and for unknown works."""
        began = time.monotonic()
        self._pace.admit(user)
        found = self.checking(claim, self.model, language, works, user).result()
        check_seen((citation.work for citation in found.citations), self.build_for(user), user)
        metrics.ended("check", found.verdict, found.writer, time.monotonic() - began)
        return found

    def checking(
        self,
        claim: str,
        model: LanguageModel | None,
        language: Language | None = None,
        works: Collection[str] = (),
        user: str = LOCAL.owner,
    ) -> Checking:
        """The course of a check, with a model or without: its prompt, its verdicts. Raises Refusal as `check` does."""
        return Checking(claim, works, language, self.search(user), model, self._purse(model, user), self.settings)

    def _purse(self, model: LanguageModel | None, user: str) -> Purse:
        """What was answered elsewhere costs nothing here."""
        ledger = self._ledger if model is not None and model is self.model else None
        return Purse(ledger, user, self.settings.chat_output)

    def selfcheck(self, work: str, user: str = LOCAL.owner) -> list[Mismatch]:
        """Where a work contradicts itself. Raises UnknownDocument."""
        return selfcheck(self.build_for(user), work)

    def _asked(
        self,
        question: str,
        history: Sequence[Turn],
        language: Language | None,
        works: Collection[str],
        user: str,
    ) -> Asked:
        question = question.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")  # unpaired surrogates
        _check(question, works, self.build_for(user))
        return Asked(question, tuple(history), language, tuple(works), user)

    def _answering(self, asked: Asked, model: LanguageModel | None = None, ledger: Ledger | None = None) -> Answering:
        view = self._view(asked.user)
        return Answering(asked, view.search, view.vocabulary, model, ledger, self.settings)


def check_question(question: str) -> None:
    """Raises Refusal for a question without words or with too many."""
    if not question.strip():
        raise Refusal("question-empty")
    if len(question) > QUESTION_LIMIT:
        raise Refusal("question-too-long", length=len(question), limit=QUESTION_LIMIT)


def _check(question: str, works: Collection[str], build: Build) -> None:
    check_question(question)
    for work in works:
        if work not in build.works:
            raise UnknownDocument("work-unknown", work=work)


def _chat_model(settings: Settings) -> LanguageModel | None:
    """The model that the settings name; its package loads in the background, for it takes a second or two."""
    if not settings.chat_model:
        return None
    model = ChatModel(settings)
    threading.Thread(target=model.warm_up, name="warm-up-model", daemon=True).start()
    return model


def ensure_index(settings: Settings, progress: Progress | None = None) -> None:
    """Indexes the bundled works where there is no build yet. Raises Refusal while another process does so."""
    catalogue = Catalogue.at(settings.home, settings.database_url, settings.chroma_url)
    if catalogue.live_build() is not None:
        return
    model = settings.embedding or default_embedding()
    with writer_lock(settings.home):
        shelf = read_corpus(settings.corpus, live_shelf(catalogue))
        editions = list(shelf.editions.values())
        publish_build(settings.home, catalogue, model, lambda: embedding_model(model), shelf.works, editions, progress)
