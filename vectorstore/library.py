"""Which editions are in the library: adding, replacing and removing them, and telling whose edition a file is."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.blocks import is_sentence
from ingest.dates import date_of, date_within
from ingest.document import Edition, EditionKind, Language, Refusal, UnknownDocument, UnreadableDocument, Work
from ingest.sandbox import parse_file, source_of
from ingest.work_file import WORK_FILE, read_work
from vectorstore.catalogue import Catalogue
from vectorstore.words import fold, text_language

_BYLINE = 80
"""Characters of the longest line that is taken for one with an author or a date."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Works and their editions, by work and edition id. A value: adding gives a new shelf."""

    works: Mapping[str, Work]
    editions: Mapping[tuple[str, str], Edition]

    def with_edition(self, work: Work, edition: Edition) -> Shelf:
        return Shelf({**self.works, work.id: work}, {**self.editions, (work.id, edition.id): edition})

    def seen_by(self, owner: str) -> Shelf:
        """What of it somebody may see."""
        return self._of({id_: work for id_, work in self.works.items() if work.seen_by(owner)})

    def hidden_from(self, owner: str) -> Shelf:
        """The rest."""
        return self._of({id_: work for id_, work in self.works.items() if not work.seen_by(owner)})

    def private_to(self, owner: str) -> Shelf:
        """What is an owner's alone; with an empty one, what is published."""
        return self._of({id_: work for id_, work in self.works.items() if work.private_to == owner})

    def updated(self, other: Shelf) -> Shelf:
        """With all that another shelf has."""
        return Shelf({**self.works, **other.works}, {**self.editions, **other.editions})

    def joined(self, other: Shelf) -> Shelf:
        """Both. Raises Refusal where they have a work of one name."""
        if both := sorted(self.works.keys() & other.works.keys()):
            raise Refusal("work-name-taken", work=both[0])
        return self.updated(other)

    def _of(self, works: Mapping[str, Work]) -> Shelf:
        return Shelf(works, {key: edition for key, edition in self.editions.items() if key[0] in works})

    def without(self, work: str, edition: str | None) -> Shelf:
        gone = {key for key in self.editions if key[0] == work and edition in (None, key[1])}
        if not gone:
            raise UnknownDocument("edition-unknown", edition=f"{work}/{edition}" if edition else work)
        editions = {key: value for key, value in self.editions.items() if key not in gone}
        left = {key[0] for key in editions}
        return Shelf({id_: value for id_, value in self.works.items() if id_ in left}, editions)


@dataclass(frozen=True, slots=True)
class Recognition:
    """A file whose title and outline are those of a known work."""

    work: Work
    kind: EditionKind
    agreeing: int
    anchors: int


def live_shelf(catalogue: Catalogue) -> Shelf:
    """What the live build holds; an empty shelf where there is none."""
    record = catalogue.live_build()
    editions = [catalogue.edition(key) for key in record.editions] if record else []
    works = catalogue.works({edition.work for edition in editions})
    return Shelf(works, {(edition.work, edition.id): edition for edition in editions})


def read_folder(folder: Path, shelf: Shelf) -> Shelf:
    """The shelf with the work of a folder that has a work.toml; files that it holds unchanged are not read again."""
    work, entries = read_work(folder, shelf.works)
    for lang, kind, path in entries:
        known = shelf.editions.get((work.id, f"{lang}-{kind}"))
        shelf = shelf.with_edition(work, read_edition(path, work.id, lang, kind, known=known))
    return shelf


def read_corpus(folder: Path, shelf: Shelf) -> Shelf:
    """The shelf with every work of a folder of folders."""
    for path in sorted(folder.glob(f"*/{WORK_FILE}")):
        shelf = read_folder(path.parent, shelf)
    return shelf


def read_edition(
    path: Path,
    work: str,
    lang: Language | None,
    kind: EditionKind,
    *,
    known: Edition | None = None,
    password: str | None = None,
    ocr: bool = False,
) -> Edition:
    """A file as an edition of a work, its language told from its text unless given. Raises UnreadableDocument.

    `known`: the edition that it may be already, given back as it is where the file has not changed.
    """
    source = source_of(path, ocr=ocr)
    if known is not None and known.source == source and known.file == path.name:
        return known
    parsed = parse_file(path, password=password, ocr=ocr)
    if not parsed.outline.sections:
        raise UnreadableDocument("file-empty", file=path.name)
    document, size = parsed.document, path.stat().st_size
    return Edition(work, lang or text_language(document.text), kind, path.name, document, parsed.outline, source, size)


def recognize(edition: Edition, shelf: Shelf) -> Recognition | None:
    """The known work whose title and outline a file has: at least nine in ten of its anchors, both ways."""
    title = _title(edition)
    anchors = set(edition.outline.anchors)
    for work in shelf.works.values():
        mine = [e for e in shelf.editions.values() if e.work == work.id]
        titles = {_plain(text) for text in work.titles.values()} | {_plain(_title(e)) for e in mine}
        if not title or _plain(title) not in titles:
            continue
        known = max((set(e.outline.anchors) for e in mine), key=lambda other: len(other & anchors))
        agreeing = len(known & anchors)
        if agreeing >= 0.9 * max(len(known), len(anchors)):
            return Recognition(work, _kind_among(edition, mine), agreeing, len(known))
    return None


def _kind_among(edition: Edition, known: Sequence[Edition]) -> EditionKind:
    """What a file is to a work: what its very text is already, a translation of an original in another language, else
    the original."""
    for other in known:
        if other.document.text == edition.document.text:
            return other.kind
    return "translation" if any(e.kind == "original" and e.lang != edition.lang for e in known) else "original"


def is_update(shelf: Shelf, work: str, file: str) -> bool:
    """Whether a work has an edition of a file of that name, which a new one replaces."""
    return any(edition.file == file for (owner, _), edition in shelf.editions.items() if owner == work)


def new_work(edition: Edition, work_id: str | None, title: str | None) -> Work:
    """A work of its own for a file that belongs to no known one."""
    name = title or _title(edition) or Path(edition.file).stem
    author, date = _byline(edition)
    return Work(work_id or work_name(Path(edition.file).stem, edition.file), {edition.lang: name}, author, date)


def _byline(edition: Edition) -> tuple[str, datetime.date | None]:
    """Author and date of the front matter, which may stand in one line."""
    front = [(s.kind, edition.document.text[s.start : s.end]) for s in edition.outline.sections if s.parent == "0"]
    author = next((text for kind, text in front if kind == "author"), "")
    others = [text for kind, text in front if kind == "paragraph" and len(text) <= _BYLINE and not is_sentence(text)]
    dates = [date_of(text) for kind, text in front if kind == "date"]
    dates += [found[1] for text in (author, *others) if (found := date_within(text))]
    if found := date_within(author):
        author = author[: found[0]]
    author = re.sub(r"^[^:：]{1,12}[:：]\s*|^by\s+", "", re.split(r"\s+[·|｜•]\s", author)[0], flags=re.IGNORECASE)
    return author.rstrip(" ,，、;；·|｜–—-（("), next((date for date in dates if date), None)


def _title(edition: Edition) -> str:
    return next((section.title for section in edition.outline.sections if section.kind == "title"), "")


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def work_name(stem: str, whole: str) -> str:
    """What a work is called after a file's name without its ending; where that has no Latin letter, by a digest."""
    name = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    return name[:64].strip("-") or f"document-{hashlib.sha256(whole.encode()).hexdigest()[:8]}"
