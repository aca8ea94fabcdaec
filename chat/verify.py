"""A draft becomes an answer only as far as code can check it against the editions: pure, the same for every writer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import prompts
from chat.answer import Answer, Citation, Outcome, Quote, SectionLink, Statement
from chat.evidence import evidence_of
from chat.names import names_of
from chat.orders import reply_problems, without_orders
from chat.span import Span, span_problem
from chat.support import support
from ingest.document import Edition, Language, Section
from vectorstore.build import Build
from vectorstore.words import fold


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """A sentence as a writer left it, with the spans it rests on. `quoted`: it is nothing but their words."""

    text: str
    spans: tuple[Span, ...]
    quoted: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer hands over; nothing of it has been checked."""

    question: str
    language: Language
    outcome: Outcome
    statements: tuple[DraftStatement, ...] = ()
    nearest: tuple[SectionLink, ...] = ()
    notice: str = ""
    gap: str = ""
    """Why the documents do not answer, as chat/coverage.py names it; empty if they do."""


def verify(draft: Draft, build: Build) -> Answer:
    """The answer with its citations numbered by first use; a statement that fails says so, whoever wrote it."""
    numbers: dict[Span, int] = {}
    statements = []
    for written in draft.statements:
        problems = tuple(dict.fromkeys(problem for problem in _problems(written, build) if problem))
        good = [span for span in written.spans if not span_problem(span)]
        cited = tuple(dict.fromkeys(numbers.setdefault(span, len(numbers) + 1) for span in good))
        status: Literal["verified", "unverified"] = "unverified" if problems else "verified"
        statements.append(Statement(written.text, cited, status, problems))
    citations = tuple(cite(span, number, build) for span, number in numbers.items())
    return Answer(
        draft.question,
        draft.language,
        draft.outcome,
        compose(draft.notice, statements),
        tuple(statements),
        citations,
        draft.nearest,
        notice=draft.notice,
    )


def compose(notice: str, statements: Sequence[Statement]) -> str:
    """An answer as plain text: the notice, then a line for each statement with its numbers, beneath its work's name."""
    lines = [notice] if notice else []
    for statement in statements:
        if statement.lead:
            lines.append(statement.lead)
        marks = "".join(f"[{number}]" for number in statement.citations)
        lines.append(f"{statement.text} {marks}".rstrip())
    return "\n".join(lines)


def _problems(statement: DraftStatement, build: Build) -> list[str]:
    if not statement.spans:
        return ["no-citation"]
    problems = [span_problem(span) for span in statement.spans]
    if statement.quoted and not is_quotation(statement.text, [span.quote for span in statement.spans]):
        problems.append("not-verbatim")
    if not statement.quoted:
        evidence, names = without_orders(evidence_of(statement.spans, build)), names_of(build)
        problems += reply_problems(statement.text, evidence, names)
        problems += [problem.kind for problem in support(statement.text, evidence, names)]
    return problems


def is_quotation(text: str, quotes: Sequence[str]) -> bool:
    """Whether a text is the quotes and nothing else, script, white space and the marks between them aside."""
    return _letters(text) == _letters("".join(quotes))


def _letters(text: str) -> str:
    return re.sub(r"\s+|…", "", fold(text))


def cite(span: Span, number: int, build: Build) -> Citation:
    """The citation of a span, beside the passage with the same anchor in the original, where that is another text."""
    edition = span.edition
    section = next(s for s in edition.outline.sections if s.anchor == span.anchor)
    return Citation(
        number,
        edition.work,
        edition.id,
        edition.lang,
        edition.kind,
        span.anchor,
        section_heading(edition, span.anchor),
        span.quote,
        span.start,
        span.end,
        edition.document.page_at(span.start) or None,
        _original(span, section, build),
    )


def section_heading(edition: Edition, anchor: str) -> str:
    """What people see of an anchor: the title of its item, chapter or table; front matter has its own."""
    sections = {section.anchor: section for section in edition.outline.sections}
    section = sections[anchor]
    while section.kind in ("paragraph", "bullet", "heading", "row") and section.parent:
        section = sections[section.parent]
    return section.title


def problem_message(problem: str, language: Language) -> str:
    return prompts.message(f"problem-{problem}", language)


def because(what: str, problems: Sequence[str], language: Language) -> str:
    """A label of words.toml with the reasons for it, set as the language sets them."""
    words = prompts.words(language)
    reasons = words["details-semicolon"].join(problem_message(problem, language) for problem in problems)
    return words["that-is"].format(what=words[what], why=reasons) if reasons else words[what]


def _original(span: Span, section: Section, build: Build) -> Quote | None:
    if span.edition.kind == "original":
        return None
    for edition in build.editions.values():
        if edition.work == span.edition.work and edition.kind == "original":
            for other in edition.outline.sections:
                if other.anchor == section.anchor and other.start < other.end:
                    text = edition.document.text[other.start : other.end]
                    return Quote(edition.id, other.anchor, text, other.start, other.end)
    return None
