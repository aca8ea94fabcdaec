"""Talking points: a topic goes in; checked points, what speaks against them, and their sources come out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import prompts
from chat.answer import Citation, Outcome
from chat.candidates import Candidate
from chat.cautions import mismatch_warnings, warnings_of
from chat.coverage import Silence, Vocabulary
from chat.modality import is_hedged
from chat.names import names_of
from chat.point_choice import LOOSELY, TO_THE_POINT, choose_points, choose_risks, turned_risk
from chat.span import Span
from chat.topic import Pool, find_pool, is_promise
from chat.understand import reply_language
from chat.verify import Draft, DraftStatement, cite, verify
from ingest.document import Language, Refusal, UnknownDocument
from ingest.marked import visible
from vectorstore.build import Build
from vectorstore.retrieve import Search
from vectorstore.words import states_something, to_simplified

AUDIENCES = ("client", "sales", "research")
DEFAULT_COUNT, MAX_COUNT = 5, 20
TOPIC_LIMIT, AUDIENCE_LIMIT = 1_000, 200
"""Characters taken."""

MAX_RISKS = 4
SPARE = 5
"""Further points, to put in the place of others."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `audience` is one of AUDIENCES or a description."""

    topic: str
    audience: str = "client"
    language: Language | None = None
    """None: that of the topic."""

    count: int = DEFAULT_COUNT
    works: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One or two sentences and the spans they rest on; `problems` says why it must not leave the page."""

    text: str
    spans: tuple[Span, ...] = ()
    quoted: bool = True
    """It is the documents' own words."""

    hedged: bool = False
    """It says less than that something is so: expected, possible, on a condition, on another's word."""

    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A work that points rest on; `date` as YYYY-MM-DD."""

    work: str
    title: str
    author: str
    date: str | None


@dataclass(frozen=True, slots=True)
class TalkingPoints:
    """Points on a topic with what speaks against them; without any where the documents do not cover it."""

    topic: str
    audience: str
    language: Language
    outcome: Outcome
    points: tuple[Point, ...] = ()
    risks: tuple[Point, ...] = ()
    spare: tuple[Point, ...] = ()
    """Further points, the best first, to put in the place of one."""

    notice: str = ""
    """Why there are none, or fewer than asked for."""

    gap: str = ""
    """Why the documents do not cover it, as chat/coverage.py names it; empty if they do."""

    writer: str = "quotes"
    model: str | None = None
    prompt_version: str = ""
    build: str = ""

    @property
    def disclaimer(self) -> str:
        return prompts.message("points-disclaimer", self.language)

    @property
    def numbers(self) -> dict[Span, int]:
        """The spans cited, numbered from 1 by first use, points before risks."""
        spans = dict.fromkeys(span for point in (*self.points, *self.risks) for span in point.spans)
        return {span: number for number, span in enumerate(spans, 1)}

    def citations(self, build: Build) -> tuple[Citation, ...]:
        return tuple(cite(span, number, build) for span, number in self.numbers.items())

    def sources(self, build: Build) -> tuple[Source, ...]:
        """The works cited, by first use."""
        works = [build.works[id_] for id_ in dict.fromkeys(span.edition.work for span in self.numbers)]
        return tuple(
            Source(work.id, work.title(self.language), work.author, work.date.isoformat() if work.date else None)
            for work in works
        )

    def warnings(self, build: Build) -> tuple[str, ...]:
        """What could not be read of the works cited, and where they contradict themselves, a sentence for each."""
        editions = {(span.edition.work, span.edition.id): span.edition for span in self.numbers}
        said = [(point.text, point.spans) for point in (*self.points, *self.risks)]
        lost = warnings_of(editions.values(), build, self.language)
        return (*lost, *mismatch_warnings(said, build, self.language))


def quoted_points(order: Order, search: Search, vocabulary: Vocabulary) -> TalkingPoints:
    """Points in the documents' own sentences, or why there are none. Raises Refusal for an order that is no order."""
    order = checked_order(order, search.build)
    language = order.language or reply_language(order.topic)
    begun = TalkingPoints(
        order.topic, order.audience, language, "answered", prompt_version=prompts.digest(), build=search.build.id
    )
    pool = find_pool(order.topic, language, order.works, search, vocabulary)
    if isinstance(pool, Silence):
        return silent(begun, pool)
    ranked = [
        pool.candidates[n] for n in choose_points(pool.candidates, pool.relevance, order.audience, order.count + SPARE)
    ]
    chosen, spare = ranked[: order.count], ranked[order.count :]
    against = _risks(pool, chosen, TO_THE_POINT)
    if not against and (worst := turned_risk(chosen)) is not None:
        against = [chosen.pop(worst)]
        chosen, spare = [*chosen, *spare[:1]], spare[1:]
    against = against or _risks(pool, chosen, LOOSELY)
    points, spares, risks = ([_point(one, language, search.build) for one in part] for part in (chosen, spare, against))
    few = prompts.message("points-few", language, count=len(points)) if len(points) < order.count else ""
    return replace(
        begun,
        points=tuple(points),
        spare=tuple(point for point in spares if all(point.spans != risk.spans for risk in risks)),
        risks=tuple(risks) or (Point(prompts.message("risks-none", language)),),
        notice=few,
    )


def _risks(pool: Pool, points: Sequence[Candidate], least: float) -> list[Candidate]:
    """About one risk for every two points."""
    count = min(MAX_RISKS, max(2, (len(points) + 1) // 2))
    return choose_risks(pool.around, pool.nearness, points, count, float("-inf") if pool.of_thesis else least)


def silent(begun: TalkingPoints, silence: Silence) -> TalkingPoints:
    """No points, and why."""
    outcome: Outcome = "not_covered"
    if silence.gap in ("advice", "steering"):
        outcome = "declined"
    elif silence.gap == "caption":
        outcome = "content_missing"
    key = "points-advice" if silence.gap == "advice" else f"silent-{silence.gap}"
    notice = prompts.message(key, begun.language, subject=silence.subject)
    return replace(begun, outcome=outcome, notice=notice, gap=silence.gap)


def checked_order(order: Order, build: Build) -> Order:
    """The order with its words in order. Raises Refusal where it is none."""
    topic = " ".join(order.topic.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").split())
    audience = " ".join(order.audience.encode("utf-8", "replace").decode("utf-8").split()) or "client"
    if not topic:
        raise Refusal("topic-empty")
    if len(topic) > TOPIC_LIMIT:
        raise Refusal("topic-too-long", length=len(topic), limit=TOPIC_LIMIT)
    if len(audience) > AUDIENCE_LIMIT:
        raise Refusal("audience-too-long", length=len(audience), limit=AUDIENCE_LIMIT)
    if not 1 <= order.count <= MAX_COUNT:
        raise Refusal("count-wrong", count=order.count, limit=MAX_COUNT)
    for work in order.works:
        if work not in build.works:
            raise UnknownDocument("work-unknown", work=work)
    return replace(order, topic=topic, audience=audience)


def _point(one: Candidate, language: Language, build: Build) -> Point:
    spans: list[Span] = []
    shown = ""
    for place, start, end in one.pieces:
        quote = place.passage.text[start:end]
        at = place.passage.start
        span = Span(place.edition, place.passage.anchor, at + start, at + end, quote)
        shown += (_between(spans[-1], span) if spans else "") + quote
        spans.append(span)
    if language == "zh-Hans" and one.place.edition.lang == "zh-Hant":
        shown = to_simplified(shown)
    return checked(Point(shown, tuple(spans)), build)


def _between(one: Span, next_: Span) -> str:
    """What stands between two quotes: nothing after a mark that leads on, else one that says words are left out."""
    between = one.edition.document.text[one.end : next_.start]
    if one.quote.endswith((":", "：", ";", "；")) and not re.search(r"\w{2}", between):
        return " " if next_.quote[0].isascii() else ""
    return " … "


def checked(point: Point, build: Build) -> Point:
    """The point with what is wrong with it, as of now."""
    return replace(point, hedged=is_hedged(point.text, names_of(build)), problems=point_problems(point, build))


def edited(point: Point, text: str, build: Build) -> Point:
    """The point with other words, checked again: the documents' own, or supported by what it cites."""
    text = visible(text)[0].strip()
    written = checked(Point(text, point.spans, quoted=True), build)
    if "not-verbatim" in written.problems:
        written = checked(replace(written, quoted=False), build)
    return written


def point_problems(point: Point, build: Build) -> tuple[str, ...]:
    """Why a point must not leave the page; empty if it may."""
    if not states_something(point.text):
        return ("empty",)
    draft = Draft("", "en", "answered", (DraftStatement(point.text, point.spans, point.quoted),))
    problems = verify(draft, build).statements[0].problems
    promised = is_promise(point.text) and not point.quoted
    return (*problems, "promise") if promised else problems
