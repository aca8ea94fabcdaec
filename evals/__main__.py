"""python -m evals: the tables of DESIGN §6 for our own questions and, where it is present, the gold set."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from chat.assistant import Assistant, ensure_index
from chat.completions import Completions
from chat.settings import Settings, read_settings
from evals.attacks import FILES, attacks_table
from evals.bench import bench
from evals.cases import cases, figures, keep, write_table
from evals.claims import OWN_CLAIMS, claims_tables, completed_table, read_claims
from evals.claims import write_prompts as write_claim_prompts
from evals.digits import digits_table
from evals.elsewhere import Completed, answered, write_prompts
from evals.files import files
from evals.fit import FEATURES, FOLDS, examples, fit, held_out
from evals.gold import FRAMED, OWN, PARAPHRASES, SHARED, SILENCES, read_questions
from evals.mutations import run as mutations
from evals.overhead import run as overhead
from evals.page import page
from evals.points import points_table, read_topics, second_assistant
from evals.processes import processes
from evals.producer_answers import producer_answers
from evals.producers import producers
from evals.reading import reading
from evals.scale import scale
from evals.score import Asks, Outcome, as_json, score, table
from evals.steps import ablation
from evals.supply import ENDS, SBOM, audit, write_sbom
from evals.torture import torture
from evals.vectors import write_vectors
from ingest.__main__ import main as ingest
from ingest.document import Refusal
from ingest.pipes import quietly

WORK = "triple-game"
FITTED = {"Our own questions": OWN, "Paraphrases": PARAPHRASES, "Silences": SILENCES}
MORE = {**FITTED, "Framed": FRAMED}


def main(arguments: Sequence[str] | None = None) -> int:
    """Indexes in a folder of its own, asks, prints; leaves the library alone."""
    options = _parser().parse_args(arguments)
    if options.what == "bench":
        return _bench()
    if options.what == "scale":
        return _scale()
    if options.what == "torture":
        print(torture(options.only, options.trials, options.seed, short=options.short))
        return 0
    if options.what == "cases":
        last = figures()
        print(cases(last))
        if options.write:
            keep(last)
            write_table(cases(last))
        return 0
    if options.what in ("audit", "sbom"):
        return _supply(options.what)
    if options.what == "vectors":
        print(write_vectors())
        return 0
    if options.what == "points":
        return _points()
    if options.what == "claims":
        return _claims(options)
    if options.what == "reading":
        with tempfile.TemporaryDirectory(prefix="footnote-reading-") as folder:
            print(reading(Path(folder)))
        return 0
    if options.what in ("files", "producers"):
        return _files(options.what, options.seed)
    if options.what == "attacks":
        return _attacks(options.faults)
    if options.what == "page":
        with tempfile.TemporaryDirectory(prefix="footnote-page-") as folder:
            print(page(Path(folder)))
        return 0
    if options.what == "processes":
        with tempfile.TemporaryDirectory(prefix="footnote-processes-") as folder:
            print(processes(Path(folder)))
        return 0
    if options.what == "overhead":
        with tempfile.TemporaryDirectory(prefix="footnote-overhead-") as folder:
            print(overhead(Path(folder), read_settings()))
        return 0
    if options.what == "mutations":
        print(mutations(list_faults=options.faults))
        return 0
    report, gold = SHARED / "corpus" / "report.txt", SHARED / "gold" / "dev.jsonl"
    found: dict[str, object] = {}
    try:
        if options.completions:
            Completions(Path(options.completions))  # a file that cannot be read is said so before anything is indexed
        with tempfile.TemporaryDirectory(prefix="footnote-evals-") as folder:
            settings = read_settings().model_copy(update={"home": Path(folder)})
            if not (options.prompts or options.completions):
                found["own, on the digest"] = _run("Our own questions, on the digest", settings, OWN, options)
            if report.exists() and gold.exists():
                _add(settings, report)
                found["gold, on the original"] = _run("Gold questions, on the original", settings, gold, options)
                for name, questions in MORE.items():
                    found[f"{name}, on the original"] = _run(f"{name}, on the original", settings, questions, options)
                if options.what == "fit":
                    print(f"## Weights\n\n{_fit(settings, gold)}\n")
                if options.what == "steps":
                    print(f"## recall@1000 on the gold set, a step left out\n\n{_steps(settings, gold)}\n")
            else:
                print("Gold set: not run; ../shared is not here.\n")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    if options.json:
        Path(options.json).write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def _add(settings: Settings, report: Path) -> None:
    import os

    os.environ["FOOTNOTE_HOME"] = str(settings.home)
    if ingest([str(report)]):
        raise Refusal("file-unreadable", file=report.name, cause="")


def _steps(settings: Settings, gold: Path) -> str:
    return ablation(Assistant(settings).build, read_questions(gold), WORK)


def _fit(settings: Settings, gold: Path) -> str:
    search = Assistant(settings).search()
    rows = [row for file in (gold, *FITTED.values()) for row in examples(search, read_questions(file), WORK)]
    shares = ", ".join(f"{share:.3f} among the first {depth}" for depth, share in held_out(rows).items())
    weights = "\n".join(f"| {name} | {weight:.2f} |" for name, weight in zip(FEATURES, fit(rows), strict=True))
    return f"| feature | weight |\n|---|---|\n{weights}\n\n{FOLDS}-fold, {len(rows)} questions: {shares}."


def _bench() -> int:
    folder = SHARED / "bench"
    if not folder.exists():
        print("Public sets: not run; ../shared/bench is not here.")
        return 0
    for line in bench(folder, read_settings().home / "bench"):  # kept, for its vectors take most of the time
        print(line, flush=True)
    return 0


def _files(what: str, seed: int) -> int:
    source = SHARED / ("hostile" if what == "files" else "corpus/report.txt")
    if not source.exists():
        print(f"{what}: not run; {source.name} is not in ../shared.")
        return 0
    gold = SHARED / "gold" / "dev.jsonl"
    with tempfile.TemporaryDirectory(prefix="footnote-files-") as folder:
        if what == "files":
            print(files(source, seed))
        elif gold.exists():
            settings = read_settings().model_copy(update={"home": Path(folder)})
            print(producer_answers(source, gold, WORK, settings))
        else:
            print(f"{producers(source, Path(folder))}\n\nAnswers: not run; ../shared/gold is not here.")
    return 0


def _attacks(list_faults: bool) -> int:
    missing = [name for name in FILES if not (SHARED / "hostile" / name).is_file()]
    if missing:
        print(f"attacks: not run; {' and '.join(missing)} not in ../shared/hostile.")
        return 0
    with tempfile.TemporaryDirectory(prefix="footnote-attacks-") as folder:
        settings = read_settings().model_copy(update={"home": Path(folder)})
        print(attacks_table(SHARED / "hostile", settings, list_faults=list_faults))
    return 0


def _supply(what: str) -> int:
    if what == "sbom":
        print(f"{write_sbom()} components in {SBOM.parent.name}/{SBOM.name}")
        return 0
    found = audit()
    print(found)
    return ENDS[found.end]


def _scale() -> int:
    with tempfile.TemporaryDirectory(prefix="footnote-scale-") as home:
        print(scale(Path(home), read_settings().corpus))
    return 0


def _points() -> int:
    topics, report = read_topics(), SHARED / "corpus" / "report.txt"
    with tempfile.TemporaryDirectory(prefix="footnote-points-") as folder:
        settings = read_settings().model_copy(update={"home": Path(folder) / "first"})
        ensure_index(settings)
        mine = [topic for topic in topics if topic.work == WORK]
        print(f"## Points from the digest\n\n{points_table(Assistant(settings), mine)}\n")
        if report.exists():
            _add(settings, report)
            print(f"## Points from the report\n\n{points_table(Assistant(settings), mine)}\n")
        others = [topic for topic in topics if topic.work != WORK]
        second = second_assistant(Path(folder) / "second")
        print(f"## Points from an invented report\n\n{points_table(second, others)}\n")
    return 0


def _claims(options: argparse.Namespace) -> int:
    report, gold = SHARED / "corpus" / "report.txt", SHARED / "gold" / "claims_dev.jsonl"
    with tempfile.TemporaryDirectory(prefix="footnote-claims-") as folder:
        second = second_assistant(Path(folder) / "second")
        _claims_of(second, "own, on an invented report", OWN_CLAIMS, "second-report", options)
        if report.exists() and gold.exists():
            settings = read_settings().model_copy(update={"home": Path(folder) / "first"})
            ensure_index(settings)
            _add(settings, report)
            _claims_of(Assistant(settings), "gold", gold, WORK, options)
        else:
            print("Gold claims: not run; ../shared is not here.")
    return 0


def _claims_of(assistant: Assistant, name: str, path: Path, work: str, options: argparse.Namespace) -> None:
    claims = read_claims(path)
    if options.prompts:
        target = Path(options.prompts)
        write_claim_prompts(target.with_name(f"{target.stem}-{path.stem}{target.suffix}"), assistant, claims, work)
    elif options.completions:
        print(
            f"## Claims, {name}\n\n{completed_table(assistant, claims, work, Completions(Path(options.completions)))}\n"
        )
    else:
        print(f"{claims_tables(assistant.search(), {name: path}, work, list_faults=options.faults)}\n")
        print(f"{digits_table(assistant.search(), work, options.seed, list_faults=options.faults)}\n")


def _run(title: str, settings: Settings, questions: Path, options: argparse.Namespace) -> object:
    ensure_index(settings)
    assistant, asked = Assistant(settings), read_questions(questions)
    if options.prompts:
        target = Path(options.prompts)
        write_prompts(target.with_name(f"{target.stem}-{questions.stem}{target.suffix}"), assistant, asked)
        return {}
    answering: Asks = assistant
    if options.completions:
        completions = Completions(Path(options.completions))
        asked = answered(asked, completions)
        if not asked:
            return {}
        answering = Completed(assistant, completions, asked)
    figures, outcomes = score(answering, asked, WORK)
    print(f"## {title}\n\n{table(figures)}\n")
    if options.faults:
        for outcome in outcomes:
            _print_fault(outcome)
    return as_json(figures)


def _print_fault(outcome: Outcome) -> None:
    if not outcome.faults:
        return
    question, answer = outcome.question, outcome.answer
    cited = [citation.anchor for citation in answer.citations]
    hits = [hit.anchor for hit in answer.hits][:6]
    print(f"{question.id} [{', '.join(outcome.faults)}] {question.question}")
    print(f"   gold {question.gold_anchors} cited {cited} hits {hits} outcome {answer.outcome}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Measure Footnote's answers.")
    parser.add_argument(
        "what",
        nargs="?",
        choices=(
            "answers",
            "steps",
            "fit",
            "bench",
            "scale",
            "overhead",
            "processes",
            "files",
            "producers",
            "reading",
            "mutations",
            "points",
            "claims",
            "attacks",
            "page",
            "torture",
            "cases",
            "audit",
            "sbom",
            "vectors",
        ),
        default="answers",
        help="what to measure",
    )
    parser.add_argument("--faults", action="store_true", help="list the questions that fall short")
    parser.add_argument("--prompts", metavar="FILE", help="write what a model would see: FILE-dev, FILE-questions …")
    parser.add_argument("--completions", metavar="FILE", help="score a model's replies to those prompts")
    parser.add_argument("--seed", type=int, default=7, help="of the mutations of files, of the digits of claims")
    parser.add_argument("--only", nargs="*", default=(), metavar="ID", help="of torture: these cases")
    parser.add_argument("--trials", type=int, help="of torture: at most so many of each case")
    parser.add_argument("--short", action="store_true", help="of torture: a soak of 10 minutes instead of 30")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    parser.add_argument("--write", action="store_true", help="of cases: put the table into evals/README.md")
    return parser


if __name__ == "__main__":
    sys.exit(quietly(main))
