"""What becomes of hostile, odd and mutated files: each must end ready, ready with a named loss, or refused."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ingest.document import UnreadableDocument
from ingest.sandbox import Limits, parse_file

MUTATIONS = 25
"""Of each good file: TESTS F8 asks for 1,000 of 40 files."""

_KINDS = ("flip", "truncate", "splice", "duplicate")
_LARGEST = 400_000


@dataclass(frozen=True, slots=True)
class Ending:
    """How a file ended, after how many seconds; `crash` where an error escaped, which must not happen."""

    file: str
    state: str
    reason: str
    seconds: float


def files(folder: Path, seed: int, mutations: bool = True) -> str:
    """A Markdown table of endings for every file of a folder, and for seeded mutations of those that were ready."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    endings = _endings(paths)
    parts = [_table("files as they are", endings)]
    good = [path for path, ending in zip(paths, endings, strict=True) if _is_seed(path, ending)]
    if mutations and good:
        with tempfile.TemporaryDirectory(prefix="footnote-mutations-") as place:
            parts.append(_table(f"mutations, seed {seed}", _endings(list(_mutated(good[:40], Path(place), seed)))))
    return "\n\n".join(parts)


def ending(path: Path) -> Ending:
    """Parses a file as the library does and says how it ended."""
    started = time.perf_counter()
    try:
        losses = parse_file(path).document.losses
        state, reason = ("ready-with-loss", losses[0].kind) if losses else ("ready", "")
    except UnreadableDocument as refusal:
        state, reason = "refused", refusal.key
    except Exception as error:  # noqa: BLE001  # what is counted here
        state, reason = "crash", type(error).__name__
    return Ending(path.name, state, reason, time.perf_counter() - started)


def _endings(paths: Sequence[Path]) -> list[Ending]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(ending, paths))


def _is_seed(path: Path, found: Ending) -> bool:
    return found.state == "ready" and path.suffix in (".pdf", ".docx") and path.stat().st_size < _LARGEST


def _mutated(good: Sequence[Path], place: Path, seed: int) -> Iterator[Path]:
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


def _table(title: str, found: Sequence[Ending]) -> str:
    states = Counter(one.state for one in found)
    reasons = Counter(f"{one.state}: {one.reason}" for one in found if one.reason)
    slowest = max(found, key=lambda one: one.seconds)
    late = sum(one.seconds > Limits().seconds + 2 for one in found)
    settled = sum(states[name] for name in ("ready", "ready-with-loss", "refused"))
    lines = [
        f"### {len(found)} {title}",
        "",
        "| ended in one state | crashes | hangs | slowest |",
        "|---|---|---|---|",
        f"| {settled} of {len(found)} | {states['crash']} | {late} | {slowest.seconds:.1f} s ({slowest.file}) |",
        "",
        *(f"- {reason}: {count}" for reason, count in [("ready", states["ready"]), *reasons.most_common()]),
    ]
    return "\n".join(lines)
