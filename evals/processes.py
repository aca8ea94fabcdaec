"""One, two and four app processes on one library: the same sessions spread over them, each asking without a pause.

On one machine, so that the processes share its cores; what a process has is what the pages call (torture_load.Service).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter

from chat.settings import Settings
from evals.metrics import percentile
from evals.servers import NotInstalled, chroma_server, postgres
from evals.torture_load import Load, Service, drive

COUNTS = (1, 2, 4)
SESSIONS, EACH = 24, 10
SECONDS = 300
"""After which a process that does not start, or end, is given up."""


_context = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Part:
    """What one process met with: its sessions, and the peak of its own memory."""

    load: Load
    peak_mib: float


def processes(folder: Path) -> str:
    """A Markdown table: answers a second, seconds an answer takes, errors, memory; by store and number of processes."""
    lines = [
        "| library in | processes | answers/s | p50 s | p95 s | p99 s | errors | cross-talk | MiB a process |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    stores = {"a folder (SQLite)": _in_folder, "PostgreSQL and a Chroma server": _on_servers}
    for name, opened in stores.items():
        try:
            with opened(folder) as settings, closing(Service(settings)):  # indexed here, and live before they start
                lines += [_row(name, settings, count) for count in COUNTS]
        except NotInstalled as missing:
            lines.append(f"| {name} | not run: no {missing} | | | | | | | |")
    return "\n".join(lines)


@contextmanager
def _in_folder(folder: Path) -> Iterator[Settings]:
    yield Settings(home=folder / "files")


@contextmanager
def _on_servers(folder: Path) -> Iterator[Settings]:
    with ExitStack() as held:
        database = held.enter_context(postgres(durable=True))
        (folder / "chroma").mkdir()
        vectors = held.enter_context(chroma_server(folder / "chroma"))
        yield Settings(home=folder / "desk", database_url=database, chroma_url=vectors)


def _row(name: str, settings: Settings, count: int) -> str:
    start, found = _context.Barrier(count + 1), _context.Queue()
    children = [_context.Process(target=_work, args=(settings, n, count, start, found)) for n in range(count)]
    for child in children:
        child.start()
    start.wait(SECONDS)
    began = perf_counter()
    parts: list[Part] = [found.get(timeout=SECONDS) for _ in children]
    took = perf_counter() - began
    for child in children:
        child.join()
    seconds = [one for part in parts for one in part.load.seconds]
    quantiles = " | ".join(f"{percentile(seconds, share):.2f}" for share in (0.5, 0.95, 0.99))
    errors, crossed = sum(len(part.load.errors) for part in parts), sum(part.load.crossed for part in parts)
    peak = max(part.peak_mib for part in parts)
    return f"| {name} | {count} | {len(seconds) / took:.1f} | {quantiles} | {errors} | {crossed} | {peak:.0f} |"


def _work(settings: Settings, number: int, count: int, start: Barrier, found: Queue[Part]) -> None:
    with closing(Service(settings)) as service:
        drive(service, [SESSIONS + number], 2, 0)  # what loads at the first question
        start.wait(SECONDS)
        found.put(Part(drive(service, range(number, SESSIONS, count), EACH, 0), _peak_mib()))


def _peak_mib() -> float:
    """The most that was held in memory; of this program alone, which getrusage's is not after a fork."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(float(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
