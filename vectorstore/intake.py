"""Files come into the library: each ends ready, ready with named losses, or refused, and none harms the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ingest.document import Edition, EditionKind, Language, Loss, Refusal, UnreadableDocument, Work
from ingest.work_file import WORK_FILE, WORK_ID, read_work
from vectorstore.align import Alignment, Embed, align
from vectorstore.descriptions import first_beside, free_name, private_name
from vectorstore.library import Shelf, is_update, new_work, read_edition, recognize, work_name

State = Literal["ready", "ready-with-loss", "refused"]
Note = tuple[str, dict[str, object]]
"""What was found out about a file: a key of messages.toml and the values of its placeholders."""

READERS = 2
"""Files that are read at once, each by its own process: as many as a desk's machine has cores."""

_MARK = (
    r"zh(?:[-_]?(?:hant|hans))?(?:[-_]?(?:tw|cn|hk|mo|sg))?|cht|chs|tc|sc|cn|tw|hk|en(?:[-_](?:us|gb))?|eng|english|chinese|"
    r"繁體?|繁体|繁體中文|简体?|简体中文|簡體|中文版?|英文版?|中|英"
)
_LANGUAGE_MARK = re.compile(
    rf"[-_. ]+\(?(?:{_MARK})\)?$|[(（](?:{_MARK})[)）]$|^(?:{_MARK})[-_. ]+|(?:中文版?|英文版?)$", re.I
)
"""What names of a document's files in two languages differ by: `report.en.pdf`, `report_中文版.pdf`."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person who adds files says of them; what is not said is found out."""

    work: str = ""
    lang: Language | None = None
    kind: EditionKind | None = None
    title: str | None = None
    password: str | None = None
    ocr: bool = False
    free_name: bool = False
    """A new work whose name is taken gets another, instead of being refused."""

    private_to: str = ""
    """Whose a new work is alone."""


@dataclass(frozen=True, slots=True)
class FileState:
    """How a file ended."""

    path: Path
    state: State
    work: Work | None = None
    edition: Edition | None = None
    read: Edition | None = None
    """The edition with the anchors of its own outline, before it was brought beside the others of its work."""

    losses: tuple[Loss, ...] = ()
    reason: Refusal | None = None
    notes: tuple[Note, ...] = ()

    @property
    def file(self) -> str:
        return self.path.name


@dataclass
class Intake:
    """Takes files into a shelf one after the other. `embed` is asked only where outlines of a pair differ."""

    shelf: Shelf
    embed: Embed
    wishes: Wishes = field(default_factory=Wishes)
    tell: Callable[[FileState], None] = lambda _: None
    elsewhere: Mapping[str, Work] = field(default_factory=dict)
    """Works that the shelf leaves out: no file is taken for theirs, and their names are not free."""

    states: list[FileState] = field(default_factory=list)
    _names: Counter[str] = field(default_factory=Counter)
    """How many files are taken of each name that is one but for the language."""

    def take(self, paths: Sequence[Path]) -> list[FileState]:
        """Reads files and folders; afterwards `shelf` holds what was not refused."""
        known = {**self.elsewhere, **self.shelf.works}
        found = [entry for path in paths for entry in _entries(path, known)]
        self._names.update(pair_name(entry.path) for entry in found if entry.work is None)
        with ThreadPoolExecutor(READERS) as pool:
            for entry, edition in zip(found, pool.map(self._read, found), strict=True):
                state = self._place(entry, edition)
                self.states.append(state)
                self.tell(state)
        return self.states

    def _read(self, entry: _Entry) -> Edition | Refusal:
        """A file as an edition whose work may change yet, or why it is none."""
        if entry.reason is not None:
            return entry.reason
        try:
            return read_edition(
                entry.path,
                entry.work.id if entry.work else self.wishes.work,
                entry.lang or self.wishes.lang,
                entry.kind or self.wishes.kind or "original",
                known=self._known(entry),
                password=self.wishes.password,
                ocr=self.wishes.ocr,
            )
        except Refusal as refusal:
            return refusal

    def _known(self, entry: _Entry) -> Edition | None:
        """The edition that came of a file of this name, if nothing is asked for that it is not."""
        if entry.work is not None:
            return self.shelf.editions.get((entry.work.id, f"{entry.lang}-{entry.kind}"))
        wishes = self.wishes
        for edition in self.shelf.editions.values():
            as_wished = wishes.work in ("", edition.work) and wishes.lang in (None, edition.lang)
            if edition.file == entry.path.name and as_wished and wishes.kind in (None, edition.kind):
                return edition
        return None

    def _place(self, entry: _Entry, read: Edition | Refusal) -> FileState:
        if isinstance(read, Refusal):
            return FileState(entry.path, "refused", reason=read)
        try:
            work, edition, notes = self._identify(entry, read)
        except Refusal as refusal:
            return FileState(entry.path, "refused", reason=refusal)
        read, aligned = edition, self._aligned(edition)
        if aligned is not None:
            edition = aligned.edition
            notes.append(("ingest-aligned", aligned.values(edition.file)))
        self.shelf = self.shelf.with_edition(work, edition)
        losses = edition.document.losses
        state: State = "ready-with-loss" if losses else "ready"
        return FileState(entry.path, state, work, edition, read, losses, None, tuple(notes))

    def _identify(self, entry: _Entry, read: Edition) -> tuple[Work, Edition, list[Note]]:
        """Whose edition a file is: its folder's, the one that was asked for, a known work's, or a new one's."""
        wishes, shelf = self.wishes, self.shelf
        if entry.work is not None:
            return entry.work, read, []
        if read.work in shelf.works and (wishes.work or self._known(entry) is read):
            return shelf.works[read.work], read, []
        known = None if wishes.work else recognize(read, shelf)
        if known is not None:
            edition = replace(read, work=known.work.id, kind=wishes.kind or known.kind)
            values = {"file": read.file, "kind": edition.kind, "title": known.work.title("en")}
            note: Note = ("ingest-recognized", {**values, "agreeing": known.agreeing, "anchors": known.anchors})
            return known.work, edition, [note]
        twin = None if wishes.work else self._twin(entry, read)
        if twin is not None:
            edition = replace(read, work=twin.id, kind=wishes.kind or "translation")
            title = new_work(edition, twin.id, wishes.title).title(edition.lang)
            note = ("ingest-pair", {"file": read.file, "lang": edition.lang, "work": twin.id})
            return replace(twin, titles={**twin.titles, edition.lang: title}), edition, [note]
        return self._new(entry, read)

    def _new(self, entry: _Entry, read: Edition) -> tuple[Work, Edition, list[Note]]:
        wishes, taken = self.wishes, {**self.elsewhere, **self.shelf.works}
        name, update = self._name(entry, read, taken)
        work = replace(new_work(read, name, wishes.title), private_to=wishes.private_to)
        if wishes.free_name and not update:
            work = replace(work, id=free_name(work.id, taken))
        if wishes.private_to and not wishes.work and not update:
            work = replace(work, id=private_name(work.id))
        if work.id in taken and not update:
            raise UnreadableDocument("work-taken", file=read.file, work=work.id)
        values = {"file": read.file, "work": work.id, "sections": len(read.outline.sections), "language": read.lang}
        return work, replace(read, work=work.id), [("ingest-new", values)]

    def _name(self, entry: _Entry, read: Edition, taken: Mapping[str, Work]) -> tuple[str, bool]:
        """What the work of a file is called, and whether it is there and holds an edition of that file: it has the
        file's name, without the language's where another language came with it and no work has that name."""
        shared = pair_name(entry.path)
        names = [self.wishes.work or work_name(Path(read.file).stem, read.file)]
        if shared and not self.wishes.work:
            names.insert(0, work_name(shared, shared))
        if known := [name for name in names if is_update(self.shelf, name, read.file)]:
            return known[0], True
        together = self._names[shared] > 1 and names[0] not in taken
        return names[0 if together else -1], False

    def _twin(self, entry: _Entry, read: Edition) -> Work | None:
        """The work of a file in another language that came with this one and has its name but for the language."""
        name = pair_name(entry.path)
        for other in self.states:
            edition = other.edition
            if edition is None or edition.lang == read.lang or edition.file == read.file:
                continue
            if name and pair_name(Path(edition.file)) == name:
                return self.shelf.works[edition.work]
        return None

    def _aligned(self, edition: Edition) -> Alignment | None:
        """The edition with the anchors of the work's first, where its outline is another one."""
        first = first_beside(self.shelf, edition)
        return align(first, edition, self.embed) if first else None


def pair_name(path: Path) -> str:
    """The name of a file without its ending and what names its language; empty where nothing does."""
    stem = path.name.rsplit(".", 1)[0] if "." in path.name else path.name
    bare = _LANGUAGE_MARK.sub("", stem)
    return bare.strip("-_. ").lower() if bare != stem else ""


# What is to be read


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file to read, and what its folder's work.toml says of it."""

    path: Path
    work: Work | None = None
    lang: Language | None = None
    kind: EditionKind | None = None
    reason: Refusal | None = None


def _entries(path: Path, known: Mapping[str, Work]) -> Iterator[_Entry]:
    """The file; or a folder's work, or its files and those of the folders in it, names that begin with a dot aside."""
    if not path.is_dir():
        yield _Entry(path)
    elif (path / WORK_FILE).exists():
        try:
            work, editions = read_work(path, known)
        except UnreadableDocument as refusal:
            yield _Entry(path, reason=refusal)
        else:
            yield from (_Entry(file, work, lang, kind) for lang, kind, file in editions)
    else:
        inside = [
            entry for entry in sorted(path.iterdir()) if not entry.name.startswith(".") and not entry.is_symlink()
        ]
        if not inside:
            yield _Entry(path, reason=UnreadableDocument("folder-empty", file=path.name))
        for entry in inside:
            yield from _entries(entry, known)


def check_wishes(wishes: Wishes, paths: Sequence[Path]) -> None:
    """Raises Refusal where what is said of files cannot hold of them."""
    if wishes.work and not WORK_ID.fullmatch(wishes.work):
        raise Refusal("work-name-wrong", work=wishes.work)
    if (len(paths) != 1 or paths[0].is_dir()) and (wishes.lang or wishes.kind or wishes.title):
        raise Refusal("one-file-only")
