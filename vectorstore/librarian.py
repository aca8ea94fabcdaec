"""What an editor does to the library: read uploads, publish, correct, take out, index again. One writer at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from langchain_core.embeddings import Embeddings

import prompts
from ingest.document import Refusal, UnknownDocument
from vectorstore.build import Build, open_build, publish_build, sweep, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.descriptions import Description, corrected, described, description_of, private_name
from vectorstore.embed import embedding_model
from vectorstore.embedder import Progress
from vectorstore.files import drop_file, keep_files
from vectorstore.intake import FileState, Intake, Wishes
from vectorstore.library import Shelf, live_shelf
from vectorstore.uploads import Staged, Upload, drop_upload, save_upload

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
    ) -> None:
        """`owner` is whose private works are; nobody's without one. `changed` is called after each change."""
        self._home = home
        self._catalogue = catalogue
        self._model = model
        self._embeddings = embeddings
        self._owner = owner
        self._changed = changed

    @property
    def shelf(self) -> Shelf:
        """What is published, and what is the editor's own."""
        return live_shelf(self._catalogue).seen_by(self._owner)

    def stage(
        self, uploads: Sequence[Upload], wishes: Wishes | None = None, tell: Callable[[FileState], None] | None = None
    ) -> list[Staged]:
        """Reads uploads, each in a process of its own; nothing is published. `tell` hears of each as it ends.

        A wish for a work, language or kind is for one file. Raises Refusal for more files than are taken at once, and
        while files of the same editor are being read.
        """
        wishes = wishes or Wishes()
        if len(uploads) > MAX_FILES:
            raise Refusal("uploads-too-many", limit=MAX_FILES)
        if len(uploads) != 1 and wishes.work:
            raise Refusal("replace-one-file")
        with _one_reading(self._home, self._owner):
            paths = [save_upload(self._home, upload) for upload in uploads]
            whole, wishes = live_shelf(self._catalogue), replace(wishes, free_name=True)
            others = whole.hidden_from(self._owner).works
            intake = Intake(whole.seen_by(self._owner), self._embed, wishes, tell or (lambda _: None), others)
            return [Staged(state.path.parent.name, state) for state in intake.take(paths)]

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
        the same edition, or another process is writing.
        """
        entries = self._named(entries)
        places = [(said.work, said.edition) for _, said in entries]
        for place, (staged, _) in zip(places, entries, strict=True):
            if places.count(place) > 1:
                raise Refusal("edition-twice", file=staged.state.file, edition="/".join(place))

        def change(shelf: Shelf) -> Shelf:
            for staged, said in entries:
                if staged.state.read is not None:
                    shelf = described(shelf, staged.state.read, said, self._embed, self._owner)
            return shelf

        shelf = self._change(change, progress)
        kept = [(shelf.editions[place], staged.state.path) for place, (staged, _) in zip(places, entries, strict=True)]
        keep_files(self._home, kept)
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
        )
        for source in self._catalogue.forget(work, edition):
            drop_file(self._home, source)

    def index_again(self, progress: Progress | None = None) -> None:
        """Makes the index anew from what the catalogue holds."""
        self._change(lambda shelf: shelf, progress, rebuild=True)

    def _change(
        self, change: Callable[[Shelf], Shelf], progress: Progress | None = None, *, rebuild: bool = False
    ) -> Shelf:
        with writer_lock(self._home):
            whole = live_shelf(self._catalogue)
            mine = change(whole.seen_by(self._owner))
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
        with suppress(Refusal):  # the change is made; whoever asks next is told
            self._changed()
        return shelf

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


def taken_out(catalogue: Catalogue, shelf: Shelf, work: str, edition: str | None) -> Shelf:
    """A shelf without a work or an edition; as it is where a removal that was cut short has left texts to erase.

    Raises UnknownDocument where there is neither.
    """
    try:
        return shelf.without(work, edition)
    except UnknownDocument:
        if not catalogue.remains(work, edition):
            raise
        return shelf


def erase_private(home: Path, catalogue: Catalogue, owner: str) -> list[str]:
    """Takes out and erases what is one person's alone: text, passages, kept files. Gives the ids; their rows stay.

    Raises Refusal while another process writes.
    """
    with writer_lock(home):
        works = catalogue.private_works(owner)
        live = catalogue.live_build()
        whole = live_shelf(catalogue)
        mine = whole.private_to(owner).works
        if live is not None and mine:
            left = Shelf(
                {id_: work for id_, work in whole.works.items() if id_ not in mine},
                {place: edition for place, edition in whole.editions.items() if place[0] not in mine},
            )
            editions = list(left.editions.values())
            publish_build(home, catalogue, live.model, lambda: embedding_model(live.model), left.works, editions)
        for work in works:
            for source in catalogue.forget(work):
                drop_file(home, source)
        sweep(home, catalogue)
    return works


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
