"""An answer as it grows: each statement is checked when it comes, and its citations numbered by first use."""

from __future__ import annotations

from dataclasses import replace

from chat.answer import Citation, Statement
from chat.events import Wrote
from chat.verify import Draft, DraftStatement, verify
from ingest.document import Language
from vectorstore.build import Build
from vectorstore.words import han_share

FOREIGN, OWN = 0.5, 0.1
"""Share of Chinese letters above which a sentence is not English, and below which it is not Chinese."""


class Composer:
    """Collects the statements of one answer. In `strict` mode those that do not hold are left out."""

    def __init__(self, build: Build, language: Language, *, strict: bool = True) -> None:
        self._build = build
        self._language = language
        self._strict = strict
        self._numbers: dict[tuple[str, str, int, int], int] = {}
        self.statements: list[Statement] = []
        self.citations: list[Citation] = []

    def add(self, draft: DraftStatement) -> Wrote | None:
        """The statement to show, or None if it is left out."""
        checked = verify(Draft("", self._language, "answered", (draft,)), self._build)
        (statement,) = checked.statements
        if not draft.quoted and not in_language(draft.text, self._language):
            statement = replace(statement, status="unverified", problems=(*statement.problems, "language"))
        if statement.status == "unverified" and self._strict:
            return None
        numbers, new = self._numbered(checked.citations)
        statement = replace(statement, citations=numbers)
        self.statements.append(statement)
        self.citations += new
        return Wrote(statement, new)

    def _numbered(self, citations: tuple[Citation, ...]) -> tuple[tuple[int, ...], tuple[Citation, ...]]:
        """The citations' numbers in this answer, and those that it did not have."""
        numbers, new = [], []
        for citation in citations:
            key = (citation.work, citation.edition, citation.start, citation.end)
            if key not in self._numbers:
                self._numbers[key] = len(self._numbers) + 1
                new.append(replace(citation, number=self._numbers[key]))
            numbers.append(self._numbers[key])
        return tuple(dict.fromkeys(numbers)), tuple(new)


def in_language(text: str, language: Language) -> bool:
    """Whether a sentence is in the reader's language; names and terms of another do not count against it."""
    share = han_share(text)
    return share <= FOREIGN if language == "en" else share >= OWN or not any(c.islower() for c in text)
