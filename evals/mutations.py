"""Mutation test of the verifier: what share of false statements it stops, and of true ones it accepts (DESIGN §6).

Sentences of every edition of a report are mutated by `evals.operators`; each statement is checked against the section
that it was made from, as an answer that cites it would be.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chat.evidence import Evidence, section_evidence
from chat.names import Names
from chat.support import support
from evals import operators
from evals.gold import SHARED
from evals.operators import Mutant
from ingest.document import BODIES, Edition, EditionKind
from ingest.passages import sentence_spans
from vectorstore.glossary import Glossary
from vectorstore.library import read_edition
from vectorstore.words import fold

CORPUS, DATA = Path(__file__).parents[1] / "corpus", Path(__file__).parents[1] / "tests" / "data"


@dataclass(frozen=True, slots=True)
class Case:
    """A statement with what it cites; `false` is the group of what was changed, "" for a true one."""

    mutant: Mutant
    evidence: tuple[Evidence, ...]
    origin: str

    @property
    def group(self) -> str:
        return self.mutant.group


@dataclass(frozen=True, slots=True)
class Verdict:
    case: Case
    problems: tuple[str, ...]


def cases_of(editions: Sequence[Edition], names: Names) -> list[Case]:
    """Every mutant of every sentence of a report's sections, each text once."""
    others = _names_by_kind(editions, names)
    found: dict[str, Case] = {}
    for edition in editions:
        for section in edition.outline.sections:
            if section.kind not in BODIES or section.start == section.end:
                continue
            evidence = tuple(section_evidence(section.anchor, editions))
            text = edition.document.text[section.start : section.end]
            for start, end in sentence_spans(text):
                sentence = re.sub(r"^\d\.\s*", "", text[start:end])
                if len(sentence) < 12:
                    continue
                for mutant in _mutants(sentence, names, others):
                    case = Case(mutant, evidence, f"{edition.id} {section.anchor}")
                    if mutant.group == "true" or fold(mutant.text) != fold(sentence):
                        found.setdefault(mutant.text, case)
    return list(found.values())


def _mutants(sentence: str, names: Names, others: dict[str, list[str]]) -> Iterator[Mutant]:
    yield from operators.same(sentence)
    yield from operators.digits(sentence)
    yield from operators.exchanged(sentence)
    yield from operators.units(sentence)
    yield from operators.dates(sentence)
    yield from operators.entities(sentence, names, others)
    yield from operators.directions(sentence)
    yield from operators.negations(sentence)
    yield from operators.hedges(sentence)
    yield from operators.conditions(sentence)


def restated(editions: Sequence[Edition]) -> list[Case]:
    """True statements in other words: each sentence of an edition against the section in the others of its language."""
    found = []
    for edition in editions:
        rest = [other for other in editions if other is not edition and (other.lang == "en") == (edition.lang == "en")]
        for section in edition.outline.sections:
            evidence = tuple(section_evidence(section.anchor, rest)) if section.kind in BODIES else ()
            text = edition.document.text[section.start : section.end]
            for start, end in sentence_spans(text) if evidence else ():
                mutant = Mutant("true", "restated", text[start:end])
                found.append(Case(mutant, evidence, f"{edition.id} {section.anchor}"))
    return found


def misplaced(editions: Sequence[Edition]) -> list[Case]:
    """True sentences that cite a section which does not say it: the one half the outline away."""
    found = []
    for edition in editions:
        sections = [s for s in edition.outline.sections if s.kind in BODIES and s.start < s.end]
        for place, section in enumerate(sections):
            other = sections[(place + len(sections) // 2) % len(sections)]
            evidence = tuple(section_evidence(other.anchor, editions))
            text = edition.document.text[section.start : section.end]
            for start, end in sentence_spans(text):
                if end - start >= 12 and text[start:end] not in edition.document.text[other.start : other.end]:
                    mutant = Mutant("misplaced", "misplaced", text[start:end])
                    found.append(Case(mutant, evidence, f"{edition.id} {section.anchor}"))
    return found


def _names_by_kind(editions: Sequence[Edition], names: Names) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for edition in editions:
        for section in edition.outline.sections:
            text = edition.document.text[section.start : section.end]
            for name in names.find(text):
                printed = text[name.start : name.end]
                side = "zh" if re.search(r"[\u4e00-\u9fff]", printed) else "en"
                found[f"{name.kind}-{side}"][printed] = None
    return {kind: list(printed) for kind, printed in found.items()}


_GROUPS = {"unit": "unit", "digit": "number", "percent": "number", "scale": "number", "multiple": "unit"}
_GROUPS |= {"date": "date", "year": "date", "period": "date", "frequency": "unit", "currency": "unit"}


def seed_cases(path: Path, editions: Sequence[Edition]) -> list[Case]:
    """The statements of shared/hostile/own-seed-sets/report_claims_mutations.jsonl, each with its section."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        evidence = tuple(section_evidence(_anchor(row["source_span"], editions), editions))
        for text in (row["true"], *row["equivalent"]):
            found.append(Case(Mutant("true", "seed", text), evidence, row["id"]))
        for false in row["false"]:
            operator = false["op"].split("-")[0]
            group = _GROUPS.get(operator, "number" if "number" in false["op"] else "meaning")
            found.append(Case(Mutant(group, f"seed {false['op']}", false["text"]), evidence, row["id"]))  # type: ignore[arg-type]
    return found


def _anchor(span: str, editions: Sequence[Edition]) -> str:
    """The deepest section that has a quotation, or its first words."""
    for length in (len(span), 10, 6, 3):
        for edition in editions:
            for section in reversed(edition.outline.sections):
                if fold(span[:length]) in fold(edition.document.text[section.start : section.end]):
                    return section.anchor
    return ""


def run(*, list_faults: bool = False) -> str:
    """The table for the bundled report, with the original where it is at hand, and for an invented one."""
    report = SHARED / "corpus" / "report.txt"
    names = bundled_names()
    editions = _editions(CORPUS / "triple-game", {"zh-Hant.md": "digest", "en.md": "digest"})
    editions = [*([read_edition(report, "triple-game", None, "original")] if report.exists() else []), *editions]
    second = _editions(DATA, {"second-report.zh-Hant.txt": "original", "second-report.en.md": "translation"})
    seeds = SHARED / "hostile" / "own-seed-sets" / "report_claims_mutations.jsonl"
    columns = {
        "report": [*cases_of(editions, names), *misplaced(editions)],
        "… seed set": seed_cases(seeds, editions) if seeds.exists() and report.exists() else [],
        "… in another edition's words": restated(editions),
        "invented report": [*cases_of(second, names), *misplaced(second)],
    }
    verdicts = {name: judge(cases, names) for name, cases in columns.items()}
    wrong = [line for mine in verdicts.values() for line in faults(mine)] if list_faults else []
    return "\n".join([table(verdicts), *wrong])


def bundled_names() -> Names:
    glossary = _editions(CORPUS / "glossary", {"en.md": "original", "zh-Hant.md": "original"})
    return Names(term.names for term in Glossary.of(glossary, {}).terms)


def _editions(folder: Path, files: dict[str, EditionKind]) -> list[Edition]:
    return [read_edition(folder / name, folder.name, None, kind) for name, kind in files.items()]


def judge(cases: Sequence[Case], names: Names) -> list[Verdict]:
    return [
        Verdict(case, tuple(problem.kind for problem in support(case.mutant.text, case.evidence, names)))
        for case in cases
    ]


def table(columns: Mapping[str, Sequence[Verdict]]) -> str:
    """A Markdown table: by group, the share stopped (of true ones: accepted) and of how many, for each report."""
    lines = ["| statements | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    lines += [f"| {name} | {' | '.join(_cell(v, kinds) for v in columns.values())} |" for name, kinds in _ROWS.items()]
    return "\n".join(lines)


_ROWS = {
    "wrong number, unit or date: stopped": ("number", "unit", "date"),
    "… number": ("number",),
    "… unit": ("unit",),
    "… date": ("date",),
    "other entity, direction, negation, hedge dropped: stopped": (
        "entity",
        "direction",
        "negation",
        "hedge",
        "meaning",
    ),
    "… entity": ("entity",),
    "… direction": ("direction",),
    "… negation": ("negation",),
    "… hedge or attribution": ("hedge",),
    "condition dropped: stopped": ("condition",),
    "said by another section than the one cited: stopped": ("misplaced",),
    "true: accepted": ("true",),
}


def _cell(verdicts: Sequence[Verdict], groups: Sequence[str]) -> str:
    mine = [verdict for verdict in verdicts if verdict.case.group in groups]
    if not mine:
        return "–"
    right = sum(bool(v.problems) != (v.case.group == "true") for v in mine)
    return f"{100 * right / len(mine):.1f} % of {len(mine)}"


def faults(verdicts: Sequence[Verdict]) -> list[str]:
    """The statements judged wrongly, one line each."""
    wrong = [v for v in verdicts if bool(v.problems) == (v.case.group == "true")]
    return [
        f"{v.case.group} [{v.case.mutant.operator}] {v.case.origin}: {v.case.mutant.text} {v.problems}" for v in wrong
    ]
