"""Immutable builds: a directory with vectors and keyword indexes, published by one row in the catalogue.

A writer holds one exclusive lock; a reader holds a shared lock on the build it uses; a build that is no longer live
is removed once its own lock can be had exclusively. A process killed at any moment leaves the old build live.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import IO
from zipfile import BadZipFile

import numpy as np
import portalocker
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from ingest.document import HEADINGS, Edition, Passage, Refusal, Section, Work, coarse_anchors, columns_named
from ingest.marked import visible
from ingest.passages import cut_passages, ends_as_sentence, sentence_spans
from vectorstore.catalogue import BuildRecord, Catalogue, fingerprint
from vectorstore.catalogue_database import DatabaseUnwritable
from vectorstore.embed import embed_words
from vectorstore.glossary import Glossary, count_names
from vectorstore.seal import is_as_sealed, seal
from vectorstore.vectors import ITSELF, DamagedVectors, Texts, UnfitCopy, Vectors, drop_vectors, write_vectors
from vectorstore.wordmatch import WordMatch, write_words
from vectorstore.words import KeywordIndex, fold, to_simplified

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

_BATCH, _READ = 64, 500
"""Texts that are embedded at once, and vectors that are read at once."""

_COMPARED = 20
"""Texts of which one that is embedded already is looked for."""

SAME_VECTOR = 0.98
"""Cosine from which texts were embedded by the same model, on another machine, in another batch."""

Progress = Callable[[int, int], None]
"""Told how many texts of how many have been embedded."""


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of a build with all that search and answers need to know of it."""

    index: int
    work: str
    edition: Edition
    section: Section
    coarse: str
    titles: tuple[str, ...]
    """Of the sections above it, the outermost first."""

    passage: Passage
    stands_over: bool = False
    """Whether other sections lie in it."""

    @property
    def is_heading(self) -> bool:
        """Whether it says no more than its title: a numbered paragraph says more after it, a bullet that ends as a
        sentence or announces what follows says more than a title does."""
        text = self.passage.text.rstrip()
        if self.section.kind == "bullet":
            return self.stands_over and len(self.sentences) == 1 and not ends_as_sentence(text)
        return self.section.kind in HEADINGS and text.endswith(self.section.title)

    @property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Spans within the passage's text; found when asked for, since a question looks at few passages."""
        return _spans(self.passage.text)


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
        self.places = list(_places((edition, cut[key]) for key, edition in searched.items()))
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
        """Whether the first place and its first sentence find themselves; counts alone miss lost vectors."""
        if not self.places:
            return True
        place = self.places[0]
        texts = [embedded_text(place), embedded_sentences(place)[0]]
        digests = [_digest(text) for text in texts]
        known = catalogue.embeddings(self.model, digests)
        if len(known) != len(set(digests)):
            return False
        vectors = [known[digest].tolist() for digest in digests]
        found = self.nearest_passages(vectors[0], CANDIDATES), self.nearest_sentences(vectors[1], CANDIDATES)
        return all(max(scores.values(), default=0.0) > ITSELF for scores in found)

    def is_made_by(self, embeddings: Embeddings, catalogue: Catalogue) -> bool:
        """Whether a model makes the vectors that this build has, or cannot be asked now."""
        texts = [embedded_text(place) for place in self.places[:1]]
        known = catalogue.embeddings(self.model, [_digest(text) for text in texts])
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
    for _ in range(5):  # the live build may be replaced and removed between the look and the lock
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
    embed = _Embedder(catalogue, model, load_model, progress, anew=rebuild)
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
        raise Refusal("library-unwritable", home=home.name, cause=_cause(error)) from error


def _cause(error: Exception) -> str:
    if isinstance(error, OSError | portalocker.LockException) and error.strerror:
        return error.strerror
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
    """Removes builds that are not live and that nobody reads, and what killed writers left."""
    live = catalogue.live_build()
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
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "writer.lock").open("a")
    except OSError as error:
        raise Refusal("library-unwritable", home=home.name, cause=_cause(error)) from error
    with lock:
        try:
            portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
        except portalocker.AlreadyLocked:
            raise Refusal("writer-busy", home=home.name) from None
        except (OSError, portalocker.LockException) as error:
            raise Refusal("library-unwritable", home=home.name, cause=_cause(error)) from error
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
            raise Refusal("library-unwritable", home=path.parents[1].name, cause=_cause(error)) from error
        return None
    return handle


# Writing


def _new_build(
    home: Path,
    model: str,
    mark: str,
    works: Mapping[str, Work],
    editions: Mapping[str, Edition],
    embed: _Embedder,
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
    embed: _Embedder,
    before: Path | None,
) -> None:
    cut = {key: cut_passages(edition.document.text, edition.outline) for key, edition in editions.items()}
    places = list(_places((edition, cut[key]) for key, edition in editions.items()))
    rest = iter(places)
    texts = [_texts(key, list(islice(rest, len(mine)))) for key, mine in cut.items()]
    embed.compare_with([one.passages[0] for one in texts if one.passages][:_COMPARED])
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


def _texts(edition: str, places: Sequence[Place]) -> Texts:
    return Texts(
        edition,
        tuple(embedded_text(place) for place in places),
        tuple(tuple(embedded_sentences(place)) for place in places),
    )


class _Embedder:
    """Makes vectors of texts and words; those the catalogue knows are not made again, new ones are stored at once."""

    def __init__(
        self,
        catalogue: Catalogue,
        model: str,
        load_model: Callable[[], Embeddings],
        progress: Progress | None,
        *,
        anew: bool,
    ) -> None:
        """`anew`: a vector that is known is made again to see whether the model still makes it so."""
        self._catalogue = catalogue
        self._anew = anew
        self._samples: Sequence[str] = ()
        self.server = catalogue.chroma_url
        self._model = model
        self._engine = cache(load_model)
        self._progress = progress

    def documents(self, texts: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        """A vector for each text, in their order. Those that are new are all made before the first is given."""
        return self._vectors(texts, texts, lambda batch: self._engine().embed_documents(batch))

    def words(self, words: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        """A vector for each word, which is not the one it has as a document."""
        return self._vectors(
            words, [f"word\0{word}" for word in words], lambda batch: embed_words(self._engine(), batch)
        )

    def _vectors(
        self, texts: Sequence[str], names: Sequence[str], embed: Callable[[list[str]], list[list[float]]]
    ) -> Iterator[NDArray[np.float32]]:
        digests = [_digest(name) for name in names]
        self._learn(dict(zip(digests, texts, strict=True)), embed)
        for start in range(0, len(digests), _READ):
            batch = digests[start : start + _READ]
            known = self._catalogue.embeddings(self._model, list(dict.fromkeys(batch)))
            yield from (known[digest] for digest in batch)

    def _learn(self, texts: Mapping[str, str], embed: Callable[[list[str]], list[list[float]]]) -> None:
        """Stores vectors of the texts, by their digest, that have none yet."""
        known = self._catalogue.embedded(self._model, list(texts))
        todo = [(digest, text) for digest, text in texts.items() if digest not in known]
        if todo or self._anew:
            self._compare()
        for start in range(0, len(todo), _BATCH):
            batch = todo[start : start + _BATCH]
            rows = embed([text for _, text in batch])
            fresh = {digest: np.asarray(row, np.float32) for (digest, _), row in zip(batch, rows, strict=True)}
            self._catalogue.store_embeddings(self._model, fresh)
            if self._progress:
                self._progress(min(start + _BATCH, len(todo)), len(todo))

    def compare_with(self, texts: Sequence[str]) -> None:
        """What is embedded already, to see whether the model still makes it so before it makes more beside it."""
        self._samples = texts

    def _compare(self) -> None:
        samples, self._samples = {_digest(text): text for text in self._samples}, ()
        known = self._catalogue.embeddings(self._model, list(samples))
        if known:
            digest, vector = next(iter(known.items()))
            (row,) = self._engine().embed_documents([samples[digest]])
            if not alike(row, vector):
                raise ChangedModel(self._model)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


class ChangedModel(Exception):
    """A model makes other vectors than it did under the same name: none of those that are stored is of use."""


def alike(one: Sequence[float], other: NDArray[np.float32]) -> bool:
    """Whether two vectors are one model's of the same text: of one size and direction."""
    mine = np.asarray(one, np.float32)
    if mine.shape != other.shape:
        return False
    return bool(mine @ other >= SAME_VECTOR * np.linalg.norm(mine) * np.linalg.norm(other))


def embedded_text(place: Place) -> str:
    """What of a passage is embedded: its own words after the titles above it, which say what it is about.

    In Simplified, as questions are, so that both scripts find the same, and without characters that nobody sees.
    """
    head = f"{' / '.join(place.titles)}: " if place.titles else ""
    return to_simplified(visible(head + place.passage.text)[0])


def embedded_sentences(place: Place) -> list[str]:
    """What of a passage's sentences is embedded."""
    return [to_simplified(visible(place.passage.text[start:end])[0]) for start, end in place.sentences]


def keyword_language(edition: Edition) -> str:
    return "en" if edition.lang == "en" else "zh"


# Reading


def _places(editions: Iterable[tuple[Edition, Sequence[Passage]]]) -> Iterator[Place]:
    index = 0
    for edition, passages in editions:
        sections = {section.anchor: section for section in edition.outline.sections}
        coarse = coarse_anchors(edition.outline.sections)
        titles = _titles_above(sections, edition.document.text)
        parents = {section.parent for section in edition.outline.sections}
        for passage in passages:
            yield Place(
                index,
                edition.work,
                edition,
                sections[passage.anchor],
                coarse[passage.anchor],
                titles[passage.anchor],
                passage,
                passage.anchor in parents,
            )
            index += 1


@lru_cache(maxsize=4096)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentence_spans(text))


def _titles_above(sections: Mapping[str, Section], text: str) -> dict[str, tuple[str, ...]]:
    """Of each section, the titles of those that it stands in, the outermost first; of a table, its columns' too."""

    @cache
    def down_to(anchor: str | None) -> tuple[str, ...]:
        if anchor is None:
            return ()
        section = sections[anchor]
        columns = columns_named(text, section) if section.kind == "table" else ()
        return (*down_to(section.parent), section.title, *columns)

    return {anchor: down_to(section.parent) for anchor, section in sections.items()}


def _read_counts(folder: Path) -> dict[str, int]:
    counts = json.loads((folder / _COUNTS).read_text(encoding="utf-8"))
    return {str(name): int(count) for name, count in counts.items()}
