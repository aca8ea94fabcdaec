"""The storage cases of TESTS: S1 kills, S3 full disks, S4 damage, S8 backups. A trial says what was wrong with it."""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from evals.gold import OWN, SHARED, read_questions
from evals.torture_library import (
    CRASHED,
    REFUSED,
    add_document,
    add_within,
    change_often,
    document,
    found,
    open_anyhow,
    partial_editions,
    processes,
    publish,
    run,
    shelf_at,
    with_document,
)
from vectorstore.backup import restore_backup, write_backup
from vectorstore.build import open_build
from vectorstore.catalogue import Catalogue
from vectorstore.files import keep_file, kept_file
from vectorstore.library import Shelf, read_corpus

Trial = dict[str, float | str]
"""What a trial gave; `fault` is empty where it went as it must."""

LARGEST = 6_000
"""Passages of a document of S1."""

GROWING = 10
"""Trials of S1 on one store, after which a fresh one is begun."""

_SECONDS_PER_PASSAGE = 0.004
"""That a publication takes, about: when to kill is drawn over the whole of it."""

ASKED = ("How many crates does paragraph 7 of document 1 count?", "Paragraph 40 of document 1", "crates 57")


# S1


def kill_amid_ingest(folder: Path, trial: int, chance: random.Random) -> Trial:
    """A document is added to a store that grows and its process killed at a random moment."""
    home = folder / f"chain-{trial // GROWING}"
    before = set(shelf_at(home).works)
    size = round(math.exp(chance.uniform(0, math.log(LARGEST))))
    stored = sum(len(e.outline.sections) for e in shelf_at(home).editions.values())
    delay = chance.uniform(0, 1.0 + _SECONDS_PER_PASSAGE * (size + stored / 4))
    started = processes.Event()
    child = run(add_document, home, trial, size, started)
    started.wait(120)
    child.join(delay)
    ended = not child.is_alive()
    if not ended:
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    opened = time.monotonic()
    with closing(Catalogue.at(home)) as catalogue:
        after = set(live_works(catalogue))
        partial: list[str] = []
        if catalogue.live_build() is not None:
            with closing(open_build(home, catalogue)) as build:
                seconds = time.monotonic() - opened
                partial = partial_editions(build)
        else:
            seconds = time.monotonic() - opened
    lost = before - after if not ended else (before | {f"document-{trial}"}) - after
    strange = after - before - {f"document-{trial}"}
    if trial % GROWING == GROWING - 1:
        shutil.rmtree(home)
    fault = ", ".join([*(f"lost {one}" for one in lost), *(f"partial {one}" for one in {*partial, *strange})])
    state = "after the end" if ended else "new" if after != before else "old"
    return {"fault": fault, "seconds": seconds, "passages": size, "state": state}


def live_works(catalogue: Catalogue) -> list[str]:
    live = catalogue.live_build()
    return [catalogue.edition(key).work for key in live.editions] if live else []


# S3


def disk_full(folder: Path, trial: int, _: random.Random) -> Trial:
    """No file may grow beyond a size, one of twenty up to the largest that a publication writes; then all may."""
    home, base = folder / f"full-{trial}", _base(folder)
    shutil.copytree(base, home)
    before = found(home, ASKED)
    child = run(add_within, home, 2, 900, int(_largest(folder) * (trial % 20 + 0.5) / 20))
    child.join(300)
    ended = child.exitcode
    faults = [] if ended in (0, REFUSED) else ["crashed" if ended == CRASHED else f"ended with {ended}"]
    works = set(shelf_at(home).works)
    if ended == REFUSED and found(home, ASKED) != before:
        faults.append("other answers")
    started = time.monotonic()
    publish(home, with_document(shelf_at(home), document(3, 10)))
    with closing(Catalogue.at(home)) as catalogue, closing(open_build(home, catalogue)) as build:
        faults += [f"partial {one}" for one in partial_editions(build)]
        if {edition.work for edition in build.editions.values()} != works | {"document-3"}:
            faults.append("a ghost")
        left = [path.name for path in (home / "builds").iterdir() if path.is_dir()]
        if left != [build.id]:
            faults.append("folders left")
    shutil.rmtree(home)
    state = "refused" if ended == REFUSED else "room enough" if ended == 0 else "crashed"
    return {"fault": ", ".join(faults), "seconds": time.monotonic() - started, "state": state}


def _base(folder: Path) -> Path:
    """A library of two documents, made once."""
    home = folder / "base"
    if not home.exists():
        publish(home, with_document(Shelf({}, {}), document(1, 700)))
        keep_file(home, "0-" + "5" * 64, b"%PDF-1.4 kept")
    return home


def _largest(folder: Path) -> int:
    """Bytes of the largest file that the publication of S3 writes."""
    home = folder / "largest"
    if not home.exists():
        shutil.copytree(_base(folder), home)
        publish(home, with_document(shelf_at(home), document(2, 900)))
    return max(path.stat().st_size for path in home.rglob("*") if path.is_file())


# S4


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data), max(1, len(data) // 7)):
        data[at] ^= 0xFF
    path.write_bytes(data)


def _garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(max(64, path.stat().st_size)))


_HOWS: dict[str, Callable[[Path], None]] = {
    "gone": Path.unlink, "half": _cut, "empty": _empty, "bytes changed": _flip, "garbage": _garbage,
}  # fmt: skip
_VECTORS = ("chroma.sqlite3", "data_level0.bin", "link_lists.bin", "header.bin", "length.bin")
DAMAGES = [(name, how) for name in _VECTORS[:3] for how in _HOWS]
DAMAGES += [(name, how) for name in _VECTORS[3:] for how in ("gone", "bytes changed")]
DAMAGES += [("data.csc.index.npy", "bytes changed"), ("vocab.index.json", "half"), ("words.npy", "garbage")]
DAMAGES += [("words.npz", "bytes changed"), ("folded.json", "half"), ("vectors.json", "empty")]
MORE = ["the catalogue", "the kept file"]
MORE += [
    "folder of another user",
    "catalogue of another user",
    "builds of another user",
    "all of another user, readable",
]


def damage(folder: Path, trial: int, _: random.Random) -> Trial:
    """One of 25 damages to a build, or the catalogue, a kept file or the permissions; then the app is started."""
    home = folder / f"damaged-{trial}"
    shutil.copytree(_base(folder), home)
    if trial % (len(DAMAGES) + len(MORE)) < len(DAMAGES):
        name, how = DAMAGES[trial % (len(DAMAGES) + len(MORE))]
        result = _damaged_build(home, name, how, found(_base(folder), ASKED))
        name = f"{name} {how}"
    else:
        name = MORE[trial % (len(DAMAGES) + len(MORE)) - len(DAMAGES)]
        result = _damaged_otherwise(home, name)
    shutil.rmtree(home)
    return {**result, "state": name}


def _damaged_build(home: Path, name: str, how: str, before: object) -> Trial:
    paths = sorted(path for path in (home / "builds").rglob(name))
    if not paths:
        return {"fault": f"no {name} to damage", "seconds": 0.0}
    _HOWS[how](paths[0])
    opened = _opened(home)
    if "crash" in opened:
        return {"fault": str(opened["crash"]), "seconds": 0.0}
    seconds = float(str(opened["seconds"]))
    if not opened["opened"]:
        return {"fault": f"not mended: {opened['refusal']}", "seconds": seconds}
    if not opened["mended"]:
        return {"fault": "not noticed", "seconds": seconds}
    return {"fault": "" if found(home, ASKED) == before else "other answers", "seconds": seconds}


def _damaged_otherwise(home: Path, what: str) -> Trial:
    if what == "the kept file":
        edition = next(iter(shelf_at(home).editions.values()))
        shutil.rmtree(home / "files")
        opened, missing = _opened(home), kept_file(home, edition) is None
        return {"fault": "" if opened.get("opened") and missing else "not noticed", "seconds": 0.0}
    if what == "the catalogue":
        _flip_all(home / "catalogue.sqlite3")
        opened = _opened(home)
    else:
        opened = _opened_by_another(home, what.split()[0])
    said = ("database-unusable", "library-unwritable")
    fault = "" if opened.get("refusal") in said else str(opened)
    return {"fault": fault, "seconds": 0.0}


NOBODY = 65534


def _opened_by_another(home: Path, what: str) -> dict[str, object]:
    """As a user whom a part of the library, or any change of it, is forbidden.

    Root may do everything: its child becomes nobody. Anyone else forbids it to themselves.
    """
    root = os.geteuid() == 0
    home.parent.chmod(0o755)
    if root and what in ("catalogue", "builds"):  # the rest is theirs
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    part = {"catalogue": home / "catalogue.sqlite3", "builds": home / "builds"}.get(what, home)
    if root:
        os.chown(part, 0, 0)
    part.chmod(0o555 if what == "all" else 0o700 if root else 0)
    opened = _opened(home, NOBODY if root else 0)
    part.chmod(0o755)
    return opened


def _flip_all(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))


def _opened(home: Path, user: int = 0) -> dict[str, object]:
    out = home.with_name(f"{home.name}.json")
    child = run(open_anyhow, home, out, user)
    child.join(120)
    if child.exitcode != 0:
        return {"crash": f"the process ended with {child.exitcode}"}
    result: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    out.unlink()
    return result


# S8


def backup_amid_ingest(folder: Path, trial: int, chance: random.Random) -> Trial:
    """A backup taken while another process publishes, restored elsewhere: a hundred questions find the same."""
    home, again = folder / f"backed-{trial}", folder / f"restored-{trial}"
    publish(home, read_corpus(Path(__file__).parents[1] / "corpus", Shelf({}, {})))
    asked = [question.question for path in _sets() for question in read_questions(path)][:100]
    started = processes.Event()
    child = run(change_often, home, started)
    started.wait(120)
    time.sleep(chance.uniform(0.2, 3))
    with closing(Catalogue.at(home)) as catalogue:
        write_backup(home, catalogue, folder / f"backup-{trial}")
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    begun = time.monotonic()
    again.mkdir()
    restore_backup(again, folder / f"backup-{trial}")
    shelf = shelf_at(again)
    publish(again, shelf, rebuild=True)
    seconds = time.monotonic() - begun
    publish(home, shelf)
    same = sum(one == other for one, other in zip(found(home, asked), found(again, asked), strict=True))
    shutil.rmtree(home)
    shutil.rmtree(again)
    fault = "" if same == len(asked) else f"{len(asked) - same} of {len(asked)} questions find something else"
    return {"fault": fault, "seconds": seconds, "state": f"{len(shelf.editions)} editions"}


def _sets() -> list[Path]:
    gold = SHARED / "gold" / "dev.jsonl"
    return [gold] if gold.exists() else [OWN, OWN.with_name("paraphrases.jsonl")]
