"""One order on its way to talking points: by the model where there is one and code bears it out, else in quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from propcache.api import cached_property

import prompts
from chat.answering import CERTAIN
from chat.asked import Prompt
from chat.composer import in_language
from chat.context import Numbered, choose_passages
from chat.coverage import Vocabulary
from chat.model import LanguageModel
from chat.model_failure import ModelFailure
from chat.model_points import is_not_covered, points_prompt, read_points
from chat.paid import Purse, paid_reply
from chat.points import MAX_RISKS, Order, Point, TalkingPoints, checked, checked_order, quoted_points
from chat.settings import Settings
from chat.topic import is_promise
from chat.understand import reply_language
from vectorstore.retrieve import Search


class Pointing:
    """The course of one order."""

    def __init__(
        self,
        order: Order,
        search: Search,
        vocabulary: Vocabulary,
        model: LanguageModel | None,
        purse: Purse,
        settings: Settings,
    ) -> None:
        """Raises Refusal for an order that is none and for unknown works."""
        self._order = checked_order(order, search.build)
        self._language = self._order.language or reply_language(self._order.topic)
        self._search = search
        self._vocabulary = vocabulary
        self._model = model
        self._purse = purse
        self._settings = settings

    def prompt(self, budget: int | None = None) -> Prompt:
        """What a model is shown, with at most so many tokens of passages."""
        messages = points_prompt(self._order, self._language, self._passages(budget))
        return Prompt(messages, self._search.build.id)

    def result(self, budget: int | None = None) -> TalkingPoints:
        """The points; where the model fails, in quotes, and `notice` says why."""
        quoted = self._quoted
        if self._model is None or (not quoted.points and quoted.gap in CERTAIN):
            return quoted
        try:
            return self._by_model(self._model, budget)
        except ModelFailure as failure:
            keys = [f"failed-{failure.kind}", *(["quotes-instead"] if quoted.points else [])]
            notices = [*(prompts.message(key, self._language) for key in keys), quoted.notice]
            return replace(quoted, notice=(" " if self._language == "en" else "").join(filter(None, notices)))

    def _by_model(self, model: LanguageModel, budget: int | None) -> TalkingPoints:
        """What the model writes, as far as it holds. Raises ModelFailure where nothing does."""
        passages = self._passages(budget)
        messages = points_prompt(self._order, self._language, passages)
        reply = "".join(paid_reply(model, messages, self._settings.chat_total_timeout, self._purse))
        points, risks = (self._holding(part) for part in read_points(reply, passages, self._language))
        quoted = replace(self._quoted, writer="model", model=model.name)
        if not points and is_not_covered(reply):
            if not quoted.points:
                return quoted
            notice = prompts.message("silent-distant", self._language)
            return replace(quoted, outcome="not_covered", points=(), risks=(), spare=(), notice=notice)
        if not points:
            raise ModelFailure("unchecked" if reply.strip() else "empty")
        points = points[: self._order.count]
        few = len(points) < self._order.count
        return replace(
            quoted,
            outcome="answered",
            points=tuple(points),
            risks=tuple(risks[:MAX_RISKS]) or quoted.risks or (Point(prompts.message("risks-none", self._language)),),
            spare=_others((*quoted.points, *quoted.spare), points),
            notice=prompts.message("points-few", self._language, count=len(points)) if few else "",
        )

    def _holding(self, points: Sequence[Point]) -> list[Point]:
        """The points that code bears out, in the reader's language, that promise nothing."""
        looked_at = [checked(point, self._search.build) for point in points if in_language(point.text, self._language)]
        return [point for point in looked_at if not point.problems and not is_promise(point.text)]

    @cached_property
    def _quoted(self) -> TalkingPoints:
        return quoted_points(self._order, self._search, self._vocabulary)

    def _passages(self, budget: int | None) -> tuple[Numbered, ...]:
        hits = self._search.hits(self._order.topic, self._order.works)
        return choose_passages(hits, self._language, budget or self._settings.chat_context)


def _others(quoted: Sequence[Point], written: Sequence[Point]) -> tuple[Point, ...]:
    """Points in quotes from sections that no written point cites, to put in the place of one."""
    cited = {(span.edition.work, span.anchor) for point in written for span in point.spans}
    return tuple(p for p in quoted if not {(s.edition.work, s.anchor) for s in p.spans} & cited)
