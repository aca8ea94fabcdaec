"""Answers over the report as made by each producer, beside answers over its plain text; and quotes found on pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat.access import LOCAL
from chat.assistant import Assistant, ensure_index
from chat.settings import Settings
from evals.gold import read_questions
from evals.producers import PRODUCERS, produce
from evals.score import score
from ingest.document import Edition
from ingest.page_picture import quoted
from ingest.pdf_page import page_lines
from vectorstore.intake import Wishes
from vectorstore.uploads import Upload

FIGURES = ("gold cited", "cited is relevant", "all facts", "recall@1000", "offsets exact")
"""What of evals/score.py is compared: of answerable questions, but for the offsets."""

_BODIES = ("paragraph", "bullet", "item", "chapter")


@dataclass(frozen=True, slots=True)
class Produced:
    """A file of the report: its anchors that the text has too, others, figures, share of letters found on its pages."""

    name: str
    anchors: int
    others: int
    figures: dict[str, float]
    on_page: float | None


def producer_answers(report: Path, gold: Path, work: str, settings: Settings) -> str:
    """A Markdown table: the plain text, then each producer's file in its place as the work's original."""
    ensure_index(settings)
    rows = [_asked("the text itself", report, gold, work, settings)]
    true = set(_original(settings, work).outline.anchors)
    text = report.read_text(encoding="utf-8")
    missing = []
    for name in PRODUCERS:
        try:
            file = produce(name, text, settings.home / "produced")
        except FileNotFoundError as error:
            missing.append(f"{name}: not run; {error}.")
            continue
        rows.append(_asked(name, file, gold, work, settings, true))
    head = f"| file | anchors of {len(true)} | others | {' | '.join(FIGURES)} | words found on their page |"
    lines = [head, "|---|" + "---|" * (len(FIGURES) + 3), *(_line(row, rows[0]) for row in rows)]
    return "\n".join([*lines, *(["", *missing] if missing else [])])


def _asked(name: str, file: Path, gold: Path, work: str, settings: Settings, true: set[str] | None = None) -> Produced:
    assistant = Assistant(settings)
    librarian = assistant.librarian(LOCAL)
    wishes = Wishes(work, "zh-Hant", "original")
    (staged,) = librarian.stage([Upload(file.name, file.read_bytes())], wishes)
    librarian.publish([(staged, librarian.description(staged))])
    figures, _ = score(assistant, read_questions(gold), work)
    edition = _original(settings, work)
    anchors = set(edition.outline.anchors)
    known = true if true is not None else anchors
    on_page = _on_page(file, edition) if edition.document.format == "pdf" else None
    means = {figure: figures.mean(figure) for figure in FIGURES}
    return Produced(name, len(anchors & known), len(anchors - known), means, on_page)


def _original(settings: Settings, work: str) -> Edition:
    return next(edition for edition in Assistant(settings).editions(work) if edition.kind == "original")


def _on_page(file: Path, edition: Edition) -> float:
    """The share of the letters of all sections that are found on the page where the section begins, or the next."""
    import pypdfium2

    document = pypdfium2.PdfDocument(file.read_bytes())
    labels = [document.get_page_label(n) or str(n + 1) for n in range(len(document))]
    lines: dict[int, Any] = {n: page_lines(document[n], n) for n in range(len(document))}
    found = letters = 0
    for section in edition.outline.sections:
        if section.kind not in _BODIES or section.start == section.end:
            continue
        quote = edition.document.text[section.start : section.end]
        label = [page.label for page in edition.document.pages if page.start <= section.start][-1]
        at = labels.index(label)
        size = len("".join(quote.split()))
        pages = [n for n in (at, at + 1) if n in lines]
        letters += size
        found += min(size, sum(len(run) for n in pages for run in quoted(lines[n], quote)))
    return found / max(1, letters)


def _line(row: Produced, plain: Produced) -> str:
    cells = []
    for figure in FIGURES:
        gap = row.figures[figure] - plain.figures[figure]
        cells.append(f"{row.figures[figure]:.3f}" + (f" ({gap:+.3f})" if row is not plain else ""))
    on_page = "–" if row.on_page is None else f"{row.on_page:.3f}"
    return f"| {row.name} | {row.anchors} | {row.others} | {' | '.join(cells)} | {on_page} |"
