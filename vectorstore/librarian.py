"""What an editor does to the library: read uploads, publish, correct, take out, index again. One writer at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from langchain_core.embeddings import Embeddings

import prompts
from ingest.document import Refusal
from vectorstore.allowance import Allowance, Amount, belongs_to
from vectorstore.build import Build, open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.descriptions import Description, corrected, described, description_of, private_name
from vectorstore.embedder import Progress
from vectorstore.erasing import erase, taken_out
from vectorstore.files import keep_files
from vectorstore.intake import FileState, Intake, Wishes
from vectorstore.library import Shelf, live_shelf
from vectorstore.uploads import Staged, Upload, drop_forgotten, drop_upload, held, save_uploads

_log = logging.getLogger(__name__)

MAX_FILES = 50
"""Taken at once."""


class Librarian:
    """Changes the library under a folder, as far as one editor sees it: what is private to another is not there.

    Every change is a new build, live at once and whole or not at all.
    """

    def __init__(
        self,
        home: Path,
        catalogue: Catalogue,
        model: str,
        embeddings: Embeddings,
        owner: str = "",
        changed: Callable[[], object] = lambda: None,
        allowance: Allowance | None = None,
    ) -> None:
        """`owner` is whose private works are; nobody's without one. `changed` is called after each change.

        `allowance` is how much the owner may keep; any amount without one.
        """
        self._home = home
        self._catalogue = catalogue
        self._model = model
        self._embeddings = embeddings
        self._owner = owner
        self._changed = changed
        self._allowance = (allowance or Allowance()) if owner else Allowance()

    @property
    def shelf(self) -> Shelf:
        """What is published, and what is the editor's own."""
        return live_shelf(self._catalogue).seen_by(self._owner)

    def stage(
        self, uploads: Sequence[Upload], wishes: Wishes | None = None, tell: Callable[[FileState], None] | None = None
    ) -> list[Staged]:
        """Reads uploads, each in a process of its own; nothing is published. `tell` hears of each as it ends.

        A wish for a work, language or kind is for one file. Raises Refusal for more files than are taken at once or
        than one person may keep, and while files of the same editor are being read.
        """
        wishes = wishes or Wishes()
        if len(uploads) > MAX_FILES:
            raise Refusal("uploads-too-many", limit=MAX_FILES)
        if len(uploads) != 1 and wishes.work:
            raise Refusal("replace-one-file")
        with _one_reading(self._home, self._owner):
            whole, wishes = live_shelf(self._catalogue), replace(wishes, free_name=True)
            paths = save_uploads(self._home, self._owner, uploads, partial(self._admit_uploads, whole, wishes))
            try:
                others = whole.hidden_from(self._owner).works
                intake = Intake(whole.seen_by(self._owner), self._embed, wishes, tell or (lambda _: None), others)
                return [held(state) for state in intake.take(paths)]
            except BaseException:  # nobody has them to publish or discard
                for path in paths:
                    drop_upload(path)
                raise

    def discard(self, staged: Staged) -> None:
        """Forgets an upload."""
        drop_upload(staged.state.path)

    def description(self, staged: Staged) -> Description:
        """What was found out of an upload. Raises Refusal where it was refused."""
        edition, work = staged.state.read, staged.state.work
        if edition is None or work is None:
            raise staged.state.reason or Refusal("file-missing", file=staged.state.file)
        return description_of(work, replace(edition, work=work.id))

    def publish(
        self, entries: Sequence[tuple[Staged, Description]], progress: Progress | None = None
    ) -> list[tuple[str, str]]:
        """Makes uploads, as they are described, part of the library; gives the works and editions they became.

        An edition of the same work, language and kind is replaced: answers that quote it still find it. A new private
        work gets a name that cannot be guessed. Raises Refusal where a description does not hold, two files would be
        the same edition, it is more than one person may keep, or another process is writing.
        """
        entries = self._named(entries)
        places = [(said.work, said.edition) for _, said in entries]
        for place, (staged, _) in zip(places, entries, strict=True):
            if places.count(place) > 1:
                raise Refusal("edition-twice", file=staged.state.file, edition="/".join(place))

        def change(shelf: Shelf) -> Shelf:
            for staged, said in entries:
                if staged.state.read is not None:
                    read = replace(staged.state.read, added_by=self._owner)
                    shelf = described(shelf, read, said, self._embed, self._owner)
            return shelf

        files = {place: staged.state.path for place, (staged, _) in zip(places, entries, strict=True)}
        self._change(change, progress, files)
        for staged, _ in entries:
            drop_upload(staged.state.path)
        return places

    def correct(self, work: str, edition: str, said: Description, progress: Progress | None = None) -> None:
        """Describes a published edition anew. Raises Refusal, also where that would put it in another's place."""
        self._change(lambda shelf: corrected(shelf, work, edition, said, self._embed, self._owner), progress)

    def remove(self, work: str, edition: str | None = None, progress: Progress | None = None) -> None:
        """Takes a work or an edition out and erases it: text, passages, kept file. Raises Refusal."""
        hidden = work in self._catalogue.hidden_from(self._owner)  # what is left of another's is not there to erase
        self._change(
            lambda shelf: shelf.without(work, edition) if hidden else taken_out(self._catalogue, shelf, work, edition),
            progress,
            erased=(work, edition),
        )

    def index_again(self, progress: Progress | None = None) -> None:
        """Makes the index anew from what the catalogue holds."""
        self._change(lambda shelf: shelf, progress, rebuild=True)

    def _change(
        self,
        change: Callable[[Shelf], Shelf],
        progress: Progress | None = None,
        files: Mapping[tuple[str, str], Path] = MappingProxyType({}),
        *,
        erased: tuple[str, str | None] | None = None,
        rebuild: bool = False,
    ) -> None:
        with writer_lock(self._home):
            whole = live_shelf(self._catalogue)
            mine = change(whole.seen_by(self._owner))
            self._admit(mine)
            keep_files(self._home, [(mine.editions[place], path) for place, path in files.items()])
            shelf = whole.hidden_from(self._owner).joined(mine)
            publish_build(
                self._home,
                self._catalogue,
                self._model,
                lambda: self._embeddings,
                shelf.works,
                list(shelf.editions.values()),
                progress,
                rebuild=rebuild,
            )
            if erased:
                erase(self._home, self._catalogue, erased[:1], erased[1])
        drop_forgotten(self._home)
        with suppress(Refusal):  # the change is made; whoever asks next is told
            self._changed()

    def _admit_uploads(self, whole: Shelf, wishes: Wishes, waiting: Amount, added: Amount) -> None:
        """Raises Refusal where uploads are more than their owner may keep, with what is in the library and waits."""
        before = self._catalogue.kept_of(self._owner).amount + waiting
        replaced = whole.editions.get((wishes.work, f"{wishes.lang}-{wishes.kind}"))
        goes = replaced is not None and belongs_to(whole.works[wishes.work], replaced) == self._owner
        self._allowance.admit(before, before + added + Amount(-1 if goes else 0))

    def _admit(self, shelf: Shelf) -> None:
        """Raises Refusal where more would be the owner's than they may keep."""
        kept = self._catalogue.kept_of(self._owner)
        works = shelf.works
        mine = [e for e in shelf.editions.values() if belongs_to(works[e.work], e) == self._owner]
        self._allowance.admit(kept.amount, kept.after(mine))

    def _named(self, entries: Sequence[tuple[Staged, Description]]) -> list[tuple[Staged, Description]]:
        """Files of one new private work stay together under its new name."""
        known = self.shelf.works
        names = {said.work: private_name(said.work) for _, said in entries if said.private and said.work not in known}
        return [(staged, replace(said, work=names.get(said.work, said.work))) for staged, said in entries]

    def _embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return self._embeddings.embed_documents(list(texts))


_reading: set[tuple[Path, str]] = set()
"""Whose files are being read in this process: one editor's twenty tabs read as much as one tab."""


@contextmanager
def _one_reading(home: Path, owner: str) -> Iterator[None]:
    mine = home.resolve(), owner
    with _reading_lock:
        if mine in _reading:
            raise Refusal("reading-already")
        _reading.add(mine)
    try:
        yield
    finally:
        with _reading_lock:
            _reading.discard(mine)


_reading_lock = threading.Lock()


def open_or_mend(home: Path, catalogue: Catalogue, model: str, embeddings: Embeddings) -> Build:
    """The live build; a damaged one is made again from the catalogue, which has its vectors, with nobody asked, and so
    is one that the model would not make any more, which is embedded anew.

    Raises Refusal where there is none, it is another model's, or another process is writing.
    """
    live = catalogue.live_build()
    try:
        build = open_build(home, catalogue)
        if build.model != model or build.is_made_by(embeddings, catalogue):
            return build
        build.close()
    except Refusal as refusal:
        if refusal.key != "build-damaged" or live is None or live.model != model:
            raise
    started = time.monotonic()
    with writer_lock(home):
        shelf = live_shelf(catalogue)
        editions = list(shelf.editions.values())
        publish_build(home, catalogue, model, lambda: embeddings, shelf.works, editions, rebuild=True)
    seconds = f"{time.monotonic() - started:.1f}"
    _log.warning(prompts.message("library-mended", "en", build=live.id if live else "", seconds=seconds))
    return open_build(home, catalogue)
