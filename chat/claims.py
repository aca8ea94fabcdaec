"""Claim checks: what the documents say to a claim, with the sentences that decide it and the reasons as types."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import prompts
from chat.answer import Citation
from chat.judgement import Decided, Thresholds, Verdict, decide, findings
from chat.names import names_of
from chat.selfcheck import mismatches_at
from chat.span import Span
from chat.understand import reply_language
from chat.verify import cite
from ingest.document import Language, Refusal, UnknownDocument
from ingest.marked import visible
from ingest.passages import sentence_spans
from vectorstore.build import Build
from vectorstore.retrieve import Search
from vectorstore.words import states_something

_WORST: tuple[Verdict, ...] = ("contradicted", "not_in_report", "supported")

LIMIT = 4_000
"""Characters of a claim or paragraph; more is refused."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a claim does not stand as it is: what it says, what the document says, the number of the citation."""

    type: str
    claim_says: str
    document_says: str
    citation: int | None = None

    @property
    def label(self) -> str:
        """Its name among `reason-…` of words.toml: what the document says nothing of is no difference."""
        absent = self.type in ("figure", "date", "name") and not self.document_says
        return f"reason-{'absent' if absent else self.type}"


@dataclass(frozen=True, slots=True)
class Part:
    """One claim of a paragraph."""

    text: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    citations: tuple[int, ...]

    @property
    def citations_label(self) -> str:
        """What its quotes are to it, in words.toml: they decide it, or they only come nearest to it."""
        decided = self.verdict != "not_in_report" or any(reason.citation for reason in self.reasons)
        return "check-decides" if decided else "check-nearest"


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


def check(search: Search, text: str, works: Collection[str] = (), language: Language | None = None) -> Check:
    """The verdict on each claim of a text, by code alone.

    Raises Refusal for a text that is empty, too long or says nothing, and UnknownDocument for a work that is not there.
    """
    text = pasted(text)
    claims = claims_of(text, works, search.build)
    names = names_of(search.build)
    found = [findings(search, claim, works, names, sentence_around(claim, text)) for claim in claims]
    decided = [decide(claim, one, names, Thresholds()) for claim, one in zip(claims, found, strict=True)]
    return composed(text, language or reply_language(text), claims, decided, search.build)


def pasted(text: str) -> str:
    """A text as somebody pasted it, without what no store takes and nobody sees: controls, marks of direction."""
    return visible(text)[0]


def composed(text: str, language: Language, claims: Sequence[str], decided: Sequence[Decided], build: Build) -> Check:
    """The check that decisions on the claims of a text make, citations numbered by first use."""
    numbers: dict[Span, int] = {}
    parts = tuple(_part(claim, one, numbers, build) for claim, one in zip(claims, decided, strict=True))
    verdict: Verdict = min((part.verdict for part in parts), key=_WORST.index)
    citations = tuple(cite(span, number, build) for span, number in numbers.items())
    silent = all(part.verdict == "not_in_report" and not part.citations for part in parts)
    notice = prompts.message("check-nothing", language) if silent else ""
    return Check(text, language, verdict, parts, citations, notice, prompt_version=prompts.digest(), build=build.id)


def claims_of(text: str, works: Collection[str], build: Build) -> list[str]:
    """The claims of a text. Raises Refusal where there are none to check, and for works that are not there."""
    for work in works:
        if work not in build.works:
            raise UnknownDocument("work-unknown", work=work)
    if not text.strip():
        raise Refusal("check-empty")
    if len(text) > LIMIT:
        raise Refusal("check-too-long", length=len(text), limit=LIMIT)
    if not (claims := list(split_claims(text))):
        raise Refusal("check-wordless")
    return claims


def split_claims(text: str) -> Iterator[str]:
    """The claims of a text: its sentences, and the halves of one about a semicolon; what says nothing is left out."""
    for start, end in sentence_spans(text):
        for piece in re.split(r"[;；]\s*", text[start:end]):
            claim = _MARK.sub("", piece).strip()
            if states_something(claim):
                yield claim


def sentence_around(claim: str, text: str) -> str:
    """The sentence of a text that a claim of it is the whole or a half of."""
    spans = (text[start:end] for start, end in sentence_spans(text))
    return next((sentence for sentence in spans if claim in sentence), claim)


_MARK = re.compile(r"\A[\s•*#>-]*(?:\d{1,2}[.)、](?!\d))?")
"""Of a list or heading."""


def _part(claim: str, decided: Decided, numbers: dict[Span, int], build: Build) -> Part:
    reasons, cited = [], []
    for reason in decided.reasons:
        number = numbers.setdefault(reason.span, len(numbers) + 1) if reason.span else None
        reasons.append(Reason(reason.type, reason.claim_says, reason.document_says, number))
        cited += [number] if number else []
    for span in decided.spans:
        cited.append(numbers.setdefault(span, len(numbers) + 1))
    met = [*decided.spans, *(reason.span for reason in decided.reasons if reason.span)]
    for mismatch in mismatches_at(met, claim, build):
        places = [place for place in (mismatch.span, mismatch.other) if place is not None]
        cited += [numbers.setdefault(place, len(numbers) + 1) for place in places]
        reasons.append(Reason("document-disagrees", mismatch.here, mismatch.there, numbers[places[-1]]))
    return Part(claim, decided.verdict, tuple(dict.fromkeys(reasons)), tuple(dict.fromkeys(cited)))
