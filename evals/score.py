"""Asks a question set and gives the table of DESIGN §6."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from chat.answer import Answer, Turn
from evals.gold import Question
from evals.metrics import cited_precision, gold_cited, has_fact, percentile, recall_in_characters
from ingest.document import LANGUAGES, Edition

MAX_LINES = 5
REFUSALS = ("not_covered", "content_missing", "false_premise", "declined")


@dataclass
class Figures:
    """Values per figure, kept apart by language."""

    values: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def add(self, figure: str, lang: str, value: float) -> None:
        for group in ("all", lang):
            self.values[figure][group].append(value)

    def mean(self, figure: str, group: str = "all") -> float:
        values = self.values[figure][group]
        return sum(values) / len(values) if values else float("nan")


class Asks(Protocol):
    """What answers a question set."""

    def editions(self, work: str) -> list[Edition]: ...
    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer: ...


@dataclass(frozen=True)
class Outcome:
    """A question, its answer, and what was wrong with it."""

    question: Question
    answer: Answer
    faults: tuple[str, ...]


def score(assistant: Asks, questions: Sequence[Question], work: str) -> tuple[Figures, list[Outcome]]:
    """Asks every question once, warm; figures are means of 0..1 but for milliseconds."""
    editions = assistant.editions(work)
    figures, outcomes = Figures(), []
    assistant.ask(questions[0].question)
    for question in questions:
        started = time.perf_counter()
        answer = assistant.ask(question.question, history=[Turn(t.role, t.content) for t in question.history])
        figures.add("milliseconds", question.lang, (time.perf_counter() - started) * 1000)
        faults = _score_one(figures, question, answer, editions, work)
        outcomes.append(Outcome(question, answer, tuple(faults)))
    return figures, outcomes


def _score_one(
    figures: Figures, question: Question, answer: Answer, editions: Sequence[Edition], work: str
) -> list[str]:
    faults: list[str] = []

    def note(figure: str, value: float) -> None:
        figures.add(figure, question.lang, value)
        if value < 1:
            faults.append(figure)

    texts = {(edition.work, edition.id): edition.document.text for edition in editions}
    for citation in answer.citations:
        if (citation.work, citation.edition) in texts:
            text = texts[citation.work, citation.edition]
            note("offsets exact", float(text[citation.start : citation.end] == citation.quote))
    note("language right", float(answer.language == question.lang))
    refused = answer.outcome in REFUSALS
    if not question.answerable:
        leaked = any(has_fact(answer.text, word) for word in question.must_not)
        note("unanswerable recognized", float(refused and not leaked))
        name = "missing or outside" if question.subtype in ("missing-body", "outside") else "other unanswerable"
        note(f"  {name}", float(refused and not leaked))
        return faults
    figures.add("answerable refused", question.lang, float(refused))
    if refused:
        faults.append("answerable refused")
    note("recall@1000", _recall(question, answer, editions, work))
    cited = {citation.anchor for citation in answer.citations if citation.work == work}
    parents = {section.anchor: section.parent for section in editions[0].outline.sections}
    note("gold cited", float(gold_cited(cited, question.gold_anchors, question.alt_anchors)))
    if cited:
        note("cited is relevant", cited_precision(cited, question.relevant, parents))
    if first := _first_cited(answer, work):
        figures.add(
            "answer comes first", question.lang, float(first in {*question.gold_anchors, *question.alt_anchors})
        )
    short = len(answer.statements) <= MAX_LINES or question.kind == "list"
    note("all facts", float(short and all(has_fact(answer.text, fact) for fact in question.answer_facts)))
    return faults


def _first_cited(answer: Answer, work: str) -> str | None:
    """The section that the first statement cites; None where it is of another work."""
    numbers = next((statement.citations for statement in answer.statements if statement.citations), ())
    return next((c.anchor for c in answer.citations if c.number in numbers and c.work == work), None)


def _recall(question: Question, answer: Answer, editions: Sequence[Edition], work: str) -> float:
    """Gold quotes in the first 1,000 characters of the original's hits.

    Where none is given, or there is no original, the gold passages of the shortest edition, which is the Chinese one.
    """
    first = min(editions, key=lambda edition: (edition.kind != "original", len(edition.document.text)))
    texts = [t.text for hit in answer.hits if hit.work == work for t in hit.editions if t.edition == first.id]
    own = {s.anchor: first.document.text[s.start : s.end] for s in first.outline.sections}
    quotes = question.gold_quote
    if not quotes or first.kind != "original":
        quotes = [own[anchor] for anchor in question.gold_anchors]
    found = recall_in_characters(texts, quotes)
    if any(recall_in_characters(texts, [own[anchor]]) for anchor in question.alt_anchors):
        found = 1.0
    return found


ROWS = (
    "recall@1000",
    "gold cited",
    "cited is relevant",
    "answer comes first",
    "all facts",
    "unanswerable recognized",
    "  missing or outside",
    "  other unanswerable",
    "answerable refused",
    "offsets exact",
    "language right",
)


def table(figures: Figures) -> str:
    """The figures as a Markdown table, a column per language."""
    lines = [
        "| figure | all | " + " | ".join(LANGUAGES) + " | n |",
        "|---|---|" + "---|" * len(LANGUAGES) + "---|",
    ]
    for row in ROWS:
        cells = [f"{figures.mean(row, group):.3f}" for group in ("all", *LANGUAGES)]
        lines.append(f"| {row} | {' | '.join(cells)} | {len(figures.values[row]['all'])} |")
    for share in (0.5, 0.95):
        cells = [f"{percentile(figures.values['milliseconds'][group], share):.0f}" for group in ("all", *LANGUAGES)]
        lines.append(f"| ms p{share * 100:.0f} | {' | '.join(cells)} | {len(figures.values['milliseconds']['all'])} |")
    return "\n".join(lines)


def as_json(figures: Figures) -> dict[str, Any]:
    """Every figure by language, for comparing runs."""
    return {row: {group: figures.mean(row, group) for group in ("all", *LANGUAGES)} for row in ROWS}
