"""How fast files are read and in how much memory, beside pypdf and pypdfium2 alone; and 1,000 pages end to end.

Every measurement is a process of its own. Texts and vectors are invented: evals/scale says what the default model adds.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from evals.producers import produce, read_lines, write_with_reportlab
from evals.scale import MODEL, InventedVectors, Library

PAGES = 120
"""About so many pages has each file that is read."""

SHELVES = (150, 300, 600, 1_000)
"""About so many pages are ingested, 50 to a file; no two files say the same."""

_FILE_PAGES = 50
_CHAPTER_PAGES = 4.3
_PARAGRAPHS = 7
Measured = TypeVar("Measured", "Read", "Shelved")
READERS = ("Footnote", "pypdf", "pypdfium2")


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader made of a file: pages (0 where there are none), characters, seconds, most memory in MB."""

    pages: int
    characters: int
    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True)
class Shelved:
    """What taking in a folder cost: seconds of reading and publishing, of doing it again, texts embedded then, MB."""

    pages: int
    passages: int
    read_s: float
    publish_s: float
    again_s: float
    embedded_again: int
    megabytes: int
    child_megabytes: int


def reading(folder: Path) -> str:
    """Two Markdown tables."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"| file | {' | '.join(f'{reader}: pages/s, MB' for reader in READERS)} |",
        "|---|" + "---|" * len(READERS),
    ]
    for name, path in _files(folder):
        cells = []
        for reader in READERS if path.suffix == ".pdf" else READERS[:1]:
            found = _measure(Read, "read", reader, str(path))
            rate = (
                f"{found.pages / found.seconds:.0f}"
                if found.pages
                else f"{found.characters / found.seconds:,.0f} chars"
            )
            cells.append(f"{rate}, {found.megabytes}")
        lines.append(f"| {name} | {' | '.join(cells)} |" + " – |" * (len(READERS) - len(cells)))
    lines += [
        "",
        "| pages | passages | read s | publish s | again s | embedded again | MB | MB of a reader |",
        "|---|" + "---|" * 7,
    ]
    for pages in SHELVES:
        source = folder / f"shelf-{pages}"
        _write_shelf(source, pages)
        s = _measure(Shelved, "shelf", str(source), str(folder / f"home-{pages}"))
        lines.append(
            f"| {s.pages} | {s.passages} | {s.read_s:.1f} | {s.publish_s:.1f} | {s.again_s:.2f} | {s.embedded_again} "
            f"| {s.megabytes} | {s.child_megabytes} |"
        )
    return "\n".join(lines)


def invented_report(pages: int, seed: int = 0) -> str:
    """A plain-text report of invented Chinese with chapters, items, bullets and paragraphs."""
    library = Library(2_000)
    library.begin(seed)
    lines = [f"{library.sentence('zh-Hant')[:12]}{seed}", "2025-09-03"]
    for chapter in range(1, max(1, round(pages / _CHAPTER_PAGES)) + 1):
        lines.append(f"{_numeral(chapter)}、{library.sentence('zh-Hant')[:10]}")
        for item in range(1, 4):
            lines.append(f"{item}. {library.sentence('zh-Hant')[:14]}")
            lines += [f"• {library.sentence('zh-Hant', 2)}" for _ in range(_PARAGRAPHS)]
            lines += [library.sentence("zh-Hant", 4) for _ in range(_PARAGRAPHS)]
    return "\n\n".join(lines)


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十") + (digits[ones] if ones else "")


def _files(folder: Path) -> list[tuple[str, Path]]:
    """The report as the kinds of files that are read; a producer that is not installed is left out."""
    text = invented_report(PAGES)
    found = []
    for name in ("PDF, Chromium", "PDF, LibreOffice", "PDF, reportlab MSung", "DOCX", "HTML"):
        try:
            found.append((name, produce(name, text, folder / "files")))
        except FileNotFoundError:
            continue
    (folder / "files" / "plain.txt").write_text(text, encoding="utf-8")
    return [*found, ("plain text", folder / "files" / "plain.txt")]


def _write_shelf(folder: Path, pages: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(pages // _FILE_PAGES):
        write_with_reportlab(read_lines(invented_report(_FILE_PAGES, number)), folder / f"report-{number:03}.pdf")


# In a process of its own


def _measure(kind: Callable[..., Measured], *arguments: str) -> Measured:
    command = [sys.executable, "-m", "evals.reading", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1])
    return kind(**json.loads(done.stdout.splitlines()[-1]))


def read_once(reader: str, path: Path) -> Read:
    """Reads a file by our reader, outline included, or by one of the libraries alone."""
    started = time.perf_counter()
    if reader == "pypdf":
        from pypdf import PdfReader

        texts = [page.extract_text() for page in PdfReader(path).pages]
        pages, characters = len(texts), sum(map(len, texts))
    elif reader == "pypdfium2":
        import pypdfium2

        document = pypdfium2.PdfDocument(path)
        texts = [page.get_textpage().get_text_range() for page in document]
        pages, characters = len(texts), sum(map(len, texts))
    else:
        from ingest.outline import outline_sections
        from ingest.read import read_document

        parsed = read_document(path)
        outline_sections(parsed)
        pages, characters = len(parsed.pages), len(parsed.text)
    return Read(pages, characters, time.perf_counter() - started, _megabytes(resource.RUSAGE_SELF))


def take_in(source: Path, home: Path) -> Shelved:
    """Takes a folder in twice, as `python -m ingest FOLDER` does."""
    from vectorstore.build import open_build
    from vectorstore.catalogue import Catalogue

    vectors = InventedVectors()
    read_s, publish_s, pages = _take(source, home, vectors)
    megabytes = _megabytes(resource.RUSAGE_SELF)
    before = vectors.texts
    again = sum(_take(source, home, vectors)[:2])
    catalogue = Catalogue.at(home)
    build = open_build(home, catalogue)
    passages = len(build.places)
    build.close()
    child = _megabytes(resource.RUSAGE_CHILDREN)
    return Shelved(pages, passages, read_s, publish_s, again, vectors.texts - before, megabytes, child)


def _take(source: Path, home: Path, vectors: InventedVectors) -> tuple[float, float, int]:
    """Seconds of reading and of publishing without the vectors', and how many pages there are."""
    from vectorstore.build import publish_build, writer_lock
    from vectorstore.catalogue import Catalogue
    from vectorstore.intake import Intake
    from vectorstore.library import live_shelf

    catalogue = Catalogue.at(home)
    started, embedding = time.perf_counter(), vectors.seconds
    with writer_lock(home):
        intake = Intake(live_shelf(catalogue), lambda texts: vectors.embed_documents(list(texts)))
        intake.take([source])
        read = time.perf_counter()
        editions = list(intake.shelf.editions.values())
        publish_build(home, catalogue, MODEL, lambda: vectors, intake.shelf.works, editions)
    done = time.perf_counter()
    catalogue.close()
    return read - started, done - read - (vectors.seconds - embedding), sum(len(e.document.pages) for e in editions)


def _megabytes(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


def main(arguments: Sequence[str]) -> None:
    """One measurement, as a line of JSON."""
    what, *rest = arguments
    found = read_once(rest[0], Path(rest[1])) if what == "read" else take_in(Path(rest[0]), Path(rest[1]))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
