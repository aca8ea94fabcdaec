"""True sentences with one digit of one number changed: how many of them the claim check still calls supported."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chat.claims import check, split_claims
from ingest.document import BODIES, Edition, Refusal
from ingest.passages import sentence_spans
from vectorstore.retrieve import Search

SEED = 7
_NUMBER = re.compile(r"[0-9０-９](?:[0-9０-９.,]*[0-9０-９])?")


@dataclass(frozen=True, slots=True)
class Changed:
    """A claim of an edition with one digit changed. `number`: as it was printed, `by`: what stands there now."""

    text: str
    number: str
    by: str
    place: str


def changed_digits(editions: Iterable[Edition], seed: int = SEED) -> list[Changed]:
    """Each number of each sentence of the sections with a digit changed at random; the seed gives the same again."""
    chance = random.Random(seed)
    found = []
    for edition in editions:
        for place, claim in _claims(edition):
            for match in _NUMBER.finditer(claim):
                by = _changed(match[0], chance)
                found.append(Changed(claim[: match.start()] + by + claim[match.end() :], match[0], by, place))
    return found


def still_supported(search: Search, claims: Iterable[Changed], work: str) -> list[Changed]:
    """Those that the check calls supported."""
    return [claim for claim in claims if _verdict(search, claim.text, work) == "supported"]


def digits_table(search: Search, work: str, seed: int = SEED, *, list_faults: bool = False) -> str:
    """A Markdown table by edition: sentences with one digit changed, and how many are called supported."""
    lines = ["| one digit of one number changed | called supported |", "|---|---|"]
    wrong: list[Changed] = []
    for edition in search.build.editions.values():
        if edition.work == work:
            claims = changed_digits([edition], seed)
            left = still_supported(search, claims, work)
            lines.append(f"| {edition.work}/{edition.id} | {len(left)} of {len(claims)} |")
            wrong += left
    faults = [f"{one.place}: {one.number} → {one.by}: {one.text}" for one in wrong]
    return "\n".join([*lines, *(faults if list_faults else [])])


def _claims(edition: Edition) -> Iterator[tuple[str, str]]:
    for section in edition.outline.sections:
        if section.kind in BODIES:
            text = edition.document.text[section.start : section.end]
            for start, end in sentence_spans(text):
                for claim in split_claims(text[start:end]):
                    yield f"{edition.id} {section.anchor}", claim


def _changed(number: str, chance: random.Random) -> str:
    at = chance.choice([n for n, character in enumerate(number) if character.isdigit()])
    least = 1 if at == 0 else 0
    digit = chance.choice([d for d in range(least, 10) if d != int(number[at])])
    return f"{number[:at]}{digit}{number[at + 1 :]}"


def _verdict(search: Search, claim: str, work: str) -> str:
    try:
        return check(search, claim, (work,)).verdict
    except Refusal:
        return ""
