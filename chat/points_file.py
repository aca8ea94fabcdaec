"""Talking points as they leave Footnote: the JSON of `points` (DESIGN §5), plain text, and handouts to export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

import prompts
from chat.answer import Citation
from chat.export import Handout, Line, Note, Part
from chat.point_notes import citation_note
from chat.points import AUDIENCES, Order, Point, Source, TalkingPoints, checked
from chat.verify import problem_message
from ingest.document import Language, Refusal
from vectorstore.build import Build


class PointsRow(BaseModel):
    """A line of `points --batch`; keys it does not know are ignored."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    topic: str
    audience: str | None = None
    language: Language | None = None
    count: int | None = None
    works: list[str] | None = None

    def order(self, default: Order) -> Order:
        """What it asks for, the rest as given on the command line."""
        return Order(
            self.topic,
            self.audience or default.audience,
            self.language or default.language,
            default.count if self.count is None else self.count,
            tuple(self.works or default.works),
        )


def points_row(points: TalkingPoints, build: Build, id_: str | int | None = None) -> dict[str, Any]:
    """Talking points as the JSON value of `points`."""
    numbers = points.numbers

    def numbered(point: Point) -> list[int]:
        return [numbers[span] for span in point.spans]

    return {
        "id": id_,
        "topic": points.topic,
        "audience": points.audience,
        "language": points.language,
        "outcome": points.outcome,
        "points": [{"text": p.text, "hedged": p.hedged, "citations": numbered(p)} for p in points.points],
        "risks": [{"text": p.text, "citations": numbered(p)} for p in points.risks],
        "citations": [citation_row(citation) for citation in points.citations(build)],
        "sources": [asdict(source) for source in points.sources(build)],
        "disclaimer": points.disclaimer,
        "writer": points.writer,
        "model": points.model,
        "prompt_version": points.prompt_version,
        "build": points.build,
    }


def citation_row(citation: Citation) -> dict[str, Any]:
    row = asdict(citation)
    if row["original"] is None:
        del row["original"]
    return row


def points_handout(points: TalkingPoints, build: Build) -> Handout:
    """The points as something to export, each checked again. Raises Refusal where one of them must not leave."""
    language = points.language
    words = prompts.words(language)
    if not points.points:
        raise Refusal("points-none")
    for number, point in enumerate(points.points, 1):
        if problems := checked(point, build).problems:
            raise blocked(number, problems, language)
    sources = tuple(source_line(source, language) for source in points.sources(build))
    several = len(sources) > 1
    notes = {c.number: citation_note(c, build, language, titled=several) for c in points.citations(build)}
    numbers = points.numbers

    def lines(part: tuple[Point, ...]) -> tuple[Line, ...]:
        return tuple(Line(p.text, _by_source([notes[numbers[span]] for span in p.spans], language)) for p in part)

    return Handout(
        words["points-title"].format(topic=points.topic),
        language,
        (words["points-for"].format(audience=audience_name(points.audience, language)), *sources),
        (
            Part(words["points-part"], lines(points.points), listed=True),
            Part(words["risks-part"], lines(_risks_of(points, build)), listed=True),
        ),
        (*points.warnings(build), writer_line(points), points.disclaimer),
        words["details-comma"].join([words["not-advice"], *sources[:1]]),  # a footer too long is cut at its end
        closing_heading=words["points-about"],
    )


def source_line(source: Source, language: Language) -> str:
    """A work that points are from: title, author, date as people write it."""
    words = prompts.words(language)
    day = words["date"].format(date=date.fromisoformat(source.date)) if source.date else "–"
    return words["source-of"].format(title=source.title, author=source.author or "–", date=day)


def _by_source(notes: Sequence[Note], language: Language) -> tuple[Note, ...]:
    """The notes of a point, those of one section as one with all its quotes: a list has many."""
    found: dict[str, list[Note]] = {}
    for note in dict.fromkeys(notes):
        found.setdefault(note.source, []).append(note)
    between = " " if language == "en" else ""
    return tuple(
        Note(source, tuple(q for n in mine for q in n.quotes), between.join(n.original for n in mine if n.original))
        for source, mine in found.items()
    )


def _risks_of(points: TalkingPoints, build: Build) -> tuple[Point, ...]:
    """The risks, of which there is always one: what the documents say, or that they say nothing."""
    sound = tuple(risk for risk in points.risks if not risk.spans or not checked(risk, build).problems)
    return sound or (Point(prompts.message("risks-none", points.language)),)


def blocked(number: int, problems: tuple[str, ...], language: Language) -> Refusal:
    """Why a point is not exported, with the reasons in a language."""
    reasons = prompts.words(language)["list-comma"].join(problem_message(problem, language) for problem in problems)
    return Refusal("points-blocked", number=number, reasons=reasons)


def audience_name(audience: str, language: Language) -> str:
    """What people call an audience; a description as it is."""
    return prompts.words(language)[f"audience-{audience}"] if audience in AUDIENCES else audience


def writer_line(points: TalkingPoints) -> str:
    """Who wrote the points."""
    words = prompts.words(points.language)
    if points.model:
        return words["written-by-model"].format(model=points.model)
    return words["written-by-quotes" if all(point.quoted for point in points.points) else "written-by-person"]


def points_text(points: TalkingPoints, build: Build) -> str:
    """Talking points as plain text for a terminal."""
    words = prompts.words(points.language)
    numbers = points.numbers
    lines = [points.notice] if points.notice else []
    if not points.points:
        return "\n".join(lines)

    def line(point: Point) -> str:
        return f"- {point.text} {''.join(f'[{numbers[span]}]' for span in point.spans)}".rstrip()

    lines += map(line, points.points)
    lines += ["", words["risks-part"], *map(line, points.risks), ""]
    for c in points.citations(build):
        page = f", p. {c.page}" if c.page else ""
        lines.append(f"  [{c.number}] {c.work}/{c.edition} §{c.anchor} {c.title}{page}")
    lines += [f"  {source_line(source, points.language)}" for source in points.sources(build)]
    return "\n".join([*lines, *points.warnings(build), writer_line(points), points.disclaimer])
