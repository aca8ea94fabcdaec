"""An answer on the page: its statements with numbered chips, and below them the places that are quoted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

import streamlit as st

import prompts
from chat.answer import Answer, Citation, Statement
from ingest.document import Edition, Language
from ui import text
from ui.documents import Documents, edition_details
from ui.source import section_label

Row = dict[str, object]

_answer = text.component("answer")


def show_answer(
    answer: Answer,
    library: Documents,
    language: Language,
    key: str,
    latest: bool,
    on_cite: Callable[[int], None],
    on_open: Callable[[str, str], None],
    more: Row | None = None,
    on_more: Mapping[str, Callable[[Any], None]] | None = None,
) -> None:
    """Draws an answer, in view where it is the latest. A chip hands over its number, a section its work and anchor.

    `more` is what stands below it, drawn by the component: state, copy, feedback; `on_more` takes what a reader does
    there, by name: `again`, `feedback`.
    """

    def open_section(place: Any) -> None:
        on_open(str(place["work"]), str(place["anchor"]))

    def cite(number: Any) -> None:
        on_cite(int(number))

    doing = {"cite": cite, "open": open_section, **(on_more or {})}
    data = {**answer_data(answer, library, language), **(more or {}), "latest": latest}
    callbacks: dict[str, Any] = {f"on_{name}_change": partial(_take, key, name, act) for name, act in doing.items()}
    _answer(key=key, data=data, **callbacks)


def _take(key: str, name: str, act: Callable[[Any], None]) -> None:
    value = getattr(st.session_state[key], name, None)
    if value is not None:  # the component's other triggers are reset at the same time
        act(value)


def answer_data(answer: Answer, library: Documents, language: Language) -> Row:
    """What the component draws: words only, in the order in which they stand on the page."""
    words = prompts.words(language)
    sources = {citation.number: _source(citation, answer, library, language) for citation in answer.citations}
    nearest = [
        {"work": link.work, "anchor": link.anchor, "label": _numbered(link.anchor, link.title)}
        for link in answer.nearest
    ]
    quoted = {source["place"] for source in sources.values()}
    return {
        "lang": answer.language,
        "page_lang": language,
        "outcome": answer.outcome,
        "outcome_label": words.get(f"outcome-{answer.outcome}", ""),
        "notice": answer.notice,
        "paragraphs": _under_sections(
            [[_statement(s, sources, language) for s in group] for group in _paragraphs(answer)],
            sources if answer.writer == "quotes" else {},
        ),
        "sources": [sources[number] for number in sorted(sources)],
        "footnotes": _footnotes(sources),
        "nearest": [link for link in nearest if link["label"] not in quoted],
        "warnings": list(answer.warnings),
        "words": {name: words[name] for name in ("quoted-from", "nearest")},
    }


def _numbered(anchor: str, title: str) -> str:
    return f"§{anchor} {title}"


def _statement(statement: Statement, sources: Collection[int], language: Language) -> Row:
    from chat.verify import because

    return {
        "text": statement.text,
        "lead": statement.lead,
        "numbers": [number for number in statement.citations if number in sources],
        "warning": because("unverified", statement.problems, language) if statement.status == "unverified" else "",
    }


def _paragraphs(answer: Answer) -> Iterable[list[Statement]]:
    """Statements from one section read on; those from another section start a new line."""
    anchors = {citation.number: (citation.work, citation.anchor) for citation in answer.citations}
    groups: list[list[Statement]] = []
    last: set[tuple[str, str]] = set()
    for statement in answer.statements:
        cited = {anchors[number] for number in statement.citations if number in anchors}
        if groups and cited and cited == last:
            groups[-1].append(statement)
        else:
            groups.append([statement])
        last = cited
    return groups


def _under_sections(paragraphs: list[list[Row]], sources: Mapping[int, Row]) -> list[list[Row]]:
    """Paragraphs of quotes from several places, each run of them under its place where it does not name it itself."""
    places = [_place_of(paragraph, sources) for paragraph in paragraphs]
    if len({place["place"] for place in places if place}) < 2:
        return paragraphs
    last: object = None
    for paragraph, place in zip(paragraphs, places, strict=True):
        if place and place["place"] != last and not _names(str(paragraph[0]["text"]), str(place["place"])):
            paragraph[0] |= {"section": place["place"], "section_lang": place["place_lang"]}
        last = place and place["place"]
    return paragraphs


def _place_of(paragraph: list[Row], sources: Mapping[int, Row]) -> Row | None:
    numbers = paragraph[0]["numbers"]
    assert isinstance(numbers, list)
    return sources.get(numbers[0]) if numbers else None


def _names(said: str, place: str) -> bool:
    """Whether what is quoted begins with the title of its place, as a heading and a numbered paragraph do."""
    title = place.partition(" ")[2]
    return bool(title) and title in said[: len(title) + 8]


def _source(citation: Citation, answer: Answer, library: Documents, language: Language) -> Row:
    """A citation's place in words, for its chip and its line below the answer."""
    words = prompts.words(language)
    simplified = "zh-Hans" in (answer.language, language)
    place, details = _numbered(citation.anchor, citation.title), []
    edition = library.edition(citation.work, citation.edition)
    if edition is not None:
        details = edition_details(library, edition, language, simplified)
        place = _place(citation, edition, library, language)
    if citation.page:
        details.append(words["page-number"].format(page=citation.page))
    if edition is not None and edition.document.read_by_ocr(citation.start, citation.end):
        details.append(words["by-ocr"])
    if simplified and citation.lang == "zh-Hant":
        place = _simplified(place)
    return {
        "number": citation.number,
        "label": words["source-number"].format(number=citation.number, place=place),
        "place": place,
        "place_lang": "zh-Hans" if simplified and citation.lang == "zh-Hant" else citation.lang,
        "details": words["details-comma"].join(details),
        "quote": citation.quote,
        "lang": citation.lang,
    }


def _place(citation: Citation, edition: Edition, library: Documents, language: Language) -> str:
    """The section's label; of a glossary, the entry."""
    work = library.works.get(citation.work)
    if work is not None and work.role == "glossary":
        return citation.title
    return section_label(edition, citation.anchor, language)


def _simplified(title: str) -> str:
    from vectorstore.words import to_simplified

    return to_simplified(title)


def _footnotes(sources: dict[int, Row]) -> list[Row]:
    """One line for each place, with all its numbers."""
    lines: dict[tuple[object, object], Row] = {}
    numbers: dict[tuple[object, object], list[int]] = {}
    for number, source in sorted(sources.items()):
        place = source["place"], source["details"]
        lines.setdefault(place, {name: source[name] for name in ("place", "place_lang", "details")})
        numbers.setdefault(place, []).append(number)
    return [{**line, "numbers": numbers[place]} for place, line in lines.items()]
