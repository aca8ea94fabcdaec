"""The head of the page: what it is, whose documents it quotes and of what date; and the line that is always there."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import prompts
from chat.settings import read_settings
from ingest.document import Edition, Language, Work
from ui import text
from ui.documents import Documents
from ui.reader import person
from ui.sign_in import is_configured

_SHOWN = 3
"""Works named in the head; of more, only the count."""

_brand = text.component("brand")
_about = text.component("about")


def brand(language: Language) -> None:
    """The name, and what this is."""
    tagline = prompts.words(language)["tagline"]
    _brand(key="brand", data={"lang": language, "name": "Footnote", "tagline": tagline}, width="content")


def about(library: Documents, language: Language) -> None:
    """The works that are quoted; where only a digest of one is at hand, that."""
    words = prompts.words(language)
    works = library.documents
    lines = [_work_line(work, language) for work in works[:_SHOWN]]
    if len(works) > _SHOWN:
        lines.append({"before": words["more-documents"].format(count=len(works) - _SHOWN)})
    digests = any(_only_digests(library.editions[work.id]) for work in works)
    notes = _notes(words) if digests else []
    _about(key="about", data={"lang": language, "works": lines, "notes": notes})


def _notes(words: Mapping[str, str]) -> list[str]:
    """That only a digest is quoted; to who can add the report, how."""
    if not person().edits:
        return [words["digest-only"]]
    return [words["digest-only"], words["digest-add" if is_configured() else "digest-start"]]


def standing_line(works: Sequence[Work], language: Language) -> None:
    """Who answers, a model by name or the documents alone; of what date they are, and what an answer is not."""
    words = prompts.words(language)
    model = read_settings().chat_model
    dates = sorted({work.date for work in works if work.date})
    parts = [words["written-by"].format(model=model) if model else words["quotes-only"]]
    if dates:
        first, last = format_date(dates[0], language), format_date(dates[-1], language)
        span = first if first == last else words["date-range"].format(first=first, last=last)
        parts.append(words["documents-dated"].format(date=span))
    text.line([*parts, words["can-be-wrong"], words["not-advice"]], language)


def format_date(date: datetime.date, language: Language) -> str:
    return prompts.words(language)["date"].format(date=date)


def _work_line(work: Work, language: Language) -> dict[str, str]:
    """The sentence that names a work, in pieces, so that its title can be set as a title."""
    words = prompts.words(language)
    known = [work.author, format_date(work.date, language) if work.date else ""]
    details = words["list-comma"].join(part for part in known if part)
    template = words["quotes-from" if details else "quotes-from-plain"]
    before, after = template.split("{title}")
    return {"before": before, "title": work.title(language), "after": after.replace("{details}", details)}


def _only_digests(editions: Sequence[Edition]) -> bool:
    return all(edition.kind == "digest" for edition in editions)
