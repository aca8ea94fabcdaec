"""Claim checks: what the documents say to a claim, with the sentences that decide it and the reasons as types."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import prompts
from chat.answer import Citation
from chat.judgement import Decided, Finding, Thresholds, decide, findings
from chat.names import names_of
from chat.selfcheck import mismatches_at
from chat.span import Span
from chat.understand import reply_language
from chat.verify import cite
from ingest.document import Language, Refusal, UnknownDocument
from ingest.passages import sentence_spans
from vectorstore.retrieve import Search
from vectorstore.words import content_words

Verdict = Literal["supported", "contradicted", "not_in_report"]
_WORST: tuple[Verdict, ...] = ("contradicted", "not_in_report", "supported")

LIMIT, MOST = 4_000, 20
"""Characters of a claim that are read, and claims of a paragraph that are checked."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a claim does not stand as it is: what it says, what the document says, the number of the citation."""

    type: str
    claim_says: str
    document_says: str
    citation: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One claim of a paragraph."""

    text: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A checked claim or paragraph; `verdict` is that of its worst part, `notice` a sentence of our own."""

    claim: str
    language: Language
    verdict: Verdict
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    notice: str = ""
    writer: str = "rules"
    model: str | None = None
    prompt_version: str = ""
    build: str = ""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(reason for part in self.parts for reason in part.reasons)


def check(
    search: Search,
    text: str,
    works: Collection[str] = (),
    language: Language | None = None,
    thresholds: Thresholds | None = None,
) -> Check:
    """The verdict on each claim of a text, by code alone. Empty, overlong and foreign texts get a sentence in `notice`.

    Raises UnknownDocument for a work that is not there.
    """
    for work in works:
        if work not in search.build.works:
            raise UnknownDocument("work-unknown", work=work)
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    language = language or reply_language(text[:LIMIT])
    claims = list(split_claims(text[:LIMIT]))
    numbers: dict[Span, int] = {}
    parts = tuple(_part(search, claim, works, numbers, thresholds or Thresholds()) for claim in claims[:MOST])
    verdict = min((part.verdict for part in parts), key=_WORST.index, default="not_in_report")
    citations = tuple(cite(span, number, search.build) for span, number in numbers.items())
    notice = _notice(text, claims, parts, language)
    return Check(
        text, language, verdict, parts, citations, notice, prompt_version=prompts.digest(), build=search.build.id
    )


def split_claims(text: str) -> Iterator[str]:
    """The claims of a text: its sentences, and the halves of one about a semicolon; what says nothing is left out."""
    for start, end in sentence_spans(text):
        for piece in re.split(r"[;；]\s*", text[start:end]):
            claim = re.sub(r"^[\s•*#>\-\d.)、]+(?=[^\d\s])(?<!\d)", "", piece).strip()
            if content_words(claim):
                yield claim


def _notice(text: str, claims: Sequence[str], parts: Sequence[Part], language: Language) -> str:
    if not claims:
        return prompts.message("check-empty" if not text.strip() else "check-wordless", language)
    if len(text) > LIMIT or len(claims) > MOST:
        return prompts.message("check-too-long", language, limit=LIMIT, count=min(len(claims), MOST))
    if all(part.verdict == "not_in_report" and not part.citations for part in parts):
        return prompts.message("check-nothing", language)
    return ""


def _part(search: Search, claim: str, works: Collection[str], numbers: dict[Span, int], thresholds: Thresholds) -> Part:
    names = names_of(search.build)
    decided = decide(claim, findings(search, claim, works, names), names, thresholds)
    reasons, cited = [], []
    for reason in decided.reasons:
        number = numbers.setdefault(reason.span, len(numbers) + 1) if reason.span else None
        reasons.append(Reason(reason.type, reason.claim_says, reason.document_says, number))
        cited += [number] if number else []
    for span in decided.spans:
        cited.append(numbers.setdefault(span, len(numbers) + 1))
    for mismatch in mismatches_at(decided.spans, claim, search.build):
        number = numbers.setdefault(mismatch.span, len(numbers) + 1)
        reasons.append(Reason("document-disagrees", mismatch.here, mismatch.there, number))
        cited.append(number)
    return Part(claim, decided.verdict, tuple(reasons), tuple(dict.fromkeys(cited)))


__all__ = ["Check", "Decided", "Finding", "Part", "Reason", "Refusal", "check", "split_claims"]
