"""Cases that need more than reading a file: F2 asks questions meanwhile, F3 watches for escapes, I6 sees the index."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from evals.odd_files import unseen, with_locked_member
from evals.scale import MODEL, InventedVectors
from ingest.document import UnreadableDocument
from ingest.read import read_document
from ingest.sandbox import parse_file
from vectorstore.build import Build, open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.intake import Intake
from vectorstore.library import Shelf
from vectorstore.places import embedded_text

PING = 0.2
"""Seconds between questions."""


def longest_answer(work: Callable[[], None], home: Path) -> float:
    """Seconds that a question to a small library takes at most while something else is done."""
    delays: list[float] = []
    stop = threading.Event()
    home.mkdir(parents=True)
    path = home / "ports.md"
    path.write_text("# Ports\n\n## 1. Dues\n\nDues rose by 8% in 2025.\n", encoding="utf-8")
    with _built(path, home) as build:
        asker = threading.Thread(target=_ask, args=(build, stop, delays))
        asker.start()
        try:
            work()
        finally:
            stop.set()
            asker.join()
    return max(delays, default=0.0)


def _ask(build: Build, stop: threading.Event, delays: list[float]) -> None:
    from vectorstore.retrieve import Search

    search = Search(build, InventedVectors())
    while not stop.wait(PING):
        started = time.perf_counter()
        search.hits("By how much did dues rise?")
        delays.append(time.perf_counter() - started)


def held_archives(adversarial: Path, large: Sequence[Path], made: Path) -> tuple[int, int, int]:
    """Archives that swell, name entities, leave their folder or are locked, and a good one: held, all, files outside.

    Held is one that is refused, or read without what it smuggles in: a word or two, and nothing of this machine.
    """
    good = adversarial / "docx" / "ok.docx"
    (made / "locked.docx").write_bytes(with_locked_member(good.read_bytes()))
    bad = sorted(path for path in (adversarial / "docx").iterdir() if path != good)
    paths = [good, *bad, *large, made / "locked.docx"]
    secret = Path("/etc/passwd").read_text(encoding="utf-8").splitlines()[0]
    held = 0
    for path in paths:
        try:
            text = parse_file(path).document.text
            held += secret not in text and len(text) < 100
        except UnreadableDocument:
            held += path != good
    outside = sum(path.exists() for path in (Path("/tmp/pwned.txt"), made.parent / "pwned.txt"))
    return held, len(paths), outside


def hidden(folder: Path, made: Path) -> tuple[int, int, str]:
    """Ways of hiding words that are kept out, of how many; unseen characters embedded, honest files suspected."""
    hiding = sorted((folder / "generated-adversarial" / "hidden-text").iterdir())
    kept_out = sum(not any(word in _text(path) for word in _HIDDEN) for path in hiding)
    reached = 0
    for odd, characters in unseen():
        path = made / odd.name
        path.write_bytes(odd.data)
        with _built(path, path.with_suffix(".home")) as build:
            texts = [embedded_text(place) for place in build.places]
        reached += any(character in text for text in texts for character in characters)
    honest = sorted((folder / "pdf-samples").glob("*.pdf"))
    alarmed = sum(_alarms(path) for path in honest)
    unseen_ones = f"{reached} of {len(list(unseen()))} unseen characters indexed"
    return kept_out, len(hiding), f"{unseen_ones}; {alarmed} of {len(honest)} honest PDFs suspected"


_HIDDEN = ("HIDDENINSTRUCTION", "HIDDENVANISH", "HIDDENWHITE", "HIDDENCOMMENT")


def _text(path: Path) -> str:
    try:
        return read_document(path).text
    except UnreadableDocument:
        return ""


def _alarms(path: Path) -> bool:
    try:
        return any(loss.kind == "hidden-text" for loss in parse_file(path).document.losses)
    except UnreadableDocument as refusal:
        return refusal.key == "file-hidden-only"


@contextmanager
def _built(path: Path, home: Path) -> Iterator[Build]:
    """An index of one file with invented vectors."""
    vectors, catalogue = InventedVectors(), Catalogue.at(home)
    intake = Intake(Shelf({}, {}), vectors.embed_documents)
    intake.take([path])
    publish_build(home, catalogue, MODEL, lambda: vectors, intake.shelf.works, list(intake.shelf.editions.values()))
    build = open_build(home, catalogue)
    try:
        yield build
    finally:
        build.close()
        catalogue.close()
