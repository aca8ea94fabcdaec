"""Tables that a question asks for: whether their rows are in the documents, and which of them answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from chat.quoting import Candidate, reading_place
from chat.understand import Query
from ingest.document import Language, without_body
from vectorstore.retrieve import Hit, Hits, Search
from vectorstore.words import content_words

MAX_ROWS = 8
"""Rows of a table that an answer quotes."""

_BAR = "|"


def has_body(caption: Hit) -> bool:
    """Whether an edition has what belongs beneath a caption: the rows of its table."""
    return any(caption.anchor not in without_body(place.edition.outline.sections) for place in caption.places)


def rows_asked(query: Query, caption: Hit, search: Search) -> list[Hit]:
    """The rows beneath a caption that a question speaks of, in reading order; where it names none, all or the nearest.

    A row is spoken of if it has most of the question's words that do not stand in the caption, in any edition.
    """
    rows = search.children(caption.work, caption.anchor, "row")
    known = {word for place in caption.places for word in content_words(place.passage.text)}
    asked = set(content_words(search.worded(f"{query.context} {query.text}"))) - known
    shared = [max(len(asked & set(content_words(place.passage.text))) for place in row.places) for row in rows]
    best = max(shared, default=0)
    spoken = [row for row, count in zip(rows, shared, strict=True) if count == best]
    if best == 0 or len(spoken) > MAX_ROWS:
        return _nearest(spoken, search.sentence_similarities(query.text))
    return spoken


def with_heads(chosen: Iterable[Candidate], hits: Hits, language: Language) -> Iterator[Candidate]:
    """What was chosen, before the rows of a table that do not name their columns the row of heads: those of Markdown,
    whose text is the file's."""
    told: set[tuple[str, str]] = set()
    for candidate in chosen:
        section = candidate.place.section
        table = (candidate.hit.work, section.parent or "")
        if section.kind == "row" and table not in told and candidate.folded.startswith(_BAR):
            told.add(table)
            above = next((hit for hit in hits.of_work(table[0]) if hit.anchor == table[1]), None)
            if above is not None:
                yield from _heads(above, language)
        yield candidate


def _heads(table: Hit, language: Language) -> Iterator[Candidate]:
    place = reading_place(table, language)
    start = place.passage.text.rfind("\n") + 1
    if place.passage.text.startswith(_BAR, start):
        yield Candidate(table, place, start, len(place.passage.text))


def _nearest(rows: Sequence[Hit], scores: Mapping[tuple[int, int], float]) -> list[Hit]:
    """So many rows as an answer quotes, those nearest to the question."""
    if len(rows) <= MAX_ROWS:
        return list(rows)

    def nearness(number: int) -> float:
        places = rows[number].places
        return max((scores.get((p.index, n), -1.0) for p in places for n in range(len(p.sentences))), default=-1.0)

    ranked = sorted(range(len(rows)), key=nearness, reverse=True)
    return [rows[number] for number in sorted(ranked[:MAX_ROWS])]
