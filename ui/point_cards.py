"""What the board of talking points draws: words only, each point with the quotes that it rests on beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import prompts
from chat.answer import Citation
from ingest.document import Language, Refusal
from ui.documents import Documents, edition_details
from ui.source import section_label

if TYPE_CHECKING:
    from chat.points import Point, TalkingPoints
    from vectorstore.build import Build

Row = dict[str, object]
_LABELS = ("up", "down", "drop", "replace", "copy", "copied", "edit", "hedged", "original")


def board_data(points: TalkingPoints, build: Build, library: Documents, language: Language) -> Row:
    """The points, the risks and their sources, in the page's language around them."""
    from chat.export import to_markdown
    from chat.points_file import points_handout, source_line, writer_line

    words = prompts.words(language)
    simplified = "zh-Hans" in (points.language, language)
    sources = {c.number: source_row(c, library, language, simplified) for c in points.citations(build)}
    numbers = points.numbers

    def card(point: Point) -> Row:
        return _card(point, [sources[numbers[span]] for span in point.spans], language)

    try:
        copied = to_markdown(points_handout(points, build))
    except Refusal:
        copied = ""
    return {
        "lang": points.language,
        "page_lang": language,
        "outcome": points.outcome,
        "outcome_label": words.get(f"outcome-{points.outcome}", "") if not points.points else "",
        "notice": points.notice,
        "points": [card(point) for point in points.points],
        "risks": [card(risk) for risk in points.risks],
        "spare": len(points.spare),
        "copied": copied,
        "headings": [words["points-part"], words["risks-part"]],
        "sources": [source_line(source, language) for source in points.sources(build)],
        "warnings": list(points.warnings(build)),
        "writer": writer_line(points) if points.points else "",
        "disclaimer": points.disclaimer if points.points else "",
        "words": {name: words[f"point-{name}"] for name in _LABELS},
    }


def _card(point: Point, sources: list[Row], language: Language) -> Row:
    from chat.verify import because

    return {
        "text": point.text,
        "hedged": point.hedged,
        "blocked": because("point-blocked", point.problems, language) if point.problems else "",
        "sources": sources,
    }


def source_row(citation: Citation, library: Documents, language: Language, simplified: bool) -> Row:
    """A citation as it stands beside what rests on it: its place, its words, those of the original.

    For a reader of Simplified (`simplified`), `shown` is a quote of Traditional words in Simplified, else empty;
    `quote` is verbatim.
    """
    from chat.point_notes import original_words
    from vectorstore.words import to_simplified

    words = prompts.words(language)
    edition = library.edition(citation.work, citation.edition)
    place = f"§{citation.anchor} {citation.title}"
    details: list[str] = []
    if edition is not None:
        place = section_label(edition, citation.anchor, language)
        details = edition_details(library, edition, language, simplified)
    if citation.page:
        details.append(words["page-number"].format(page=citation.page))
    if edition is not None and edition.document.read_by_ocr(citation.start, citation.end):
        details.append(words["by-ocr"])
    rendered = simplified and citation.lang == "zh-Hant"
    original = citation.original
    source = library.edition(citation.work, original.edition) if original else None
    return {
        "number": citation.number,
        "place": to_simplified(place) if rendered else place,
        "place_lang": "zh-Hans" if rendered else citation.lang,
        "details": words["details-comma"].join(details),
        "quote": citation.quote,
        "shown": to_simplified(citation.quote) if rendered else "",
        "lang": citation.lang,
        "original": original_words(citation, edition, source)
        if edition and source
        else original.quote
        if original
        else "",
        "original_lang": source.lang if source else "",
    }
