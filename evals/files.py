"""What becomes of hostile, odd and mutated files, by the ids of the catalogue of tests: F1 to F8 and I6.

Each must end ready, ready with a named loss, or refused; and what is searchable afterwards is whole files only.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from evals.cases import VAR, Figure, write_run
from evals.meanwhile import PING, held_archives, hidden, longest_answer
from evals.odd_files import Odd, as_expected, bombs, encoded, pairs, partly_without_text
from evals.odd_files import without_text as textless
from evals.scale import MODEL, InventedVectors
from ingest.document import UnreadableDocument
from ingest.passages import cut_passages
from ingest.sandbox import Limits, parse_file
from vectorstore.build import open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.intake import FileState, Intake, Wishes
from vectorstore.library import Shelf

MUTATIONS = 25
"""Of each good file: TESTS F8 asks for 1,000 of 40 files."""

_KINDS = ("flip", "truncate", "splice", "duplicate")
_LARGEST = 400_000

Counted = tuple[int, int, str]
"""What went as it must, of how many, and further figures."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a file ended, after how many seconds; `crash` where an error escaped, which must not happen.

    `searchable`: whether what is found of it in the index is the whole of a ready file, or nothing of another.
    """

    file: str
    state: str
    reason: str
    seconds: float
    searchable: bool = True


def files(folder: Path, seed: int, mutations: bool = True, out: Path = VAR / "files.json") -> str:
    """A Markdown table of the cases over the hostile set in a folder, then the reasons of every ending.

    `out`: where the figures go, for `python -m evals cases`.
    """
    with tempfile.TemporaryDirectory(prefix="footnote-odd-") as place:
        made = Path(place)
        adversarial = folder / "generated-adversarial"
        large = bombs(adversarial / "bombs.py", made)
        bombed: list[Ending] = []
        pdfs = [*sorted((adversarial / "pdf").iterdir()), *large[:2]]
        longest = longest_answer(lambda: bombed.extend(map(ending, pdfs)), made / "asked")
        held, archives, outside = held_archives(adversarial, large[2:], made)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        swept = taken(paths, made / "swept")
        good = [path for path, one in zip(paths, swept, strict=True) if _is_seed(path, one)][:40]
        fuzzed = taken(list(_mutated(good, made / "mutated", seed)), made / "fuzzed") if mutations else []
        rows: list[tuple[str, str, Counted]] = [
            ("F1", "every file of the set, through the library's intake", _settled(swept)),
            ("F2", f"hostile PDFs within {Limits().memory // 2**30} GiB, a question every {1000 * PING:.0f} ms",
             _settled(bombed, f"; the longest question {1000 * longest:.0f} ms")),
            ("F3", "DOCX that swell, name entities, slip, are locked; one good",
             (held - outside, archives, f"{outside} files outside")),
            ("F4", "pairs of name and content", _as_expected(list(pairs()), made)),
            ("F5", "without text: refused", _as_expected(textless(), made, f"of the set {_without_text(swept)}")),
            ("F6", "partly without text: each lost page named", _as_expected(list(partly_without_text()), made)),
            ("F7", "encodings, damaged text, encrypted PDFs", _as_expected(list(encoded()), made)),
            ("I6", "ways of hiding words, kept out", hidden(folder, made)),
        ]  # fmt: skip
        if fuzzed:
            rows.insert(-1, ("F8", f"mutations of {len(good)} files", _settled(fuzzed)))
    counted = {id_: {"held": held, "tried": tried, "more": more} for id_, _, (held, tried, more) in rows}
    write_run(out, counted, str(seed))
    lines = [f"| {id_} | {case} | {Figure('files', *counts).value} |" for id_, case, counts in rows]
    if not fuzzed:
        lines.append("| F8 | mutations | not run |")
    table = "\n".join(["| id | case | figure |", "|---|---|---|", *lines])
    return f"{table}\n\n{_reasons('files of the set', swept)}\n\n{_reasons('mutations', fuzzed)}"


# F1 and F8


def taken(paths: Sequence[Path], home: Path) -> list[Ending]:
    """Takes files into two libraries as `python -m ingest` does, publishes both, and looks what is searchable."""
    halves = [list(enumerate(paths))[turn::2] for turn in range(2)]
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda turn: _library(halves[turn], home / str(turn)), range(2))
    endings = {number: ending for half in found for number, ending in half}
    return [endings[number] for number in range(len(paths))]


def _library(paths: Sequence[tuple[int, Path]], home: Path) -> list[tuple[int, Ending]]:
    vectors = InventedVectors()
    links = home / "named"
    links.mkdir(parents=True)
    intake = Intake(Shelf({}, {}), vectors.embed_documents, Wishes(free_name=True))
    endings = []
    for number, path in paths:
        link = links / f"{number:04}-{path.name}"  # files of one name in several folders are several files
        link.symlink_to(path.resolve())
        endings.append((number, _ending(link, partial(_take, intake, link))))
    catalogue = Catalogue.at(home)
    editions = list(intake.shelf.editions.values())
    publish_build(home, catalogue, MODEL, lambda: vectors, intake.shelf.works, editions)
    build = open_build(home, catalogue)
    passages = Counter(place.edition.file for place in build.places)
    whole = {edition.file: len(cut_passages(edition.document.text, edition.outline)) for edition in editions}
    build.close()
    catalogue.close()
    return [(n, replace(e, searchable=passages[e.file] == whole.get(e.file, 0) * _may(e))) for n, e in endings]


def _take(intake: Intake, path: Path) -> FileState:
    return intake.take([path])[-1]


def _may(ending: Ending) -> bool:
    """Whether anything of a file may be searchable."""
    return ending.state in ("ready", "ready-with-loss")


def _ending(path: Path, take: Callable[[], FileState]) -> Ending:
    started = time.perf_counter()
    try:
        state = take()
        reason = state.reason.key if state.reason else state.losses[0].kind if state.losses else ""
        name = str(state.state)
    except Exception as error:  # noqa: BLE001  # what is counted here
        name, reason = "crash", type(error).__name__
    return Ending(path.name, name, reason, time.perf_counter() - started)


def ending(path: Path) -> Ending:
    """How a file ends that is only parsed."""

    def parse() -> FileState:
        try:
            losses = parse_file(path).document.losses
        except UnreadableDocument as refusal:
            return FileState(path, "refused", reason=refusal)
        return FileState(path, "ready-with-loss" if losses else "ready", losses=losses)

    return _ending(path, parse)


def _is_seed(path: Path, found: Ending) -> bool:
    return found.state == "ready" and path.suffix in (".pdf", ".docx") and path.stat().st_size < _LARGEST


def _mutated(good: Sequence[Path], place: Path, seed: int) -> Iterator[Path]:
    place.mkdir()
    chance = random.Random(seed)
    for number, path in enumerate(good):
        data = path.read_bytes()
        for turn in range(MUTATIONS):
            file = place / f"{number:02}-{turn:02}{path.suffix}"
            file.write_bytes(mutate(data, chance))
            yield file


def mutate(data: bytes, chance: random.Random) -> bytes:
    """A file with bits flipped, its end cut off, a block replaced by another, or a block doubled."""
    kind = chance.choice(_KINDS)
    start, size = chance.randrange(len(data)), chance.randrange(1, max(2, len(data) // 8))
    block = data[start : start + size]
    if kind == "flip":
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 60)):
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(changed)
    if kind == "truncate":
        return data[:start]
    if kind == "splice":
        at = chance.randrange(len(data))
        return data[:at] + block + data[at + len(block) :]
    return data[:start] + block + data[start:]


# F4 to F7


def _as_expected(odd: Sequence[Odd], made: Path, more: str = "") -> Counted:
    return sum(as_expected(one, made / "odd") for one in odd), len(odd), more


# Figures


def _settled(found: Sequence[Ending], more: str = "") -> Counted:
    states = Counter(one.state for one in found)
    late = sum(one.seconds > Limits().seconds + 2 for one in found)
    settled = sum(states[name] for name in ("ready", "ready-with-loss", "refused"))
    partly = sum(not one.searchable for one in found)
    slowest = max(one.seconds for one in found)
    return (
        settled - late - partly,
        len(found),
        f"{states['crash']} crashes, {late} hangs (longest {slowest:.1f} s), {partly} partly searchable{more}",
    )


def _without_text(found: Sequence[Ending]) -> int:
    return sum(one.reason in ("file-no-text", "file-empty", "file-garbled") for one in found)


def _reasons(title: str, found: Sequence[Ending]) -> str:
    counts = Counter(f"{one.state}: {one.reason}" if one.reason else one.state for one in found)
    return "\n".join(
        [f"{len(found)} {title}:", "", *(f"- {reason}: {count}" for reason, count in counts.most_common())]
    )
