"""Chinese-aware words: folding that keeps offsets, tokens, scripts, and the keyword index over them."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import prompts
from ingest.document import Language

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HANS = re.compile(f"[{_HAN}]")
_RUNS = re.compile(rf"[a-z0-9]+(?:[.'&][a-z0-9]+)*%?|[{_HAN}]+")
_SAME_WIDTH = {
    **{0xFF01 + offset: 0x21 + offset for offset in range(94)},  # full-width ASCII
    **dict.fromkeys(map(ord, "“”„«»「」『』＂"), '"'),
    **dict.fromkeys(map(ord, "‘’`´"), "'"),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    0x3000: " ",
    0x00A0: " ",
    0x3001: ",",
    0x3002: ".",
}
STOPWORDS = frozenset(prompts.cues("function_words"))
"""Function words of questions, folded: they meet passages by chance only."""


@cache
def _converter(config: str) -> Any:
    from opencc import OpenCC

    return OpenCC(config)


def to_simplified(text: str) -> str:
    """Traditional characters as Simplified, each in its place (OpenCC t2s; BMP characters keep their count)."""
    return _converted(text, "t2s")


def for_reader(text: str, language: Language) -> str:
    """Words of a document beside its quotes: a reader of Simplified gets Traditional words in Simplified."""
    return to_simplified(text) if language == "zh-Hans" else text


def to_traditional(text: str) -> str:
    return _converted(text, "s2t")


def _converted(text: str, config: str) -> str:
    """Converted by OpenCC, which takes no unpaired surrogates: each becomes a question mark."""
    return str(_converter(config).convert(text.encode("utf-8", "replace").decode("utf-8")))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The form in which texts are compared: Simplified, lower case, ASCII punctuation; of the same length."""
    folded = to_simplified(text.translate(_SAME_WIDTH))
    lowered = folded.lower()
    if len(lowered) != len(text):  # 'İ' and characters outside the BMP change the count: fold one by one
        lowered = "".join(_fold_one(character) for character in text)
    return lowered


def _fold_one(character: str) -> str:
    folded = to_simplified(character.translate(_SAME_WIDTH)).lower()
    return folded if len(folded) == 1 else character


def tokens(text: str) -> list[str]:
    """Latin words, numbers, and Chinese words, bigrams and characters of a text, folded, without function words."""
    found: list[str] = []
    for phrase in _phrases(text):
        if phrase[0][0].isascii():
            found.append(_stem(phrase[0]))
        else:
            joined = "".join(phrase)
            found.extend(phrase)
            found.extend(pair for pair in map("".join, pairwise(joined)) if pair not in phrase)
            found.extend(character for character in joined if character not in phrase)
    return found


def plain_words(text: str) -> list[str]:
    """The Latin words, numbers and Chinese words of a text as they stand, folded, without function words."""
    return [word for phrase in _phrases(text) for word in phrase]


def _phrases(text: str) -> Iterator[list[str]]:
    """Runs of Chinese words between function words, over which no bigram reaches; a Latin word stands alone."""
    import rjieba

    for run in _RUNS.findall(fold(unicodedata.normalize("NFC", text))):
        if run[0].isascii():
            word = run.removesuffix("'s")
            if word not in STOPWORDS:
                yield [word]
            continue
        for functional, words in groupby(rjieba.cut(run), key=lambda word: word in STOPWORDS):
            if not functional:
                yield list(words)


@lru_cache(maxsize=2048)  # those of the same sentences are asked for again and again
def content_words(text: str) -> tuple[str, ...]:
    """The tokens that say something: not one letter, digit or character alone, nor function words in a row (這是)."""
    return tuple(word for word in tokens(text) if len(word) > 1 and (word.isascii() or not STOPWORDS.issuperset(word)))


def states_something(text: str) -> bool:
    """Whether a text has words enough to be a statement: two that say something (rates rise), not one, not marks."""
    return len(set(content_words(text))) > 1


@lru_cache(maxsize=4096)
def listed_words(text: str) -> tuple[tuple[str, str], ...]:
    """The words of a Chinese text as a dictionary has them, each with its kind (nr: a person, ns: a place …); what
    it does not list comes as single characters. Folded."""
    import rjieba

    return tuple((word, kind) for word, kind in rjieba.tag(fold(text), False))


def foreign_letters(text: str) -> int:
    """How many letters are neither plain Latin nor Chinese: kana, Hangul, Cyrillic, é … have no tokens here."""
    return sum(c.isalpha() and not c.isascii() and not _HANS.match(c) for c in fold(text))


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word)) if word.isalpha() else word


def has_han(word: str) -> bool:
    """Whether a word begins with a Chinese character."""
    return _HANS.match(word) is not None


def han_share(text: str) -> float:
    """Share of Chinese characters among letters."""
    letters = "".join(filter(str.isalpha, text))
    return len(_HANS.findall(letters)) / len(letters) if letters else 0.0


def chinese_script(text: str) -> Language | None:
    """Which script of Chinese a text is in, by the characters that only one of the two has; None if it has none."""
    counts: Counter[Language] = Counter()
    for character in set(text):
        if not _HANS.match(character):
            continue
        simplified, traditional = to_simplified(character), to_traditional(character)
        if simplified != character and traditional == character:
            counts["zh-Hant"] += 1
        elif traditional != character and simplified == character and character not in _BOTH_SCRIPTS:
            counts["zh-Hans"] += 1
    if counts["zh-Hant"] == counts["zh-Hans"]:
        return None
    return counts.most_common(1)[0][0]


_BOTH_SCRIPTS = frozenset(
    "台里后干面只系范谷征余松云几丑斗冲制准出卷回向吃周咨才托扎折朱板极淀症秋种致舍术表辟郁采升干"
)
"""Simplified forms that Traditional texts use too (谷歌, 周期, 托管, 台灣 …): they tell nothing."""


def text_language(text: str) -> Language:
    """The language of a document, by its letters and their script."""
    if han_share(text) < 0.15:
        return "en"
    return chinese_script(text) or "zh-Hant"


class KeywordIndex:
    """BM25 (Lucene's form, k1 1.5, b 0.75: bm25s' defaults) over the tokens of texts."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def of(cls, texts: Iterable[str]) -> KeywordIndex:
        """Of texts, one taken at a time: what stays of their tokens are numbers."""
        import bm25s

        ids: dict[str, int] = {}
        rows = [array("i", [ids.setdefault(t, len(ids)) for t in tokens(text) or ["\0"]]) for text in texts]
        index = bm25s.BM25(method="lucene")
        index.index((rows, ids), show_progress=False)
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> KeywordIndex:
        import bm25s

        return cls(bm25s.BM25.load(str(folder), mmap=True))

    def save(self, folder: Path) -> None:
        self._index.save(str(folder), show_progress=False)

    @property
    def words(self) -> set[str]:
        """All tokens of the texts."""
        return set(self._index.vocab_dict) - {"", "\0"}

    def share(self, word: str) -> float:
        """Of the texts, how many have a token."""
        scores, row = self._index.scores, self._index.vocab_dict.get(word)
        if row is None:
            return 0.0
        return float((scores["indptr"][row + 1] - scores["indptr"][row]) / max(1, scores["num_docs"]))

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """One score for each text, zero where it shares no token."""
        if not words:
            return np.zeros(self._index.scores["num_docs"], dtype=np.float32)
        return np.asarray(self._index.get_scores(list(words)), dtype=np.float32)
