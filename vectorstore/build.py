"""Immutable builds: a directory with vectors and keyword indexes, published by one row in the catalogue.

A writer holds one exclusive lock; a reader holds a shared lock on the build it uses; a build that is no longer live
is removed once its own lock can be had exclusively. A process killed at any moment leaves the old build live.
"""

from __future__ import annotations

import json
import secrets
import shutil
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO
from zipfile import BadZipFile

import portalocker
from langchain_core.embeddings import Embeddings

from ingest.document import Edition, Refusal, Work
from ingest.marked import visible
from ingest.passages import cut_passages
from vectorstore.catalogue import BuildRecord, Catalogue, fingerprint
from vectorstore.catalogue_database import DatabaseUnwritable
from vectorstore.embedder import ChangedModel, Embedder, Progress, alike, text_digest
from vectorstore.files import settle_files
from vectorstore.glossary import Glossary, count_names
from vectorstore.places import embedded_sentences, embedded_text, embedded_texts, keyword_language, places_of
from vectorstore.seal import is_as_sealed, seal
from vectorstore.vectors import ITSELF, DamagedVectors, UnfitCopy, Vectors, drop_vectors, write_vectors
from vectorstore.wordmatch import WordMatch, write_words
from vectorstore.words import KeywordIndex, fold

FORMAT = 10
"""Of the directory and of what is embedded; a change makes every library re-index itself."""

_FOLDED = "folded.json"
"""The texts of the places, folded: converting them takes too long when opening."""

_COUNTS = "glossary-names.json"
"""How often the documents use each name of the glossaries: a pass over all texts for each, too long when opening."""

CANDIDATES = 2_000
"""Passages and sentences that the vector search brings: all of a desk's shelf, a fraction of a large library.

Among 40,000 invented vectors the search for the nearest alone missed a text's own in 11 of 300 tries, one as wide in 0.
"""


class Build:
    """A published build, open for reading; it stays on disk until it is closed or forgotten."""

    def __init__(self, record: BuildRecord, folder: Path, catalogue: Catalogue, lock: IO[str]) -> None:
        """Raises Refusal where a file is not as it was sealed, and other errors of whoever reads them."""
        self.id = record.id
        self.model = record.model
        with ExitStack() as held:
            held.callback(lock.close)
            with ThreadPoolExecutor(1) as beside:
                sealed = beside.submit(is_as_sealed, folder)  # hashing leaves the interpreter to what follows
                cut = self._read_catalogue(record, catalogue)
                if not sealed.result():
                    raise Refusal("build-damaged", build=record.id)
            self._read_indexes(folder)
            self._vectors = held.enter_context(closing(Vectors(folder, cut, catalogue.chroma_url)))
            complete = len(self.folded) == len(self.places) == self.wordmatch.places
            complete = complete and self._vectors.counts == (len(self.places), self.wordmatch.sentences)
            if not complete or not self._finds_its_first(catalogue):
                raise Refusal("build-damaged", build=record.id)
            self._release = weakref.finalize(self, held.pop_all().close)

    def _read_catalogue(self, record: BuildRecord, catalogue: Catalogue) -> dict[str, int]:
        """Works, editions and places; gives how many passages each searched edition has."""
        self.editions = {key: catalogue.edition(key) for key in record.editions}
        self.works = catalogue.works({edition.work for edition in self.editions.values()})
        searched = {key: e for key, e in self.editions.items() if self.works[e.work].role == "document"}
        cut = {key: catalogue.passages(key, edition.document.text) for key, edition in searched.items()}
        self.places = list(places_of((edition, cut[key]) for key, edition in searched.items()))
        return {key: len(mine) for key, mine in cut.items()}

    def _read_indexes(self, folder: Path) -> None:
        """What a build keeps in files beside its vectors."""
        self.folded: tuple[str, ...] = tuple(json.loads((folder / _FOLDED).read_text(encoding="utf-8")))
        """The text of each place in the form in which texts are compared."""

        explained = [e for e in self.editions.values() if self.works[e.work].role == "glossary"]
        self.glossary = Glossary.of(explained, _read_counts(folder))
        languages = sorted({keyword_language(place.edition) for place in self.places})
        self.keywords = {lang: KeywordIndex.load(folder / f"keywords-{lang}") for lang in languages}
        self.wordmatch = WordMatch(folder)

    def _finds_its_first(self, catalogue: Catalogue) -> bool:
        """Whether the first place and its first sentence find themselves; counts alone miss lost vectors.

        Of hundreds of copies, linked to one another alone, Chroma's graph may reach none: they are there if they can
        be read.
        """
        if not self.places:
            return True
        place = self.places[0]
        texts = [embedded_text(place), embedded_sentences(place)[0]]
        digests = [text_digest(text) for text in texts]
        known = catalogue.embeddings(self.model, digests)
        if len(known) != len(set(digests)):
            return False
        vectors = [known[digest].tolist() for digest in digests]
        found = self.nearest_passages(vectors[0], CANDIDATES), self.nearest_sentences(vectors[1], CANDIDATES)
        return all(max(scores.values(), default=0.0) > ITSELF for scores in found) or self._vectors.has_first(*vectors)

    def is_made_by(self, embeddings: Embeddings, catalogue: Catalogue) -> bool:
        """Whether a model makes the vectors that this build has, or cannot be asked now."""
        texts = [embedded_text(place) for place in self.places[:1]]
        known = catalogue.embeddings(self.model, [text_digest(text) for text in texts])
        try:
            rows = embeddings.embed_documents(texts)
        except Exception:  # noqa: BLE001  # each provider has its own; the first question meets it too
            return True
        return all(alike(row, vector) for row, vector in zip(rows, known.values(), strict=False))

    def nearest_passages(self, vector: Sequence[float], count: int) -> dict[int, float]:
        """Cosine similarity of the nearest passages, by the index of their place."""
        return self._vectors.nearest_passages(vector, count)

    def nearest_sentences(self, vector: Sequence[float], count: int) -> dict[tuple[int, int], float]:
        """Cosine similarity of the nearest sentences, by place and number of the sentence."""
        return self._vectors.nearest_sentences(vector, count)

    def close(self) -> None:
        self._release()


def open_build(home: Path, catalogue: Catalogue) -> Build:
    """The live build, held by a shared lock. Raises Refusal where there is none."""
    for _ in range(5):  # the live build may be replaced meanwhile, and what it holds removed
        record = catalogue.live_build()
        if record is None:
            raise Refusal("no-index", home=home.name)
        folder = home / "builds" / record.id
        try:
            lock = _shared_lock(folder.with_name(f"{record.id}.lock"))
            if lock is None:
                continue
            if not folder.is_dir():
                lock.close()
                continue
            return Build(record, folder, catalogue, lock)
        except Refusal:
            if catalogue.live_build() == record:
                raise
        except (
            OSError,
            EOFError,
            KeyError,
            ValueError,
            BadZipFile,
            DamagedVectors,
        ) as error:  # of the files of indexes
            raise Refusal("build-damaged", build=record.id) from error
    raise Refusal("build-damaged", build=record.id if record else "")


def publish_build(
    home: Path,
    catalogue: Catalogue,
    model: str,
    load_model: Callable[[], Embeddings],
    works: Mapping[str, Work],
    editions: Sequence[Edition],
    progress: Progress | None = None,
    *,
    rebuild: bool = False,
) -> bool:
    """Makes the given editions the live build, embedding what is new. False where they already are.

    Where the model has changed under its name, all is embedded anew: vectors of two models are never in one build.
    Call under `writer_lock`.
    """
    ordered = sorted(editions, key=lambda edition: (edition.work, edition.id))
    keyed = {edition.key: edition for edition in ordered}
    mark = fingerprint(
        [
            FORMAT,
            model,
            list(keyed),
            [[w.id, w.titles, w.author, w.date, w.themes, w.role] for _, w in sorted(works.items())],
            *sorted([w.id, w.private_to] for w in works.values() if w.private_to),
            *([catalogue.chroma_url] if catalogue.chroma_url else []),
        ]
    )
    live = catalogue.live_build()
    if not rebuild and live is not None and live.fingerprint == mark and (home / "builds" / live.id).is_dir():
        sweep(home, catalogue)
        return False
    embed = Embedder(catalogue, model, load_model, progress, anew=rebuild)
    with _disk_errors_named(home):
        with ExitStack() as held:
            before = None if rebuild or live is None else _held(home, live, held)
            record = None
            while record is None:
                try:
                    record = _new_build(home, model, mark, works, keyed, embed, before)
                except UnfitCopy:
                    before = None
                except ChangedModel:
                    catalogue.forget_embeddings(model)
                    before = None
        catalogue.publish(record, works.values(), ordered)
    sweep(home, catalogue)
    return True


@contextmanager
def _disk_errors_named(home: Path) -> Iterator[None]:
    """A full disk, or one that may not be written, in the reader's words: what was live before is live still."""
    try:
        yield
    except (OSError, DamagedVectors, DatabaseUnwritable) as error:
        raise Refusal("library-unwritable", home=home.name, cause=cause_of(error)) from error


def cause_of(error: Exception) -> str:
    """Why the disk could not be written, in the system's words; those of others are not for a page."""
    first = error.args[0] if isinstance(error, portalocker.LockException) and error.args else error
    if isinstance(first, OSError | portalocker.LockException):
        return first.strerror or type(first).__name__
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__


def _held(home: Path, record: BuildRecord, held: ExitStack) -> Path | None:
    """The folder of a build, kept while it is copied; None where it is lost."""
    lock = _shared_lock(home / "builds" / f"{record.id}.lock")
    if lock is None:
        return None
    held.callback(lock.close)
    return home / "builds" / record.id


def old_builds(home: Path, catalogue: Catalogue) -> list[str]:
    """The builds that are not live and were not removed yet, for somebody reads them."""
    live = catalogue.live_build()
    names = [folder.name for folder in (home / "builds").glob("*") if folder.is_dir()]
    return [name for name in names if live is None or name != live.id]


def sweep(home: Path, catalogue: Catalogue) -> None:
    """Removes builds that are not live and that nobody reads, and what killed writers left.

    Call under `writer_lock`.
    """
    live = catalogue.live_build()
    settle_files(home, catalogue.sources)
    for folder in (home / "builds").glob("*"):
        if not folder.is_dir() or (live and folder.name == live.id):
            continue
        path = folder.with_name(f"{folder.name}.lock")
        try:
            with portalocker.Lock(path, "a", timeout=0, flags=portalocker.LOCK_EX | portalocker.LOCK_NB):
                path.unlink()  # first, for a folder shows up here again and a lock alone does not
                drop_vectors(folder, catalogue.chroma_url)
                shutil.rmtree(folder, ignore_errors=True)
        except portalocker.LockException:
            continue


@contextmanager
def writer_lock(home: Path) -> Iterator[None]:
    """Held by the one process that may write; a second one is refused. A killed process leaves no lock behind.

    Raises Refusal, also where the file system lets nobody lock.
    """
    with _locked(home, "writer.lock", portalocker.LOCK_EX | portalocker.LOCK_NB):
        yield


@contextmanager
def upload_lock(home: Path) -> Iterator[None]:
    """Held by the one, of all processes, that counts and stores uploads; others wait. Raises Refusal."""
    with _locked(home, "uploads.lock", portalocker.LOCK_EX):
        yield


@contextmanager
def _locked(home: Path, name: str, how: portalocker.LockFlags) -> Iterator[None]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / name).open("a")
    except OSError as error:
        raise Refusal("library-unwritable", home=home.name, cause=cause_of(error)) from error
    with lock:
        try:
            portalocker.lock(lock, how)
        except portalocker.AlreadyLocked:
            raise Refusal("writer-busy", home=home.name) from None
        except (OSError, portalocker.LockException) as error:
            raise Refusal("library-unwritable", home=home.name, cause=cause_of(error)) from error
        yield


def _shared_lock(path: Path) -> IO[str] | None:
    if not path.exists():
        return None
    handle = path.open("r")
    try:
        portalocker.lock(handle, portalocker.LOCK_SH | portalocker.LOCK_NB)
    except portalocker.LockException as error:
        handle.close()
        if not isinstance(error, portalocker.AlreadyLocked):  # a file system without locks
            raise Refusal("library-unwritable", home=path.parents[1].name, cause=cause_of(error)) from error
        return None
    return handle


# Writing


def _new_build(
    home: Path,
    model: str,
    mark: str,
    works: Mapping[str, Work],
    editions: Mapping[str, Edition],
    embed: Embedder,
    before: Path | None,
) -> BuildRecord:
    """Writes a folder that nobody knows of yet. Raises UnfitCopy if the build before is of no use."""
    record = BuildRecord(secrets.token_hex(4), model, mark, tuple(editions))
    folder = home / "builds" / record.id
    folder.mkdir(parents=True)
    (home / "builds" / f"{record.id}.lock").touch()
    searched = {key: edition for key, edition in editions.items() if works[edition.work].role == "document"}
    explained = [edition for edition in editions.values() if works[edition.work].role == "glossary"]
    _write(folder, model, searched, explained, embed, before)
    return record


def _write(
    folder: Path,
    model: str,
    editions: Mapping[str, Edition],
    glossaries: Sequence[Edition],
    embed: Embedder,
    before: Path | None,
) -> None:
    cut = {key: cut_passages(edition.document.text, edition.outline) for key, edition in editions.items()}
    places = list(places_of((edition, cut[key]) for key, edition in editions.items()))
    rest = iter(places)
    texts = [embedded_texts(key, list(islice(rest, len(mine)))) for key, mine in cut.items()]
    embed.compare_with([one.passages[0] for one in texts if one.passages])
    write_vectors(folder, f"{FORMAT} {model}", texts, embed.documents, before, embed.server)
    for lang in ("zh", "en"):
        mine = [place for place in places if keyword_language(place.edition) == lang]
        if mine:
            KeywordIndex.of(visible(place.passage.text)[0] for place in mine).save(folder / f"keywords-{lang}")
    sentences = ([place.passage.text[start:end] for start, end in place.sentences] for place in places)
    write_words(folder, sentences, [keyword_language(place.edition) == "zh" for place in places], embed.words)
    folded = [fold(place.passage.text) for place in places]
    (folder / _FOLDED).write_text(json.dumps(folded, ensure_ascii=False), encoding="utf-8")
    counts = count_names(glossaries, [place.passage.text for place in places])
    (folder / _COUNTS).write_text(json.dumps(counts, ensure_ascii=False), encoding="utf-8")
    seal(folder)


def _read_counts(folder: Path) -> dict[str, int]:
    counts = json.loads((folder / _COUNTS).read_text(encoding="utf-8"))
    return {str(name): int(count) for name, count in counts.items()}
