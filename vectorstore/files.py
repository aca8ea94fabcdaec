"""The files that editions were read from, kept where pictures of their pages are wanted: PDFs, by their source."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from ingest.document import Edition, UnreadableDocument
from ingest.page_picture import PagePicture
from ingest.sandbox import draw_page

KEPT = "files"
"""The folder, under the library's."""

_NEW = ".new"
"""Beside a file while its edition is being published: by this what a killed writer left is told from what is kept."""

_SOURCE = re.compile(r"[0-9a-z]+-[0-9a-f]{64}")


def keep_file(home: Path, source: str, data: bytes) -> None:
    """Stores a file's content under its source, whole or not at all."""
    place = _place(home, source)
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
    unfinished.write_bytes(data)
    unfinished.replace(place)


def kept_file(home: Path, edition: Edition) -> Path | None:
    """The file of an edition, if it is a PDF that was kept."""
    if edition.document.format != "pdf" or not _SOURCE.fullmatch(edition.source):
        return None
    place = _place(home, edition.source)
    return place if place.exists() else None


def keep_files(home: Path, taken: Iterable[tuple[Edition, Path]]) -> None:
    """Keeps the PDFs among the files that editions will come from, before these are published, so that none lacks its
    file; `settle_files` afterwards removes those whose edition never came. Call under `writer_lock`."""
    for edition, path in taken:
        if edition.document.format == "pdf" and _SOURCE.fullmatch(edition.source) and path.exists():
            place = _place(home, edition.source)
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.with_name(place.name + _NEW).touch()
            keep_file(home, edition.source, path.read_bytes())


def settle_files(home: Path, sources: Callable[[], Collection[str]]) -> None:
    """Removes what writers left unfinished and what was kept for editions that are none. Call under `writer_lock`.

    `sources`: those of the editions that there are; asked only where there is something to settle.
    """
    if left := list((home / KEPT).glob("*.pdf.*")):
        wanted = sources()
        for path in left:
            place = path.with_suffix("")
            if path.suffix == _NEW and place.stem not in wanted:
                place.unlink(missing_ok=True)
            path.unlink()


def picture_of_quote(home: Path, edition: Edition, start: int, end: int) -> PagePicture | None:
    """The page that a quote begins on with the quote's places; None where the file was not kept or cannot be drawn."""
    path = kept_file(home, edition)
    pages = [page for page in edition.document.pages if page.start <= start]
    if path is None or not pages:
        return None
    text = edition.document.text
    before = "".join(text[pages[-1].start : start].split()).count("".join(text[start:end].split()))
    try:
        return draw_page(path, pages[-1].label, text[start:end], before)
    except UnreadableDocument:
        return None


def drop_file(home: Path, source: str) -> None:
    """Removes a kept file, if there is one."""
    if _SOURCE.fullmatch(source):
        _place(home, source).unlink(missing_ok=True)


def is_kept_name(name: str) -> bool:
    """Whether a kept file has such a name."""
    return _SOURCE.fullmatch(name.removesuffix(".pdf")) is not None and name.endswith(".pdf")


def _place(home: Path, source: str) -> Path:
    return home / KEPT / f"{source}.pdf"
