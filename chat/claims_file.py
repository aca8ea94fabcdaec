"""Claim checks and self-checks as they leave Footnote: the JSON of `check` (DESIGN §5), and text for a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict

import prompts
from chat.answer import Citation
from chat.claims import Check, Part, Reason
from chat.points_file import citation_row
from chat.selfcheck import Inconsistency, Mismatch, grouped, inconsistency_message
from chat.verify import cite
from ingest.document import Language
from vectorstore.build import Build
from vectorstore.words import for_reader


class CheckRow(BaseModel):
    """A line of `check --batch`; keys it does not know are ignored."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    claim: str
    works: list[str] | None = None


def check_row(check: Check, id_: str | int | None = None) -> dict[str, Any]:
    """A check as the JSON value of `check`."""
    return {
        "id": id_,
        "claim": check.claim,
        "language": check.language,
        "verdict": check.verdict,
        "reasons": [asdict(reason) for reason in check.reasons],
        "citations": [citation_row(citation) for citation in check.citations],
        "parts": [
            {
                "text": part.text,
                "verdict": part.verdict,
                "reasons": [asdict(reason) for reason in part.reasons],
                "citations": list(part.citations),
            }
            for part in check.parts
        ],
        "writer": check.writer,
        "model": check.model,
        "prompt_version": check.prompt_version,
        "build": check.build,
    }


def check_text(check: Check) -> str:
    """A check as plain text: each claim with its verdict and reasons, then the quotes."""
    lines = [check.notice] if check.notice else []
    lines += [line for part in check.parts for line in _part_lines(part, check.language)]
    for citation in check.citations:
        lines += [for_reader(_place(citation), check.language), f"      {citation.quote}"]
    return "\n".join([*lines, judge_line(check, check.language)])


def judge_line(check: Check, language: Language) -> str:
    """Who judged."""
    words = prompts.words(language)
    return words["check-by-model"].format(model=check.model) if check.model else words["check-by-rules"]


def _part_lines(part: Part, language: Language) -> list[str]:
    marks = "".join(f"[{number}]" for number in part.citations)
    words, colon = prompts.words(language), ": " if language == "en" else "："
    reasons = [f"  - {_reason(reason, language)}" for reason in part.reasons]
    if part.citations_label == "check-nearest" and marks:
        reasons.append(f"  - {words[part.citations_label]}{colon}{marks}")
        marks = ""
    return [f"{words[f'verdict-{part.verdict}']}{colon}{part.text} {marks}".rstrip(), *reasons]


def _reason(reason: Reason, language: Language) -> str:
    words = prompts.words(language)
    mark = f"[{reason.citation}]" if reason.citation else ""
    colon, space, stop = (": ", " ", ". ") if language == "en" else ("：", "", "。")
    claim_says, document_says = shown_sides(reason, language)
    if reason.type == "document-disagrees":
        said = " ≠ ".join(f"“{text}”" for text in (claim_says, document_says))
        return f"{words[reason.label]}{colon}{said} {mark}".rstrip()
    sides = [(words["check-claim-says"], claim_says), (words["check-document-says"], document_says)]
    said = " ".join(f"{label}{space}{text}" for label, text in sides if text)
    return f"{words[reason.label]}{stop if said else ''}{said} {mark}".rstrip()


def shown_sides(reason: Reason, language: Language) -> tuple[str, str]:
    """What a claim and the document say, the document's words in the reader's script; the quote keeps its own."""
    within = reason.type == "document-disagrees"
    claim_says = for_reader(reason.claim_says, language) if within else reason.claim_says
    return claim_says, for_reader(reason.document_says, language)


def _place(citation: Citation) -> str:
    page = f", p. {citation.page}" if citation.page else ""
    return f"  [{citation.number}] {citation.work}/{citation.edition} §{citation.anchor} {citation.title}{page}"


def selfcheck_row(work: str, found: list[Mismatch], build: Build) -> dict[str, Any]:
    """A self-check as the JSON value of `selfcheck`: each finding with the places that it is about."""
    return {
        "work": work,
        "findings": [
            {
                "kind": one.kind,
                "here": one.printed[0],
                "there": one.computed or one.printed[1],
                "printed": list(one.printed),
                "citations": [citation_row(citation) for citation in _citations(one, build)],
            }
            for one in grouped(found)
        ],
        "build": build.id,
    }


def selfcheck_text(found: list[Mismatch], build: Build, language: Language) -> str:
    """A self-check as plain text, each finding with its places."""
    lines = []
    for one in grouped(found):
        lines.append(inconsistency_message(one, language))
        lines += [_place(citation) for citation in _citations(one, build)]
    return "\n".join(lines) or prompts.message("selfcheck-none", language)


def _citations(one: Inconsistency, build: Build) -> list[Citation]:
    return [cite(place, number, build) for number, place in enumerate(one.places, 1)]
