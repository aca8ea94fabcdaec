"""One question on its way to an answer: by the model where there is one and it does its part, else in quotes."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace

from propcache.api import cached_property

import prompts
from chat.across import named
from chat.answer import Answer, Ended
from chat.asked import Asked, Prompt
from chat.cautions import answer_warnings
from chat.clock import Clock
from chat.composer import Composer
from chat.context import Numbered, answer_prompt, choose_passages
from chat.coverage import Vocabulary
from chat.events import Event, Finished, Understood, Withdrawn, Wrote
from chat.ledger import Ledger
from chat.model import LanguageModel, Message, Tokens
from chat.model_failure import ModelFailure
from chat.model_writer import NotCovered, read_statements
from chat.names import names_of
from chat.overview import Overview
from chat.paid import Purse, paid_reply
from chat.quoting import nearest_sections
from chat.ranked import ranked
from chat.rewrite import accepted_rewrite, rewrite_prompt
from chat.settings import Settings
from chat.understand import Query, understand
from chat.verify import Draft, DraftStatement, compose, verify
from chat.withheld import check_seen
from chat.write import QuotingWriter
from ingest.document import Language, without_body
from vectorstore.build import Build
from vectorstore.retrieve import Hits, Search

CERTAIN = frozenset({"advice", "steering", "caption", "no-caption", "no-section", "wordless", "later", "name"})
"""Gaps of which code is sure: no model is asked. Whether a figure or a day is there, a model tells better."""

REWRITING = 0.3
"""Share of an answer's time that making a follow-up stand alone may take."""


class Answering:
    """The course of one question. Its events come once."""

    def __init__(
        self,
        asked: Asked,
        search: Search,
        vocabulary: Vocabulary,
        model: LanguageModel | None,
        ledger: Ledger | None,
        settings: Settings,
    ) -> None:
        self._asked = asked
        self._search = search
        self._quoting = QuotingWriter(search, vocabulary)
        self._model = model
        self._ledger = ledger
        self._settings = settings
        self._clock = Clock()
        self._tokens = Tokens()
        self._rewritten = ""

    def prompt(self, budget: int | None = None) -> Prompt:
        """What a model is shown of the question, with at most so many tokens of passages."""
        return Prompt(self._messages(self._passages(budget)), self._build.id)

    def events(self, *, rewriting: bool = True, budget: int | None = None) -> Generator[Event, None, None]:
        """The events of chat/events.py."""
        if rewriting and self._model is not None and self._asked.history:
            self._rewritten = self._stand_alone(self._model)
        draft = self._draft
        self._clock.mark("retrieve")
        if self._model is None or is_certain(draft):
            yield Understood(self._query.text, self._query.language)
            yield from self._quote(draft)
            return
        yield Understood(self._query.text, self._query.language, self._model.name)
        shown = False
        try:
            for event in self._write(self._model, draft, budget):
                shown = shown or isinstance(event, Wrote)
                yield event
        except ModelFailure as failure:
            notices = [f"failed-{failure.kind}", *(["quotes-instead"] if draft.statements else [])]
            notice = _joined([prompts.message(key, self._query.language) for key in notices], self._query.language)
            if shown:
                self._clock.forget("first_sentence")
                yield Withdrawn(notice)
            yield from self._quote(draft, notice)

    # What is known before anything is written

    @cached_property
    def _query(self) -> Query:
        asked = self._asked
        if self._rewritten:
            return understand(self._rewritten, (), asked.reply_language)
        return understand(asked.question, asked.history, asked.language)

    @cached_property
    def _hits(self) -> Hits:
        query = self._query
        hits = self._search.hits(query.text, self._asked.works, query.context, query.sides)
        overview, _ = Overview(self._search).asked_for(query, hits)
        return hits.led_by([candidate.hit for candidate in overview])

    @cached_property
    def _draft(self) -> Draft:
        return self._quoting.write(self._query, self._hits)

    @property
    def _build(self) -> Build:
        return self._search.build

    def _passages(self, budget: int | None) -> tuple[Numbered, ...]:
        return choose_passages(self._hits, self._query.language, budget or self._settings.chat_context)

    def _messages(self, passages: tuple[Numbered, ...]) -> tuple[Message, ...]:
        return answer_prompt(self._query.text, self._query.language, passages, self._build.works)

    # By the model

    def _stand_alone(self, model: LanguageModel) -> str:
        """The follow-up as a question of its own; empty where the model does not help."""
        asked = self._asked
        messages = rewrite_prompt(asked.question, asked.history, asked.reply_language)
        try:
            reply = "".join(self._reply(model, messages, self._seconds_left() * REWRITING))
        except ModelFailure:
            return ""
        return accepted_rewrite(reply, asked.question, asked.history, names_of(self._build))

    def _write(self, model: LanguageModel, draft: Draft, budget: int | None) -> Iterator[Event]:
        """What the model writes, as far as it holds. Raises ModelFailure where nothing does, or it is not whole."""
        language = self._query.language
        composer = Composer(self._build, language, strict=self._settings.chat_checking == "strict")
        passages = self._passages(budget)
        messages = self._messages(passages)
        yield from self._add(composer, (s for s in draft.statements if _cites_caption(s)))
        before = len(composer.statements)
        ended: Ended = "complete"
        missing = said = False
        try:
            reply = self._reply(model, messages, self._seconds_left())
            for statement in read_statements(reply, passages, language):
                said = True
                if isinstance(statement, NotCovered):
                    missing = True
                else:
                    yield from self._add(composer, (statement,))
        except ModelFailure as failure:
            if failure.kind != "length" or len(composer.statements) == before:
                raise
            ended = "cut"
        if len(composer.statements) == before:
            if not missing:
                raise ModelFailure("unchecked" if said else "empty")
            yield from self._not_covered(draft, model)
            return
        yield from self._add(composer, (s for s in draft.statements if self._is_glossary(s)))
        notices = [draft.notice] if draft.notice and draft.outcome in ("answered", "partial") else []
        notices += [prompts.message("answer-cut", language)] if ended == "cut" else []
        partial = missing or ended == "cut" or draft.outcome == "partial"
        notice = _joined(notices, language)
        yield self._finished(
            Answer(
                self._asked.question,
                language,
                "partial" if partial else "answered",
                compose(notice, composer.statements),
                tuple(composer.statements),
                tuple(composer.citations),
                notice=notice,
                ended=ended,
                writer="model",
                model=model.name,
            )
        )

    def _add(self, composer: Composer, statements: Iterable[DraftStatement]) -> Iterator[Wrote]:
        for statement in statements:
            if wrote := composer.add(statement):
                self._clock.mark("first_sentence")
                yield wrote

    def _not_covered(self, draft: Draft, model: LanguageModel) -> Iterator[Event]:
        """The model finds no answer: what code says of it, if it finds none either, else that there is none."""
        language = self._query.language
        if draft.outcome == "not_covered":
            notice, nearest = draft.notice, draft.nearest
        else:
            notice = prompts.message("silent-distant", language)
            nearest = nearest_sections(self._hits, language)
        self._clock.mark("first_sentence")
        answer = Answer(self._asked.question, language, "not_covered", notice, nearest=nearest, notice=notice)
        yield self._finished(replace(answer, writer="model", model=model.name))

    def _reply(self, model: LanguageModel, messages: Sequence[Message], seconds: float) -> Iterator[str]:
        """The pieces of a reply, paid for. Raises ModelFailure."""
        purse = Purse(self._ledger, self._asked.user, self._settings.chat_output)
        yield from paid_reply(model, messages, seconds, purse, self._spend)

    def _spend(self, tokens: Tokens) -> None:
        self._tokens += tokens

    def _seconds_left(self) -> float:
        return max(0.0, self._settings.chat_total_timeout - self._clock.seconds())

    def _is_glossary(self, statement: DraftStatement) -> bool:
        return any(self._build.works[span.edition.work].role == "glossary" for span in statement.spans)

    # In quotes

    def _quote(self, draft: Draft, notice: str = "") -> Iterator[Event]:
        notices = [part for part in (notice, draft.notice) if part]
        draft = replace(draft, question=self._asked.question, notice=_joined(notices, draft.language))
        answer = named(verify(draft, self._build), self._build)
        self._clock.mark("first_sentence")
        yield from _written(answer)
        yield self._finished(answer)

    def _finished(self, answer: Answer) -> Finished:
        answer = named(answer, self._build)
        check_seen((citation.work for citation in answer.citations), self._build, self._asked.user)
        warnings = answer_warnings(answer, self._build)
        return Finished(
            replace(
                answer,
                text="\n".join([answer.text, *warnings]),
                warnings=warnings,
                hits=tuple(ranked(self._hits)),
                prompt_version=prompts.digest(),
                build=self._build.id,
                works=tuple(sorted(self._build.works)),
                ms=self._clock.milliseconds(),
                tokens={"in": self._tokens.read, "out": self._tokens.written},
            )
        )


def is_certain(draft: Draft) -> bool:
    """Whether code is sure enough of a draft that no model need be asked."""
    if draft.outcome in ("declined", "content_missing", "false_premise"):
        return True
    return draft.outcome == "not_covered" and draft.gap in CERTAIN


def _written(answer: Answer) -> Iterator[Wrote]:
    """The statements of an answer, each with the citations that it is the first to use."""
    citations = {citation.number: citation for citation in answer.citations}
    for statement in answer.statements:
        yield Wrote(statement, tuple(citations.pop(n) for n in statement.citations if n in citations))


def _cites_caption(statement: DraftStatement) -> bool:
    """Whether a statement is the caption of a table or figure whose body is missing."""
    return any(span.anchor in without_body(span.edition.outline.sections) for span in statement.spans)


def _joined(notices: Sequence[str], language: Language) -> str:
    return (" " if language == "en" else "").join(notices)
