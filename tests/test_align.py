"""Two editions with unlike outlines are brought together by order and meaning; what stands alone is named."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from chat.quoting import nearest_sections
from ingest.document import Document, Edition, Format, Outline, Section, Work
from ingest.outline import outline_sections
from tests.bigrams import NAME, Bigrams
from tests.conftest import DATA
from vectorstore.align import Alignment, align
from vectorstore.build import open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.library import read_edition
from vectorstore.retrieve import Search

ENGLISH = (DATA / "second-report.en.md").read_text(encoding="utf-8")


def bare(text: str) -> str:
    return re.sub(r"\W+", "", text)


def english(text: str, format: Format = "markdown") -> Edition:  # noqa: A002
    document = Document(text, format)
    return Edition("w", "en", "translation", "x.md", document, outline_sections(document))


def without_chapter(text: str, number: int) -> str:
    start = text.index(f"\n## {number}")
    return text[:start] + text[text.index(f"\n## {number + 1}") :]


UNLIKE = {
    "bullets set as paragraphs": (re.sub(r"(?m)^(\s*)- ", "", ENGLISH).replace("\n", "\n\n"), "markdown", 60),
    "no headings": (re.sub(r"(?m)^#+ .*$", "", ENGLISH), "text", 44),
    "a chapter missing": (without_chapter(ENGLISH, 2), "markdown", 48),
}


@pytest.fixture(scope="module")
def original() -> Edition:
    return read_edition(DATA / "second-report.zh-Hant.txt", "w", None, "original")


@pytest.fixture(scope="module")
def embed(bundled_engine):
    """The vectors of texts; of a text met in several cases, made once."""
    known: dict[str, list[float]] = {}

    def vectors(texts: Sequence[str]) -> list[list[float]]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, bundled_engine.embed_documents(new), strict=True))
        return [known[text] for text in texts]

    return vectors


@pytest.mark.long
@pytest.mark.parametrize(("text", "format", "least"), UNLIKE.values(), ids=UNLIKE)
def test_sections_of_unlike_outlines_meet(original, embed, text: str, format: Format, least: int) -> None:  # noqa: A002
    true = {bare(ENGLISH[s.start : s.end]): s.anchor for s in english(ENGLISH).outline.sections if s.start < s.end}
    edition = english(text, format)
    found = align(original, edition, embed)
    assert isinstance(found, Alignment)
    sections = [s for s in found.edition.outline.sections if s.start < s.end and s.anchor in original.outline.anchors]
    met = [(s.anchor, true[bare(text[s.start : s.end])]) for s in sections if bare(text[s.start : s.end]) in true]
    assert [pair for pair in met if pair[0] != pair[1]] == []
    assert len(met) >= least
    assert found.aligned + len(found.left) == sum(s.start < s.end for s in edition.outline.sections)


@pytest.mark.long
def test_what_has_no_counterpart_is_named_and_keeps_apart(original, embed) -> None:
    text = ENGLISH.replace("\n## 2", "\n## 9. A recipe\n\nBoil the rice for twelve minutes.\n\n## 2", 1)
    text = re.sub(r"(?m)^(\s*)- ", "", text).replace("\n", "\n\n")
    found = align(original, english(text), embed)
    assert found is not None
    boiled = next(s for s in found.edition.outline.sections if s.title.startswith("Boil"))
    assert boiled.anchor not in original.outline.anchors
    assert "9.p1" in found.left
    parents = {s.anchor for s in found.edition.outline.sections}
    assert {s.parent for s in found.edition.outline.sections if s.parent} <= parents
    assert len(parents) == len(found.edition.outline.sections)


def test_equal_outlines_need_no_alignment(original) -> None:
    assert align(original, english(ENGLISH), lambda _: pytest.fail("not asked")) is None


def test_near_sections_are_those_of_the_edition_that_is_read(tmp_path) -> None:
    """A paragraph met by its meaning can lie in a chapter that the other edition does not have."""
    english = "Fares\n\nThe fare to Osk rises by four percent in May.\n"
    chinese = "票價\n\n前往奧斯克的票價五月上調百分之四。\n"
    editions = [
        Edition("ferry", lang, kind, "x.txt", Document(text, "text"), outline)
        for text, lang, kind, outline in (
            (english, "en", "original", _chapter("1", english)),
            (chinese, "zh-Hant", "translation", _chapter("u1", chinese)),
        )
    ]
    catalogue = Catalogue.at(tmp_path)
    publish_build(tmp_path, catalogue, NAME, Bigrams, {"ferry": Work("ferry", {"en": "Ferry"})}, editions)
    build = open_build(tmp_path, catalogue)
    hits = Search(build, Bigrams()).hits("前往奧斯克的票價")
    assert ("u1", "票價") in [(link.anchor, link.title) for link in nearest_sections(hits, "zh-Hant")]
    assert ("1", "Fares") in [(link.anchor, link.title) for link in nearest_sections(hits, "en")]
    build.close()
    catalogue.close()


def _chapter(anchor: str, text: str) -> Outline:
    """One chapter, and its paragraph, which has the same anchor in both."""
    title, start = text.split("\n")[0], text.index("\n\n") + 2
    return Outline(
        (
            Section(anchor, "chapter", None, title, 1, 3, 0, len(text) - 1),
            Section("1.p1", "paragraph", anchor, "", 3, 3, start, len(text) - 1),
        )
    )
