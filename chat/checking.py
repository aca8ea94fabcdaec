"""One text on its way to a check: by the model where there is one and code bears it out, else by code alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import zip_longest

from propcache.api import cached_property

import prompts
from chat.asked import Prompt
from chat.claims import Check, claims_of, composed, pasted, sentence_around
from chat.conflicts import Finding
from chat.context import Numbered, choose_passages
from chat.judgement import Decided, Thresholds, decide, findings
from chat.model import LanguageModel
from chat.model_check import SURE, accepted, check_prompt, read_verdicts
from chat.model_failure import ModelFailure
from chat.names import names_of
from chat.paid import Purse, paid_reply
from chat.settings import Settings
from chat.understand import reply_language
from ingest.document import Language
from vectorstore.retrieve import Hit, Search


class Checking:
    """The course of one check."""

    def __init__(
        self,
        text: str,
        works: Collection[str],
        language: Language | None,
        search: Search,
        model: LanguageModel | None,
        purse: Purse,
        settings: Settings,
    ) -> None:
        """Raises Refusal as `claims.check` does."""
        self._text = pasted(text)
        self._claims = claims_of(self._text, works, search.build)
        self._language = language or reply_language(self._text)
        self._works = works
        self._search = search
        self._model = model
        self._purse = purse
        self._settings = settings
        self._names = names_of(search.build)

    def prompt(self, budget: int | None = None) -> Prompt:
        """What a model is shown, with at most so many tokens of passages."""
        return Prompt(check_prompt(self._claims, self._passages(budget)), self._search.build.id)

    def result(self, budget: int | None = None) -> Check:
        """The verdict on each claim; where the model fails, by code, and `notice` says why."""
        by_code = [decide(claim, found, self._names, Thresholds()) for claim, found in self._found]
        if self._model is None:
            return composed(self._text, self._language, self._claims, by_code, self._search.build)
        try:
            decided, taken = self._by_model(self._model, by_code, budget)
        except ModelFailure as failure:
            found = composed(self._text, self._language, self._claims, by_code, self._search.build)
            keys = (f"failed-{failure.kind}", "check-by-code")
            notices = [*(prompts.message(key, self._language) for key in keys), found.notice]
            return replace(found, notice=(" " if self._language == "en" else "").join(filter(None, notices)))
        found = composed(self._text, self._language, self._claims, decided, self._search.build)
        return replace(found, writer="model", model=self._model.name) if taken else found

    def _by_model(self, model: LanguageModel, by_code: list[Decided], budget: int | None) -> tuple[list[Decided], int]:
        """The verdicts, the model's where they are accepted, and how many of them are. Raises ModelFailure."""
        shown = self._passages(budget)
        passages = {passage.number: passage for passage in shown}
        messages = check_prompt(self._claims, shown)
        judged = read_verdicts("".join(paid_reply(model, messages, self._settings.chat_total_timeout, self._purse)))
        decided, taken = list(by_code), 0
        for n, (claim, found) in enumerate(self._found):
            if n + 1 not in judged:
                continue
            sure = by_code[n].verdict == "supported" and any(one.share >= SURE and not one.problems for one in found)
            one = accepted(claim, judged[n + 1], passages, by_code[n], sure, self._search.build, self._names)
            if one is not None:
                decided[n], taken = one, taken + 1
        if not taken:
            raise ModelFailure("unchecked")
        return decided, taken

    @cached_property
    def _found(self) -> list[tuple[str, list[Finding]]]:
        around = [(claim, sentence_around(claim, self._text)) for claim in self._claims]
        return [
            (claim, findings(self._search, claim, self._works, self._names, sentence)) for claim, sentence in around
        ]

    def _passages(self, budget: int | None) -> tuple[Numbered, ...]:
        return choose_passages(self._hits(), self._language, budget or self._settings.chat_context)

    def _hits(self) -> Iterator[Hit]:
        """The sections for all claims: each claim's best, then each claim's second best, and so on."""
        seen: set[tuple[str, str]] = set()
        for rank in zip_longest(*(self._search.hits(claim, self._works) for claim in self._claims)):
            for hit in rank:
                if hit is not None and (hit.work, hit.anchor) not in seen:
                    seen.add((hit.work, hit.anchor))
                    yield hit
