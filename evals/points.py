"""python -m evals points: talking points without a model, over the report and over an invented one, per language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from chat.assistant import Assistant, ensure_index
from chat.points import Order, Point, TalkingPoints
from chat.settings import Settings
from chat.themes import section_themes
from ingest.document import LANGUAGES, Language, Theme
from vectorstore.build import Build

TOPICS = Path(__file__).parent / "topics.jsonl"
SECOND = Path(__file__).parents[1] / "tests" / "data"
_SECOND_FILES = (("zh-Hant", "original", "second-report.zh-Hant.txt"), ("en", "digest", "second-report.en.md"))

ROWS = {
    "covered topics answered": "covered",
    "topics outside said to be outside": "outside",
    "advice, promises and steering declined": "declined",
    "points on the topic or thesis": "on topic",
    "first points on the topic or thesis": "first",
    "points from a passage of their own": "apart",
    "points verified": "verified",
    "points that keep a hedge": "hedged",
    "answers with a risk that the documents state": "risk",
}


class Topic(BaseModel):
    """A topic with the sections that speak of it, by the beginning of their anchors, or the thesis that it is."""

    id: str
    work: str
    lang: Language
    topic: str
    sections: list[str] = []
    theme: Theme | None = None
    outcome: Literal["answered", "not_covered", "declined"]


def read_topics() -> list[Topic]:
    return [Topic.model_validate_json(line) for line in TOPICS.read_text(encoding="utf-8").splitlines()]


def points_table(assistant: Assistant, topics: Sequence[Topic]) -> str:
    """A Markdown table: shares by language; `points that keep a hedge` is how many are hedged, for orientation."""
    found: dict[tuple[str, str], list[bool]] = {}
    for topic in topics:
        written = assistant.points(Order(topic.topic, "client", topic.lang))
        for name, value in _judged(topic, written, assistant.build):
            found.setdefault((name, topic.lang), []).append(value)
    lines = ["| figure | " + " | ".join(LANGUAGES) + " |", "|---|" + "---|" * len(LANGUAGES)]
    for title, name in ROWS.items():
        cells = [_share(found.get((name, lang), [])) for lang in LANGUAGES]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _share(values: Sequence[bool]) -> str:
    return f"{sum(values) / len(values):.2f} of {len(values)}" if values else "–"


def _judged(topic: Topic, written: TalkingPoints, build: Build) -> Iterable[tuple[str, bool]]:
    kind = {"answered": "covered", "not_covered": "outside", "declined": "declined"}[topic.outcome]
    yield kind, written.outcome == topic.outcome
    if topic.outcome != "answered" or not written.points:
        return
    on = [_is_on(topic, point, build) for point in written.points]
    yield from (("on topic", value) for value in on)
    yield "first", on[0]
    places = [point.spans[-1].anchor for point in written.points]
    yield from (("apart", place not in places[:n]) for n, place in enumerate(places))
    yield from (("verified", not point.problems) for point in written.points)
    yield from (("hedged", point.hedged) for point in written.points)
    yield "risk", any(risk.spans for risk in written.risks)


def _is_on(topic: Topic, point: Point, build: Build) -> bool:
    span = point.spans[-1]
    if topic.theme:
        sections = span.edition.outline.sections
        section = next(one for one in sections if one.anchor == span.anchor)
        return topic.theme in section_themes(build.works[span.edition.work], section, sections)
    return any(span.anchor == anchor or span.anchor.startswith(f"{anchor}.") for anchor in topic.sections)


def second_assistant(folder: Path) -> Assistant:
    """Answers over the invented report of the tests, indexed in a folder."""
    source = folder / "corpus" / "second-report"
    source.mkdir(parents=True)
    editions = ""
    for lang, kind, file in _SECOND_FILES:
        (source / file).write_bytes((SECOND / file).read_bytes())
        editions += f"[[editions]]\nlang = {json.dumps(lang)}\nkind = {json.dumps(kind)}\nfile = {json.dumps(file)}\n"
    head = 'id = "second-report"\ndate = 2025-09-03\n[titles]\nen = "Three lanes into a headwind"\n'
    (source / "work.toml").write_text(head + editions, encoding="utf-8")
    settings = Settings(home=folder / "home", corpus=folder / "corpus")
    ensure_index(settings)
    return Assistant(settings)
