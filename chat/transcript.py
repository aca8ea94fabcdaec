"""A conversation as it leaves Footnote: a handout with every source as a note, and one answer as plain text."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

import prompts
from chat.answer import Answer, Citation, Statement
from chat.conversation import Conversation, Exchange
from chat.export import Handout, Line, Note, Part
from chat.told import told
from chat.verify import because
from ingest.document import Language, Work

Works = Mapping[str, Work]


def conversation_handout(
    conversation: Conversation, exchanges: Sequence[Exchange], works: Works, language: Language, today: datetime.date
) -> Handout:
    """Questions as headings, answers below them, sources as notes; at the end whose documents, of what date, who
    answered, and that it is no advice."""
    words = prompts.words(language)
    parts = tuple(_part(exchange, works, language) for exchange in exchanges)
    closing = [*_sources(exchanges, works, language), _writers(exchanges, language)]
    closing += [words["can-be-wrong"], words["not-advice"]]
    exported = words["exported"].format(date=date_words(today, language))
    return Handout(
        conversation.title,
        language,
        (words["transcript-of"], exported),
        parts,
        tuple(closing),
        f"{words['can-be-wrong']} · {words['not-advice']}",
    )


def answer_text(answer: Answer, works: Works, language: Language) -> str:
    """An answer with its sources below it, as plain text for another program: `[n]` after each statement, then a line
    for each number with its place and words, then the documents' dates and what an answer is not."""
    words = prompts.words(language)
    quoted = prompts.words(answer.language)["quoted-words"]
    sources = [
        f"[{citation.number}] "
        + words["that-is"].format(what=source_line(citation, works, language), why=quoted.format(quote=citation.quote))
        for citation in answer.citations
    ]
    body = "\n".join([answer.notice] * bool(answer.notice) + [_marked(s, language) for s in answer.statements])
    cited = [works[work] for work in dict.fromkeys(c.work for c in answer.citations) if work in works]
    last = [*(work_line(work, language) for work in cited), f"{words['can-be-wrong']} · {words['not-advice']}"]
    return "\n\n".join(part for part in (body, "\n".join(sources), "\n".join(last)) if part)


def source_line(citation: Citation, works: Works, language: Language) -> str:
    """Where a citation stands: work, section, edition and page."""
    words = prompts.words(language)
    work = works.get(citation.work)
    kind = words["kind-glossary"] if work and work.role == "glossary" else words[f"kind-{citation.kind}"]
    edition = words["edition"].format(lang=words[f"lang-{citation.lang}"], kind=kind)
    parts = [work.title(language) if work else citation.work, f"§{citation.anchor} {citation.title}", edition]
    if citation.page:
        parts.append(words["page-number"].format(page=citation.page))
    return words["details-comma"].join(parts)


def work_line(work: Work, language: Language) -> str:
    """A work with its author and date."""
    dated = date_words(work.date, language) if work.date else ""
    return prompts.words(language)["details-comma"].join(
        part for part in (work.title(language), work.author, dated) if part
    )


def date_words(date: datetime.date, language: Language) -> str:
    return prompts.words(language)["date"].format(date=date)


def _part(exchange: Exchange, works: Works, language: Language) -> Part:
    return Part(exchange.question, tuple(_lines(exchange, works, language)))


def _lines(exchange: Exchange, works: Works, language: Language) -> Iterator[Line]:
    words = prompts.words(language)
    answer = exchange.answer
    if exchange.refusal:
        yield Line(told(exchange.refusal, language, operates=False))
    if answer is None:
        return
    if exchange.state != "whole":
        yield Line(words["state-stopped"])
    if answer.outcome != "answered":
        yield Line(words[f"outcome-{answer.outcome}"])
    if answer.notice and exchange.state == "whole":
        yield Line(answer.notice)
    notes = {citation.number: _note(citation, works, language) for citation in answer.citations}
    for statement in answer.statements:
        yield Line(_warned(statement, language), tuple(notes[n] for n in statement.citations if n in notes))
    for link in answer.nearest:
        yield Line(words["that-is"].format(what=words["nearest"], why=f"§{link.anchor} {link.title}"))


def _note(citation: Citation, works: Works, language: Language) -> Note:
    original = citation.original.quote if citation.original else ""
    return Note(source_line(citation, works, language), (citation.quote,), original)


def _warned(statement: Statement, language: Language) -> str:
    """A statement; one that is not verified says so wherever it goes."""
    if statement.status == "verified":
        return statement.text
    return f"[{because('unverified', statement.problems, language)}] {statement.text}"


def _marked(statement: Statement, language: Language) -> str:
    marks = "".join(f"[{number}]" for number in statement.citations)
    return f"{_warned(statement, language)} {marks}".rstrip()


def _sources(exchanges: Sequence[Exchange], works: Works, language: Language) -> list[str]:
    cited = dict.fromkeys(c.work for exchange in exchanges if exchange.answer for c in exchange.answer.citations)
    return [work_line(works[work], language) for work in cited if work in works]


def _writers(exchanges: Sequence[Exchange], language: Language) -> str:
    words = prompts.words(language)
    models = dict.fromkeys(e.answer.model for e in exchanges if e.answer and e.answer.model)
    return words["answers-by-model"].format(model=", ".join(models)) if models else words["answers-by-quotes"]
