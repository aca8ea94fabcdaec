"""The parts put together: a question goes in, a checked answer comes out."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

from langchain_core.embeddings import Embeddings

from chat.answer import Answer, Turn
from chat.answering import Answering
from chat.asked import Asked, Prompt
from chat.checking import Checking
from chat.claims import Check
from chat.coverage import Vocabulary
from chat.events import AnswerStream
from chat.ledger import Ledger
from chat.model import ChatModel, LanguageModel
from chat.paid import Purse
from chat.pointing import Pointing
from chat.points import Order, TalkingPoints
from chat.recorded import Recorded
from chat.selfcheck import Mismatch, selfcheck
from chat.settings import Settings
from ingest.document import Edition, Language, Refusal, UnknownDocument, Work
from ingest.page_picture import PagePicture
from vectorstore.build import Build, Progress, open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.embed import default_embedding, embedding_model
from vectorstore.files import picture_of_quote
from vectorstore.librarian import Librarian
from vectorstore.library import live_shelf, read_corpus
from vectorstore.retrieve import Search

QUESTION_LIMIT = 4_000
"""Characters of a question; more is refused (LIBRARIES §11: the engine does not truncate)."""

PICTURES = 24
"""Pictures of pages that are kept, some 200 KB each; drawing one takes half a second."""

LOCAL = "local"
"""The user where nobody signs in."""


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
        self._catalogue = Catalogue.at(settings.home, settings.database_url)
        self._ledger = Ledger(self._catalogue, settings.chat_tokens_per_user, settings.chat_tokens_per_day)
        self._embeddings = embeddings or embedding_model(self._embedding)
        self._lock = threading.Lock()
        self._pictures: dict[tuple[str, int, int], PagePicture | None] = {}
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
            if build.model != self._embedding:
                build.close()
                raise Refusal("build-other-model", built=build.model, wanted=self._embedding)
            self._search = Search(build, self._embeddings)
            self._vocabulary = Vocabulary(build)
            return self._search

    def quoted_edition(self, build: str, work: str, edition: str) -> Edition | None:
        """An edition as an answer of a build quoted it, replaced since or not; None if it was removed."""
        return self._catalogue.quoted_edition(build, work, edition) if build else None

    def picture(self, edition: Edition, start: int, end: int) -> PagePicture | None:
        """The page of a PDF that a quote begins on, with its places; None where there is none to show."""
        key = edition.key, start, end
        if key not in self._pictures:
            self._pictures = dict(list(self._pictures.items())[1 - PICTURES :])
            self._pictures[key] = picture_of_quote(self._home, edition, start, end)
        return self._pictures[key]

    def librarian(self) -> Librarian:
        """Who changes the library that is asked."""
        return Librarian(self._home, self._catalogue, self._embedding, self._embeddings)

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
        user: str = LOCAL,
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
        user: str = LOCAL,
    ) -> AnswerStream:
        """The same as it is written: the events of chat/events.py, each statement when it is complete and checked.

        Raises Refusal as `ask` does, at once. `user` is whose budget of tokens it counts against.
        """
        asked = self._asked(question, history, language, works, user)
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
    ) -> Prompt:
        """What a model would be shown of a question, follow-ups resolved without one; asks no model."""
        return self._answering(self._asked(question, history, language, works, LOCAL)).prompt(budget)

    def complete(
        self,
        question: str,
        completion: Recorded,
        *,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        works: Collection[str] = (),
        budget: int | None = None,
    ) -> Answer:
        """The answer that comes of a model's reply to `prompt`, made elsewhere."""
        asked = self._asked(question, history, language, works, LOCAL)
        events = self._answering(asked, completion).events(rewriting=False, budget=budget)
        return AnswerStream(events, asked.question, asked.reply_language).whole()

    def points(self, order: Order, user: str = LOCAL) -> TalkingPoints:
        """Talking points on a topic. Raises Refusal for an order that is none and for unknown works."""
        return self.pointing(order, self.model, user).result()

    def pointing(self, order: Order, model: LanguageModel | None, user: str = LOCAL) -> Pointing:
        """The course of an order, with a model or without: its prompt, its points. Raises Refusal as `points` does."""
        search = self.search()
        vocabulary = self._vocabulary or Vocabulary(search.build)
        return Pointing(order, search, vocabulary, model, self._purse(model, user), self.settings)

    def check(
        self, claim: str, language: Language | None = None, works: Collection[str] = (), user: str = LOCAL
    ) -> Check:
        """The verdict on each claim of a text. Raises Refusal for a text that is none and for unknown works."""
        return self.checking(claim, self.model, language, works, user).result()

    def checking(
        self,
        claim: str,
        model: LanguageModel | None,
        language: Language | None = None,
        works: Collection[str] = (),
        user: str = LOCAL,
    ) -> Checking:
        """The course of a check, with a model or without: its prompt, its verdicts. Raises Refusal as `check` does."""
        return Checking(claim, works, language, self.search(), model, self._purse(model, user), self.settings)

    def _purse(self, model: LanguageModel | None, user: str) -> Purse:
        """What was answered elsewhere costs nothing here."""
        ledger = self._ledger if model is not None and model is self.model else None
        return Purse(ledger, user, self.settings.chat_output)

    def selfcheck(self, work: str) -> list[Mismatch]:
        """Where a work contradicts itself. Raises UnknownDocument."""
        return selfcheck(self.build, work)

    def _asked(
        self,
        question: str,
        history: Sequence[Turn],
        language: Language | None,
        works: Collection[str],
        user: str,
    ) -> Asked:
        question = question.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")  # unpaired surrogates
        _check(question, works, self.build)
        return Asked(question, tuple(history), language, tuple(works), user)

    def _answering(self, asked: Asked, model: LanguageModel | None = None, ledger: Ledger | None = None) -> Answering:
        search = self.search()
        vocabulary = self._vocabulary or Vocabulary(search.build)
        return Answering(asked, search, vocabulary, model, ledger, self.settings)


def _check(question: str, works: Collection[str], build: Build) -> None:
    if not question.strip():
        raise Refusal("question-empty")
    if len(question) > QUESTION_LIMIT:
        raise Refusal("question-too-long", length=len(question), limit=QUESTION_LIMIT)
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
    catalogue = Catalogue.at(settings.home, settings.database_url)
    if catalogue.live_build() is not None:
        return
    model = settings.embedding or default_embedding()
    with writer_lock(settings.home):
        shelf = read_corpus(settings.corpus, live_shelf(catalogue))
        editions = list(shelf.editions.values())
        publish_build(settings.home, catalogue, model, lambda: embedding_model(model), shelf.works, editions, progress)
