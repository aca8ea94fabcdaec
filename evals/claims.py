"""Claim checks against claims with known verdicts: how many are right, by rules and by cross-validated thresholds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from chat.assistant import Assistant
from chat.claims import Check, check
from chat.completions import CONTEXT, Completions, prompt_row
from chat.conflicts import Finding
from chat.judgement import Decided, Thresholds, decide, findings
from chat.names import Names, names_of
from chat.numbers import figures, occurs
from vectorstore.retrieve import Search

OWN_CLAIMS = Path(__file__).parent / "claims.jsonl"
FOLDS = 5
CHOICES = [
    Thresholds(a, b, c)
    for a, b, c in product((0.3, 0.35, 0.4, 0.45, 0.5), (0.2, 0.27, 0.34, 0.4), (0.3, 0.35, 0.4, 0.45, 0.5))
]
"""Thresholds among which each fold chooses."""


@dataclass(frozen=True, slots=True)
class Claim:
    id: str
    text: str
    verdict: str
    altered: str = ""
    """What of a contradicted claim is not as the document has it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A claim with what was found for it, so that thresholds can be tried."""

    claim: Claim
    found: list[Finding]
    names: Names

    def decided(self, thresholds: Thresholds) -> Decided:
        return decide(self.claim.text, self.found, self.names, thresholds)

    def reasons(self, thresholds: Thresholds) -> frozenset[str]:
        """The types of the reasons of a claim that it finds contradicted."""
        decided = self.decided(thresholds)
        return frozenset(r.type for r in decided.reasons) if decided.verdict == "contradicted" else frozenset()

    def right(self, thresholds: Thresholds) -> bool:
        return self.decided(thresholds).verdict == self.claim.verdict


def read_claims(path: Path) -> list[Claim]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Claim(row["id"], row["claim"], row["verdict"], row.get("alteration", "")) for row in rows]


def look(search: Search, claims: Sequence[Claim], work: str) -> list[Looked]:
    names = names_of(search.build)
    return [Looked(claim, findings(search, claim.text, (work,), names), names) for claim in claims]


def accuracy(looked: Sequence[Looked], thresholds: Thresholds) -> float:
    return sum(one.right(thresholds) for one in looked) / len(looked)


def cross_validated(looked: Sequence[Looked]) -> float:
    """Share right with the thresholds of each fold chosen on the others."""
    right = 0
    for fold in range(FOLDS):
        held, rest = looked[fold::FOLDS], [one for n, one in enumerate(looked) if n % FOLDS != fold]
        best = max(CHOICES, key=lambda thresholds: accuracy(rest, thresholds))
        right += sum(one.right(best) for one in held)
    return right / len(looked)


def unbacked(checks: Sequence[Check]) -> tuple[int, int]:
    """Of the supported claims with figures, those of which a cited text lacks one; and how many claims have figures."""
    lacking = total = 0
    for result in checks:
        for part in result.parts:
            wanted = [figure for figure in figures(part.text) if figure.kind != "date"]
            total += bool(wanted)
            cited = [c for c in result.citations if c.number in part.citations]
            printed = [f for c in cited for f in figures(f"{c.quote} {c.original.quote if c.original else ''}")]
            small = [f for f in wanted if not (f.kind in ("count", "number") and f.high <= 12)]
            lacking += part.verdict == "supported" and not all(occurs(figure, printed) for figure in small)
    return lacking, total


REASONS: dict[str, frozenset[str]] = {
    "number": frozenset({"figure", "bound"}),
    "date": frozenset({"date"}),
    "subject": frozenset({"subject", "attribution", "name"}),
    "direction": frozenset({"direction", "negation"}),
    "modality": frozenset({"hedge", "condition", "extent"}),
}
"""By what was altered in a claim, the reasons that tell it."""


def claims_tables(search: Search, sets: dict[str, Path], work: str, *, list_faults: bool = False) -> str:
    """Markdown tables for sets of claims: share right, by cross-validation and by kind, supported without figures."""
    lines = ["| claims | right | by cross-validation | supported without a figure of theirs |", "|---|---|---|---|"]
    kinds: list[str] = []
    wrong: list[str] = []
    for name, path in sets.items():
        claims = read_claims(path)
        looked = look(search, claims, work)
        lacking, total = unbacked([check(search, claim.text, (work,)) for claim in claims])
        right = accuracy(looked, Thresholds())
        lines.append(f"| {name} ({len(claims)}) | {right:.2f} | {cross_validated(looked):.2f} | {lacking} of {total} |")
        kinds += _by_kind(name, looked)
        wrong += [_fault(one) for one in looked if not one.right(Thresholds())]
    kinds = ["", "| claims | verdict | altered | right | with that reason |", "|---|---|---|---|---|", *kinds]
    return "\n".join([*lines, *kinds, *(wrong if list_faults else [])])


def write_prompts(path: Path, assistant: Assistant, claims: Sequence[Claim], work: str) -> None:
    """One line of `--prompts` for each claim."""
    with path.open("w", encoding="utf-8") as out:
        for claim in claims:
            prompt = assistant.checking(claim.text, None, works=(work,)).prompt(CONTEXT)
            out.write(json.dumps(prompt_row(claim.id, prompt), ensure_ascii=False) + "\n")


def completed_table(assistant: Assistant, claims: Sequence[Claim], work: str, completions: Completions) -> str:
    """A Markdown table of the claims that have a completion: share right, with the model and by code alone.

    The index of an evaluation is always a new build: of a completion only the digest of its prompt is compared.
    Raises Refusal where the prompt was another.
    """
    made = [claim for claim in claims if claim.id in completions]
    right, taken, by_code = 0, 0, 0
    checks = []
    for claim in made:
        alone = assistant.checking(claim.text, None, works=(work,))
        row = completions.of(claim.id).model_copy(update={"build": None})
        recorded = row.recorded(alone.prompt(CONTEXT), assistant.settings.chat_model)
        checks.append(assistant.checking(claim.text, recorded, works=(work,)).result(CONTEXT))
        right += checks[-1].verdict == claim.verdict
        taken += checks[-1].model is not None
        by_code += alone.result().verdict == claim.verdict
    lacking, total = unbacked(checks)
    count = max(1, len(made))
    return (
        "| claims | right | by code alone | verdicts of the model taken | supported without a figure of theirs |\n"
        "|---|---|---|---|---|\n"
        f"| {len(made)} | {right / count:.2f} | {by_code / count:.2f} | {taken} | {lacking} of {total} |"
    )


def _by_kind(name: str, looked: Sequence[Looked]) -> list[str]:
    rows = []
    for verdict, altered in sorted({(one.claim.verdict, one.claim.altered) for one in looked}):
        mine = [one for one in looked if (one.claim.verdict, one.claim.altered) == (verdict, altered)]
        right = sum(one.right(Thresholds()) for one in mine)
        told = sum(bool(REASONS.get(altered, frozenset()) & one.reasons(Thresholds())) for one in mine)
        cells = (name, verdict, altered or "–", f"{right} of {len(mine)}", f"{told} of {len(mine)}" if altered else "–")
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _fault(looked: Looked) -> str:
    decided = looked.decided(Thresholds())
    near = [
        (f.hit.anchor, round(f.share, 2), round(f.words, 2), [p.kind for p in f.problems]) for f in looked.found[:3]
    ]
    return f"{looked.claim.id}: {looked.claim.text} → {decided.verdict} {[r.type for r in decided.reasons]} {near}"
