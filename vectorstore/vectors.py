"""The vectors of a build's passages and sentences, in Chroma; those that the build before has too are copied from it.

An insertion takes a thousand times as long as a copy. A copy is taken only of files that are the very ones that were
written, and must find what it is asked for; else all vectors are inserted anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from functools import cache
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from ingest.document import Refusal

MIN_COPIED = 3_000
"""Vectors of a build from which on they are copied: so many are inserted in two seconds."""

MAX_GONE = 0.2
"""Share of removed vectors from which on all are inserted anew: Chroma's graph keeps their places."""

ITSELF = 0.999
"""Cosine above which a vector is the one that was stored."""

_SAMPLES = 8
"""Copied editions whose first passage and sentence must find themselves."""

_WIDE = 2_000
"""How many to search for a vector's own: the search for the nearest alone misses some."""

_COLLECTIONS = ("passages", "sentences")
_FOLDER, _MANIFEST, _DATABASE = "vectors", "vectors.json", "chroma.sqlite3"
_REMOVED = 5_000  # Chroma takes 5,461 at most in one call (LIBRARIES §1)
_ADDED = 250
"""In one call: Chroma holds 30 KB for each until it is done, and a server takes 40 MB."""

_GRAPH = {"space": "cosine", "ef_search": 200, "sync_threshold": 100, "batch_size": 100}
"""Whatever Chroma has not yet written to its graph is inserted at each opening, a millisecond a vector: by default up
to a thousand."""

Embed = Callable[[Sequence[str]], Iterable[NDArray[np.float32]]]
"""A vector for each text, in their order, made or read as they are asked for."""


class UnfitCopy(Exception):
    """The vectors of the build before cannot be copied, or their copy does not find them."""


class DamagedVectors(Exception):
    """Chroma does not read its files."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What of an edition is embedded: its passages, and the sentences of each."""

    edition: str
    passages: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    """The texts of an edition by their digest, and how many sentences each passage has."""

    digest: str
    sizes: list[int]

    @classmethod
    def of(cls, texts: Texts) -> _Stored:
        whole = json.dumps([texts.passages, texts.sentences])
        return cls(hashlib.sha256(whole.encode()).hexdigest(), [len(sentences) for sentences in texts.sentences])


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What a folder of vectors holds, and the digests of its files but the database, which readers touch."""

    kind: str
    editions: dict[str, _Stored]
    removed: int
    """Vectors that were removed since all were inserted."""

    files: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> _Manifest:
        values = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        editions = {key: _Stored(**stored) for key, stored in values["editions"].items()}
        return cls(values["kind"], editions, values["removed"], values["files"])


class Vectors:
    """The vectors of a build, open for reading. Passages are counted over the editions in their order."""

    def __init__(self, folder: Path, editions: Mapping[str, int], server: str = "") -> None:
        """`editions`: how many passages each has. Raises DamagedVectors, and Refusal where a server does not answer."""
        self.starts = dict(zip(editions, accumulate(editions.values(), initial=0), strict=False))
        """The number of the first passage of each."""

        with _errors_translated(), ExitStack() as held:
            client = held.enter_context(chroma(folder, server))
            self._passages, self._sentences = (
                client.get_collection(name, embedding_function=None) for name in _names(folder, server)
            )
            self.counts: tuple[int, int] = self._passages.count(), self._sentences.count()
            """Of passages and of sentences."""

            self._held = held.pop_all()

    def nearest_passages(self, vector: Sequence[float], count: int) -> dict[int, float]:
        """Cosine similarity of the nearest passages, by their number."""
        found = {}
        for key, score in _query(self._passages, vector, min(count, self.counts[0])):
            edition, _, number = key.partition(".")
            found[self.starts[edition] + int(number)] = score
        return found

    def nearest_sentences(self, vector: Sequence[float], count: int) -> dict[tuple[int, int], float]:
        """Cosine similarity of the nearest sentences, by the number of the passage and theirs within it."""
        found = {}
        for key, score in _query(self._sentences, vector, min(count, self.counts[1])):
            edition, number, sentence = key.split(".")
            found[self.starts[edition] + int(number), int(sentence)] = score
        return found

    def has_first(self, passage: Sequence[float], sentence: Sequence[float]) -> bool:
        """Whether these are the vectors of the first passage and of its first sentence, searched for by name."""
        edition = next(iter(self.starts))
        named = (self._passages, f"{edition}.0", passage), (self._sentences, f"{edition}.0.0", sentence)
        return all(_is_kept(collection, key, vector) for collection, key, vector in named)

    def close(self) -> None:
        self._held.close()


def write_vectors(
    folder: Path, kind: str, texts: Sequence[Texts], embed: Embed, before: Path | None, server: str = ""
) -> None:
    """Stores the vectors of texts, copying what the build before has of them.

    `kind` names the model and what else the vectors depend on. With a server, nothing is copied: it cannot. Raises
    UnfitCopy where nothing can be copied: the folder is spoilt then, and another one is to be filled, with no build
    before.
    """
    stored = {one.edition: _Stored.of(one) for one in texts}
    removed = 0
    if before is None or server:
        names = _names(folder, server)
        with _errors_translated(), chroma(folder, server) as client:
            for name in names:
                client.create_collection(name, embedding_function=None, configuration={"hnsw": _GRAPH})
            _insert(client, names, texts, stored, embed)
            counts = tuple(client.get_collection(name, embedding_function=None).count() for name in names)
            if counts != _counts(stored):
                raise Refusal("build-damaged", build=folder.name)
        if server:
            return
    else:
        removed = _extend(folder, kind, texts, stored, embed, before)
    manifest = _Manifest(kind, stored, removed, _digests(folder / _FOLDER))
    (folder / _MANIFEST).write_text(json.dumps(asdict(manifest)), encoding="utf-8")


def drop_vectors(folder: Path, server: str) -> None:
    """Removes a build's collections from a server, as far as they are there."""
    if not server:
        return
    from chromadb.errors import NotFoundError

    with _errors_translated(), chroma(folder, server) as client:
        for name in _names(folder, server):
            with suppress(NotFoundError):
                client.delete_collection(name)


def _extend(
    folder: Path, kind: str, texts: Sequence[Texts], stored: Mapping[str, _Stored], embed: Embed, before: Path
) -> int:
    """Copies, removes, inserts and tries; gives how many have been removed since all were inserted."""
    try:
        known = _Manifest.read(before)
        gone = {key: old for key, old in known.editions.items() if stored.get(key) != old}
        size = sum(_counts(known.editions))
        removed = known.removed + sum(_counts(gone))
        if known.kind != kind or size < MIN_COPIED or removed > MAX_GONE * size:
            raise UnfitCopy(before.name)
        _copy(before / _FOLDER, folder / _FOLDER, known.files)
        fresh = [one for one in texts if known.editions.get(one.edition) != stored[one.edition]]
        with _errors_translated(), chroma(folder) as client:
            for name, keys in zip(_COLLECTIONS, _keys(gone), strict=True):
                collection = client.get_collection(name, embedding_function=None)
                for start in range(0, len(keys), _REMOVED):
                    collection.delete(ids=keys[start : start + _REMOVED])
            _insert(client, _COLLECTIONS, fresh, stored, embed)
        kept = [one for one in texts if one not in fresh and one.passages]
        _try(folder, stored, kept[:: len(kept) // _SAMPLES + 1], embed)
    except (OSError, EOFError, ValueError, KeyError, TypeError, sqlite3.Error, DamagedVectors) as error:
        raise UnfitCopy(before.name) from error
    return removed


def _copy(source: Path, target: Path, files: Mapping[str, str]) -> None:
    """Copies files, which must be those that were written, and the database as SQLite does while others read it."""
    target.mkdir()
    with (
        closing(sqlite3.connect(f"{(source / _DATABASE).absolute().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target / _DATABASE)) as new,
    ):
        old.backup(new)
    for path in files:
        (target / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(source / path, target / path)
    if _digests(target) != files:
        raise UnfitCopy(source.parent.name)


def _insert(
    client: Any,
    names: Sequence[str],
    texts: Sequence[Texts],
    stored: Mapping[str, _Stored],
    embed: Embed,
) -> None:
    """Adds what is embedded of texts; of the vectors no more are held here than are given to Chroma at once."""
    both = _keys({one.edition: stored[one.edition] for one in texts})
    vectors = iter(embed(_flat(texts)))
    for name, keys in zip(names, both, strict=True):
        collection = client.get_collection(name, embedding_function=None)
        for at in range(0, len(keys), _ADDED):
            batch = keys[at : at + _ADDED]
            collection.add(ids=batch, embeddings=list(islice(vectors, len(batch))))


def _try(folder: Path, stored: Mapping[str, _Stored], samples: Sequence[Texts], embed: Embed) -> None:
    """Raises UnfitCopy unless all are there, and the first passages and sentences of the samples find themselves."""
    made = iter(embed([text for one in samples for text in (one.passages[0], one.sentences[0][0])]))
    with closing(Vectors(folder, {key: len(one.sizes) for key, one in stored.items()})) as vectors:
        whole = vectors.counts == _counts(stored)
        for one in samples:
            place = vectors.starts[one.edition]
            passage, sentence = next(made).tolist(), next(made).tolist()
            whole = whole and vectors.nearest_passages(passage, _WIDE).get(place, 0.0) > ITSELF
            whole = whole and vectors.nearest_sentences(sentence, _WIDE).get((place, 0), 0.0) > ITSELF
    if not whole:
        raise UnfitCopy(folder.name)


def _flat(texts: Sequence[Texts]) -> list[str]:
    """All passages, then all sentences."""
    passages = [passage for one in texts for passage in one.passages]
    return passages + [sentence for one in texts for mine in one.sentences for sentence in mine]


def _keys(stored: Mapping[str, _Stored]) -> tuple[list[str], list[str]]:
    """What Chroma calls all passages, then all sentences: the same in every build."""
    passages = [(f"{key}.{number}", size) for key, one in stored.items() for number, size in enumerate(one.sizes)]
    return [key for key, _ in passages], [f"{key}.{number}" for key, size in passages for number in range(size)]


def _counts(stored: Mapping[str, _Stored]) -> tuple[int, int]:
    """How many passages and sentences there are."""
    return sum(len(one.sizes) for one in stored.values()), sum(sum(one.sizes) for one in stored.values())


def _digests(folder: Path) -> dict[str, str]:
    """Of each file but the database, which readers touch."""
    found = {}
    for path in sorted(folder.glob("*/*")):
        with path.open("rb") as file:
            found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "blake2b").hexdigest()
    return found


def _query(collection: Any, vector: Sequence[float], count: int) -> list[tuple[str, float]]:
    if not count:
        return []
    with _errors_translated():
        found = collection.query(query_embeddings=[list(vector)], n_results=count, include=["distances"])
    return [(key, 1.0 - distance) for key, distance in zip(found["ids"][0], found["distances"][0], strict=True)]


def _is_kept(collection: Any, key: str, vector: Sequence[float]) -> bool:
    with _errors_translated():
        found = collection.get(ids=[key], include=["embeddings"])["embeddings"]
    return any(float(np.dot(row, vector) / (np.linalg.norm(row) * np.linalg.norm(vector))) > ITSELF for row in found)


def _names(folder: Path, server: str) -> tuple[str, str]:
    """The collections of a build: on a server they carry its name, in a folder of its own they need not."""
    passages, sentences = _COLLECTIONS
    return (f"footnote-{folder.name}-{passages}", f"footnote-{folder.name}-{sentences}") if server else _COLLECTIONS


@contextmanager
def _errors_translated() -> Iterator[None]:
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except ChromaError as error:
        raise DamagedVectors(str(error)) from error
    except httpx.TransportError as error:
        raise Refusal("vectors-unreachable", cause=type(error).__name__) from error


def chroma(folder: Path, server: str = "") -> AbstractContextManager[Any]:
    """The database in a build's folder, to be closed, for a client left open keeps its threads and files; or the one
    at a server's URL. Raises Refusal where that does not answer."""
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    if server:
        return nullcontext(_client(server))
    import chromadb
    from chromadb.config import Settings

    client: Any = chromadb.PersistentClient(str(folder / _FOLDER), Settings(anonymized_telemetry=False))
    return cast("AbstractContextManager[Any]", client)


@cache
def _client(server: str) -> Any:
    """The one client of a server that this process has: its connections are for all threads, and found again after a
    restart of the server."""
    import chromadb
    from chromadb.config import Settings

    at = urlsplit(server)
    if at.scheme not in ("http", "https") or not at.hostname:
        raise Refusal("settings-wrong", name="FOOTNOTE_CHROMA_URL", cause="http://HOST:PORT")
    secure = at.scheme == "https"
    port = at.port or (443 if secure else 8000)
    try:
        return chromadb.HttpClient(at.hostname, port, secure, settings=Settings(anonymized_telemetry=False))
    except ValueError as error:  # what it makes of a refused connection
        raise Refusal("vectors-unreachable", cause=type(error).__name__) from error
