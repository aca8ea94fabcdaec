"""A library grows: what publishing, opening and asking cost by its number of passages, on invented text.

The vectors are made up, for a model takes the same time for each passage whatever stands beside it; what the default
model takes is printed apart. Opening and asking are timed in a process of its own, where nothing is warm.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chat.assistant import Assistant
from chat.settings import Settings
from evals.metrics import percentile
from ingest.document import Document, Edition, EditionKind, Language, Outline, Section, SectionKind, Work
from vectorstore.build import publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.embed import default_embedding, embedding_model
from vectorstore.library import Shelf, live_shelf, read_folder
from vectorstore.words import tokens

SIZES = (2_500, 5_000, 10_000, 20_000)
QUESTIONS = 40
MODEL = "evals:invented"
SECTIONS_A_WORK = 250
"""Of one edition; the report has 90, a long annual report about a thousand."""

_SIZE = 384
_ALIKE = 0.8
"""Cosine between any two of the vectors: unrelated texts have about that under multilingual-e5."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a fresh process found: seconds to load libraries and to open, milliseconds a question, the most memory."""

    passages: int
    import_s: float
    open_s: float
    first_ms: float
    p50_ms: float
    p95_ms: float
    answered: int
    asked: int
    rss_mb: int


@dataclass(frozen=True, slots=True)
class Published:
    """Seconds of a publication without those of the embedder, and how many passages it added."""

    added: int
    seconds: float


class InventedVectors(Embeddings):
    """Vectors drawn by the digest of a text: the same for the same text, else alike only as unrelated texts are."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.texts = 0
        self._common = _unit(np.random.default_rng(0).standard_normal(_SIZE))

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        started = time.perf_counter()
        rows = [self.embed_query(text) for text in texts]
        self.texts += len(texts)
        self.seconds += time.perf_counter() - started
        return rows

    def embed_query(self, text: str) -> list[float]:
        own = _unit(np.random.default_rng(zlib.crc32(text.encode("utf-8", "replace"))).standard_normal(_SIZE))
        return [float(value) for value in _unit(_ALIKE**0.5 * self._common + (1 - _ALIKE) ** 0.5 * own)]


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / np.linalg.norm(vector))


# The report


def scale(home: Path, corpus: Path, sizes: Sequence[int] = SIZES) -> str:
    """Markdown tables: libraries of the sizes; one more edition in the largest; what a real model adds."""
    lines = [
        "| passages | publish s | µs per added passage | open s | libraries, once s | question p50 / p95 ms | first ms "
        "| answered | MB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for size in sizes:
        folder = home / str(size)
        published = _publish(folder, Library(size).shelf(corpus))
        opened = open_in_new_process(folder)
        lines.append(
            f"| {opened.passages:,} | {published.seconds:.1f} | {published.seconds / published.added * 1e6:.0f} "
            f"| {opened.open_s:.2f} | {opened.import_s:.2f} | {opened.p50_ms:.0f} / {opened.p95_ms:.0f} "
            f"| {opened.first_ms:.0f} | {opened.answered} of {opened.asked} | {opened.rss_mb} |"
        )
    more = _publish_one_more(home / str(sizes[-1]), corpus, sizes[-1])
    lines += [
        "",
        f"One more edition of {more.added} passages in the library of {sizes[-1]:,}: {more.seconds:.1f} s, "
        f"{more.seconds / more.added * 1e6:.0f} µs per added passage.",
        "",
        _real_model(),
    ]
    return "\n".join(lines)


def _publish(home: Path, shelf: Shelf) -> Published:
    catalogue, vectors = Catalogue.at(home), InventedVectors()
    before = _passages(catalogue)
    started = time.perf_counter()
    with writer_lock(home):
        publish_build(home, catalogue, MODEL, lambda: vectors, shelf.works, list(shelf.editions.values()))
    seconds = time.perf_counter() - started - vectors.seconds
    after = _passages(catalogue)
    catalogue.close()
    return Published(after - before, seconds)


def _publish_one_more(home: Path, corpus: Path, size: int) -> Published:
    shelf = Library(size + 2 * SECTIONS_A_WORK).shelf(corpus)
    known = Library(size).shelf(corpus)
    fresh = next(edition for key, edition in shelf.editions.items() if key not in known.editions)
    return _publish(home, known.with_edition(shelf.works[fresh.work], fresh))


def _passages(catalogue: Catalogue) -> int:
    shelf = live_shelf(catalogue)
    searched = [e for e in shelf.editions.values() if shelf.works[e.work].role == "document"]
    return sum(len(catalogue.passages(edition.key, edition.document.text)) for edition in searched)


def _real_model() -> str:
    """What one passage and one question cost the default model."""
    model = embedding_model(default_embedding())
    library = Library(1_000)
    passages = [library.sentence(lang, 3) for lang in ("zh-Hant", "en") for _ in range(8)]
    questions = list(library.questions(16))
    model.embed_documents(passages[:1])
    started = time.perf_counter()
    for passage in passages:
        model.embed_documents([passage])
    embedded = time.perf_counter()
    for question in questions:
        model.embed_query(question)
    done = time.perf_counter()
    return (
        f"{default_embedding()} takes {(embedded - started) / len(passages) * 1000:.0f} ms for a passage of three "
        f"sentences and {(done - embedded) / len(questions) * 1000:.0f} ms for a question, apart from the above."
    )


# In a process of its own


def open_in_new_process(home: Path) -> Opened:
    """Opens a library and asks, in a fresh interpreter."""
    command = [sys.executable, "-m", "evals.scale", str(home)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1])
    return Opened(**json.loads(done.stdout))


def _load_libraries() -> None:
    """What a process loads once, however many builds it opens: the vector store, the word index, dictionaries."""
    import bm25s  # noqa: F401
    import chromadb  # noqa: F401

    tokens("載入字典")


def open_and_ask(home: Path) -> Opened:
    """Opens a library as the app does, and asks questions that it has not seen."""
    began = time.perf_counter()
    _load_libraries()
    started = time.perf_counter()
    assistant = Assistant(Settings(home=home, embedding=MODEL), InventedVectors())
    opened = time.perf_counter()
    milliseconds, answered = [], 0
    for question in Library(len(assistant.build.places)).questions(QUESTIONS + 1):
        begun = time.perf_counter()
        answered += assistant.ask(question).outcome == "answered"
        milliseconds.append((time.perf_counter() - begun) * 1000)
    first, *later = milliseconds
    return Opened(
        len(assistant.build.places),
        started - began,
        opened - started,
        first,
        percentile(later, 0.5),
        percentile(later, 0.95),
        answered,
        len(milliseconds),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


# Invented works

_HAN = (
    "資本市場利率通脹債務信用貨幣政策能源電力算力模型晶片雲端監管銀行風險投資增長需求供應"
    "價格匯率儲備流動槓桿信任結構週期科技產業出口消費收入成本利潤港口航運海峽礦山鋼鐵農業糧食氣候保險基金指數期權"
)
_EDITIONS: tuple[tuple[Language, EditionKind], ...] = (("zh-Hant", "original"), ("en", "translation"))
_SYLLABLES = [c + v for c in "bcdfghklmnprstvw" for v in "aeiou"]
_ENGLISH_FORMS = (
    "What does {} say about {} and {}?",
    "How much did {} of {} change with {}?",
    "Why does {} slow {} {}?",
)
_CHINESE_FORMS = (
    "{}與{}的{}是什麼？",
    "為什麼{}會影響{}和{}？",
    "第三章怎麼看{}、{}與{}？",
    "{}的{}有哪些{}？",
    "「{}」是什麼意思？它和{}、{}有關嗎？",
)


class Library:
    """Invented works of two editions each, with about as many passages in all as asked for; always the same ones."""

    def __init__(self, passages: int) -> None:
        self._passages = passages
        self._random = random.Random(7)
        self._words: dict[Language, list[str]] = {
            "en": ["".join(self._random.choices(_SYLLABLES, k=self._random.randint(2, 4))) for _ in range(12_000)],
            "zh-Hant": ["".join(self._random.choices(_HAN, k=self._random.randint(2, 3))) for _ in range(12_000)],
        }
        # Zipf's law: a word of rank n stands for a share of 1/n.
        self._weights = np.cumsum(1 / np.arange(1, 12_001)).tolist()

    def shelf(self, corpus: Path) -> Shelf:
        """The works, beside the bundled glossary."""
        shelf = read_folder(corpus / "glossary", Shelf({}, {}))
        for number in range(-(-self._passages // (2 * SECTIONS_A_WORK))):
            work = Work(f"invented-{number:03}", {"en": f"Invented report {number}"})
            for lang, kind in _EDITIONS:
                self.begin(number)
                sections = list(_outline(self._random))
                edition = Edition(work.id, lang, kind, f"{lang}.txt", *self._written(sections, lang))
                shelf = shelf.with_edition(work, edition)
        return shelf

    def begin(self, number: int) -> None:
        """From here on texts are those of a number."""
        self._random.seed(number)

    def questions(self, count: int) -> Iterator[str]:
        """Questions in either language, of words as frequent as those of the texts."""
        self.begin(count)
        for number in range(count):
            lang: Language = "en" if number % 2 else "zh-Hant"
            form = self._random.choice(_ENGLISH_FORMS if lang == "en" else _CHINESE_FORMS)
            yield form.format(*self._some(lang, 3))

    def sentence(self, lang: Language, count: int = 1) -> str:
        return (" " if lang == "en" else "").join(self._sentence(lang) for _ in range(count))

    def _sentence(self, lang: Language) -> str:
        words = self._some(lang, self._random.randint(8, 22))
        figure = f" {self._random.randint(2, 99)}%" if self._random.random() < 0.2 else ""
        return " ".join(words).capitalize() + f"{figure}." if lang == "en" else "".join(words) + f"{figure}。"

    def _some(self, lang: Language, count: int) -> list[str]:
        return self._random.choices(self._words[lang], cum_weights=self._weights, k=count)

    def _written(self, shape: Sequence[_Shape], lang: Language) -> tuple[Document, Outline]:
        text, sections = "", []
        for number, (anchor, kind, parent, sentences) in enumerate(shape, 1):
            title = "".join(self._some(lang, 3)) if lang != "en" else " ".join(self._some(lang, 4)).capitalize()
            body = self.sentence(lang, sentences) if sentences else title
            sections.append(
                Section(
                    anchor, kind, parent, "" if sentences else title, number, number, len(text), len(text) + len(body)
                )
            )
            text += f"{body}\n"
        return Document(text, "text"), Outline(tuple(sections))


_Shape = tuple[str, SectionKind, str | None, int]


def _outline(dice: random.Random) -> Iterator[_Shape]:
    """Anchor, kind, parent and number of sentences of the sections of a work; headings have none of their own."""
    left, chapter = SECTIONS_A_WORK, 0
    while left > 0:
        chapter += 1
        shapes: list[_Shape] = [(f"{chapter}", "chapter", None, 0)]
        for item in range(1, dice.randint(2, 5)):
            place = f"{chapter}.{item}"
            shapes.append((place, "item", f"{chapter}", 0))
            shapes += [(f"{place}.p{n}", "paragraph", place, dice.randint(1, 4)) for n in range(1, dice.randint(2, 4))]
            shapes += [(f"{place}.b{n}", "bullet", place, dice.randint(1, 3)) for n in range(1, dice.randint(2, 6))]
        yield from shapes[:left]
        left -= len(shapes)


if __name__ == "__main__":
    print(json.dumps(asdict(open_and_ask(Path(sys.argv[1])))))
