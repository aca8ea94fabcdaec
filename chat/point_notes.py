"""Citations as notes of a handout: the section as people know it, the edition, its words and those of the original."""

from __future__ import annotations

import prompts
from chat.answer import Citation
from chat.export import Note
from chat.numbers import figures, occurs
from ingest.document import Edition, Language, coarse_anchors
from ingest.passages import sentence_spans
from vectorstore.build import Build
from vectorstore.words import for_reader


def citation_note(citation: Citation, build: Build, language: Language, *, titled: bool) -> Note:
    """The note of a citation; `titled`: with the title of its work, where several are cited."""
    words = prompts.words(language)
    edition = _edition(citation.work, citation.edition, build)
    place = _section(citation, edition, language)
    if titled:
        title = build.works[citation.work].title(language)
        place = words["cited-place"].format(title=title, place=place)
    if citation.page:
        place += words["list-comma"] + words["page-number"].format(page=citation.page)
    if edition.document.read_by_ocr(citation.start, citation.end):
        place += words["list-comma"] + words["by-ocr"]
    source = words["cited-edition"].format(place=place, edition=words[f"kind-{citation.kind}"])
    original = ""
    if citation.original:
        original = original_words(citation, edition, _edition(citation.work, citation.original.edition, build))
    return Note(source, (citation.quote,), original)


def _edition(work: str, id_: str, build: Build) -> Edition:
    return next(one for one in build.editions.values() if (one.work, one.id) == (work, id_))


def _section(citation: Citation, edition: Edition, language: Language) -> str:
    """The item or chapter, its number before its title; of a paged document the page."""
    words = prompts.words(language)
    place = coarse_anchors(edition.outline.sections).get(citation.anchor, citation.anchor)
    section = next((one for one in edition.outline.sections if one.anchor == place), None)
    if section is None or section.kind == "page":
        return words["page-section"].format(page=place.removeprefix("p")) if section else f"§{place}"
    return words["front"] if section.kind == "front" else f"§{place} {for_reader(section.title, language)}"


def original_words(citation: Citation, cited: Edition, other: Edition) -> str:
    """Of the original's passage (`other`) the sentences that stand at the quote's place, where both have as many
    sentences and every figure of the quote is in them; else the whole passage; empty where there is none."""
    original = citation.original
    if original is None:
        return ""
    mine, theirs = _sentences(cited, citation.anchor), _sentences(other, original.anchor)
    met = [n for n, (start, end) in enumerate(mine) if start < citation.end and citation.start < end]
    if len(mine) != len(theirs) or not met:
        return original.quote
    found = other.document.text[theirs[met[0]][0] : theirs[met[-1]][1]]
    printed = figures(found)
    return found if all(occurs(figure, printed) for figure in figures(citation.quote)) else original.quote


def _sentences(edition: Edition, anchor: str) -> list[tuple[int, int]]:
    """Where the sentences of a section start and end in the edition's text."""
    section = next(one for one in edition.outline.sections if one.anchor == anchor)
    text = edition.document.text[section.start : section.end]
    return [(section.start + start, section.start + end) for start, end in sentence_spans(text)]
