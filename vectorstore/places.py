"""Places: the passages of a build with their sections and titles, and what of them is embedded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from ingest.document import HEADINGS, Edition, Passage, Section, coarse_anchors, columns_named
from ingest.marked import visible
from ingest.passages import ends_as_sentence, sentence_spans
from vectorstore.vectors import Texts
from vectorstore.words import to_simplified


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of a build with all that search and answers need to know of it."""

    index: int
    work: str
    edition: Edition
    section: Section
    coarse: str
    titles: tuple[str, ...]
    """Of the sections above it, the outermost first."""

    passage: Passage
    stands_over: bool = False
    """Whether other sections lie in it."""

    @property
    def is_heading(self) -> bool:
        """Whether it says no more than its title: a numbered paragraph says more after it, a bullet that ends as a
        sentence or announces what follows says more than a title does."""
        text = self.passage.text.rstrip()
        if self.section.kind == "bullet":
            return self.stands_over and len(self.sentences) == 1 and not ends_as_sentence(text)
        return self.section.kind in HEADINGS and text.endswith(self.section.title)

    @property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Spans within the passage's text; found when asked for, since a question looks at few passages."""
        return _spans(self.passage.text)


def embedded_texts(edition: str, places: Sequence[Place]) -> Texts:
    """What of an edition's places is embedded."""
    return Texts(
        edition,
        tuple(embedded_text(place) for place in places),
        tuple(tuple(embedded_sentences(place)) for place in places),
    )


def embedded_text(place: Place) -> str:
    """What of a passage is embedded: its own words after the titles above it, which say what it is about.

    In Simplified, as questions are, so that both scripts find the same, and without characters that nobody sees.
    """
    head = f"{' / '.join(place.titles)}: " if place.titles else ""
    return to_simplified(visible(head + place.passage.text)[0])


def embedded_sentences(place: Place) -> list[str]:
    """What of a passage's sentences is embedded."""
    return [to_simplified(visible(place.passage.text[start:end])[0]) for start, end in place.sentences]


def keyword_language(edition: Edition) -> str:
    return "en" if edition.lang == "en" else "zh"


def places_of(editions: Iterable[tuple[Edition, Sequence[Passage]]]) -> Iterator[Place]:
    """The passages of editions with what is known of them, numbered in this order."""
    index = 0
    for edition, passages in editions:
        sections = {section.anchor: section for section in edition.outline.sections}
        coarse = coarse_anchors(edition.outline.sections)
        titles = _titles_above(sections, edition.document.text)
        parents = {section.parent for section in edition.outline.sections}
        for passage in passages:
            yield Place(
                index,
                edition.work,
                edition,
                sections[passage.anchor],
                coarse[passage.anchor],
                titles[passage.anchor],
                passage,
                passage.anchor in parents,
            )
            index += 1


@lru_cache(maxsize=4096)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentence_spans(text))


def _titles_above(sections: Mapping[str, Section], text: str) -> dict[str, tuple[str, ...]]:
    """Of each section, the titles of those that it stands in, the outermost first; of a table, its columns' too."""

    @cache
    def down_to(anchor: str | None) -> tuple[str, ...]:
        if anchor is None:
            return ()
        section = sections[anchor]
        columns = columns_named(text, section) if section.kind == "table" else ()
        return (*down_to(section.parent), section.title, *columns)

    return {anchor: down_to(section.parent) for anchor, section in sections.items()}
