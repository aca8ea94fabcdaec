"""Tables that a question asks for: whether their rows are in the documents, and which of them answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chat.understand import Query
from ingest.document import without_body
from vectorstore.retrieve import Hit, Search
from vectorstore.words import content_words

MAX_ROWS = 8
"""Rows of a table that an answer quotes."""


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


def _nearest(rows: Sequence[Hit], scores: Mapping[tuple[int, int], float]) -> list[Hit]:
    """So many rows as an answer quotes, those nearest to the question."""
    if len(rows) <= MAX_ROWS:
        return list(rows)

    def nearness(number: int) -> float:
        places = rows[number].places
        return max((scores.get((p.index, n), -1.0) for p in places for n in range(len(p.sentences))), default=-1.0)

    ranked = sorted(range(len(rows)), key=nearness, reverse=True)
    return [rows[number] for number in sorted(ranked[:MAX_ROWS])]
