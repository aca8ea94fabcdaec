"""What a model says of claims, as structured output: accepted for a claim only as far as code can check it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pydantic import BaseModel, ConfigDict, ValidationError

import prompts
from chat.context import Numbered, plain, tagged
from chat.evidence import evidence_of
from chat.judgement import Decided, DecidedReason, Verdict
from chat.model import Message
from chat.model_failure import ModelFailure
from chat.names import Names
from chat.problem import Problem
from chat.reading import read
from chat.sentences import THOUGHT
from chat.span import Span
from chat.support import support
from chat.wording import SHARED_ACROSS, shared_words
from vectorstore.build import Build
from vectorstore.words import fold

SURE = 0.9
"""Share of a claim's words that a section has which says it all: there no model's other verdict is taken."""

SPOKEN_OF = 0.25
"""Share of a claim that a section must have to speak of the same, so that it can contradict it; what is nearest to a
claim that is nowhere must have as much (`judgement`)."""

_TYPES = frozenset(
    ("figure", "date", "direction", "subject", "attribution", "condition", "hedge", "negation", "extent")
) | {"missing-table"}
_MILD = frozenset({"bound", "wording"})
"""Problems that a model tells better: other words for the same."""


class Quoted(BaseModel):
    """Words of a passage."""

    model_config = ConfigDict(extra="ignore")

    passage: int
    quote: str


class Reasoned(BaseModel):
    """Why a claim does not stand."""

    model_config = ConfigDict(extra="ignore")

    type: str
    claim_says: str = ""
    document_says: str = ""


class Judged(BaseModel):
    """A model's verdict on one claim."""

    model_config = ConfigDict(extra="ignore")

    number: int
    verdict: Verdict
    quotes: list[Quoted] = []
    reasons: list[Reasoned] = []


def check_prompt(claims: Sequence[str], passages: Sequence[Numbered]) -> tuple[Message, ...]:
    """What the model is told and shown."""
    listed = "\n".join(f'<claim number="{number}">{plain(claim)}</claim>' for number, claim in enumerate(claims, 1))
    system, user = prompts.prompt("check", passages=tagged(passages), claims=listed, count=str(len(claims)))
    return Message("system", system), Message("user", user)


def read_verdicts(reply: str) -> dict[int, Judged]:
    """The verdicts of a reply by the claims' numbers, whatever stands around the JSON; malformed ones are left out.

    Raises ModelFailure where there is nothing to read.
    """
    reply = THOUGHT.sub("", reply)
    if not reply.strip():
        raise ModelFailure("empty")
    try:
        value = json.loads(reply[reply.find("{") : reply.rfind("}") + 1])
        entries = list(value["claims"])
    except (ValueError, LookupError, TypeError, RecursionError):
        raise ModelFailure("unchecked") from None
    found: dict[int, Judged] = {}
    for entry in entries:
        with suppress(ValidationError):
            judged = Judged.model_validate(entry)
            found.setdefault(judged.number, judged)
    return found


def accepted(
    claim: str,
    judged: Judged,
    passages: Mapping[int, Numbered],
    by_code: Decided,
    sure: bool,
    build: Build,
    names: Names,
) -> Decided | None:
    """The model's verdict where its quotes are verbatim and code finds nothing against it, else None.

    `by_code` is code's own verdict; `sure`: a section has nearly all of the claim's words and says all of it.
    """
    spans = [_span(quoted, passages) for quoted in judged.quotes]
    found = [span for span in spans if span is not None]
    if len(found) < len(spans) or (sure and judged.verdict != "supported"):
        return None
    if judged.verdict == "not_in_report":
        if by_code.verdict == "contradicted" and any(r.type in ("figure", "date") for r in by_code.reasons):
            return None  # the documents print another figure of the same
        reasons = [r for r in by_code.reasons if r.type == "missing-table"]
        return Decided("not_in_report", tuple(reasons), tuple(found))
    if not found:
        return None
    evidence = evidence_of(found, build)
    problems = support(claim, evidence, names)
    if judged.verdict == "supported":
        caption = any(passages[quoted.passage].is_caption for quoted in judged.quotes)
        stands = not caption and all(problem.kind in _MILD for problem in problems)
        return Decided("supported", (), tuple(found)) if stands else None
    texts = [text for each in evidence for text in each.texts]
    share, across = shared_words(read(claim, names), texts, names)
    if share < (SHARED_ACROSS if across else SPOKEN_OF):
        return None
    reasons = [reason for one in judged.reasons if (reason := _reason(one, claim, found, problems))]
    return Decided("contradicted", tuple(reasons), tuple(found)) if reasons else None


def _span(quoted: Quoted, passages: Mapping[int, Numbered]) -> Span | None:
    """Where the words stand in the passage, script and width aside; None where they do not."""
    passage = passages.get(quoted.passage)
    words = fold(quoted.quote.strip())
    at = fold(passage.text).find(words) if passage is not None and words else -1
    if passage is None or at < 0:
        return None
    text = passage.text[at : at + len(words)]
    return Span(passage.edition, passage.anchor, passage.start + at, passage.start + at + len(words), text)


def _reason(one: Reasoned, claim: str, spans: Sequence[Span], problems: Sequence[Problem]) -> DecidedReason | None:
    """A reason whose words stand where it says; a figure or date that the documents have is none."""
    claim_says, document_says = fold(one.claim_says.strip()), fold(one.document_says.strip())
    quote = next((span for span in spans if document_says and document_says in fold(span.quote)), None)
    if one.type not in _TYPES or quote is None or not claim_says or claim_says not in fold(claim):
        return None
    if one.type in ("figure", "date") and not any(problem.kind in ("figure", "date", "bound") for problem in problems):
        return None
    return DecidedReason(one.type, one.claim_says, one.document_says, quote)
