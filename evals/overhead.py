"""What our own work adds between a model's sentence and the reader: a scripted server says when it sent each."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from chat.assistant import Assistant
from chat.context import PASSAGE
from chat.events import Wrote
from chat.settings import Settings
from evals.metrics import percentile
from ingest.passages import sentence_spans

QUESTIONS = (
    "What does the report say about the US fiscal deficit?",
    "報告怎麼看美國的財政赤字？",
    "报告怎么看美国的财政赤字？",
)
ROUNDS, SENTENCES = 4, 4


def overhead(settings: Settings) -> str:
    """Milliseconds from the sending of a sentence's last byte to our event, and from question to request."""
    from tests.scripted_model import HEAD, Part, Request, ScriptedModel, event, says

    sent: dict[str, float] = {}
    asked: list[float] = []

    def play(request: Request) -> Iterator[Part]:
        asked.append(time.perf_counter())
        yield HEAD
        passages = [(number, text) for number, text in PASSAGE.findall(request.prompt) if text.endswith((".", "。"))]
        for number, text in [entry for entry in passages if len(sentence_spans(entry[1])) == 1][:SENTENCES]:
            sent[text] = time.perf_counter()
            yield event(f"{text} [{number}]\n")
            yield 0.2
        yield from says()[2:]

    with ScriptedModel() as server:
        server.script = lambda number: play(server.requests[number])
        changed = {"chat_model": "openai:scripted", "chat_base_url": server.url}
        assistant = Assistant(settings.model_copy(update=changed))
        to_request, to_reader = [], []
        for question in QUESTIONS * ROUNDS:
            sent.clear()
            asked.clear()
            started = time.perf_counter()
            shown = {e.statement.text: time.perf_counter() for e in assistant.stream(question) if isinstance(e, Wrote)}
            to_request += [(at - started) * 1000 for at in asked]
            to_reader += [(at - sent[text]) * 1000 for text, at in shown.items() if text in sent]
    rows = (("question to request", to_request), ("a sentence sent to a sentence shown", to_reader))
    lines = ["| milliseconds | p50 | p95 | n |", "|---|---|---|---|"]
    lines += [f"| {name} | {percentile(v, 0.5):.0f} | {percentile(v, 0.95):.0f} | {len(v)} |" for name, v in rows if v]
    return "\n".join(lines)


def excess(settings: Settings) -> str:
    """Seconds and memory that replies take which do not end: the highest so far less what a first answer needed."""
    from tests.scripted_model import DONE, HEAD, Script, ScriptedModel, event, says

    floods: dict[str, Callable[[], Script]] = {
        "200,000 pieces": lambda: [HEAD, *[event("and on ")] * 200_000],
        "one piece of 10 MB": lambda: [HEAD, event("x" * 10_000_000), event(finish="stop"), DONE],
        "a piece each half second": lambda: [HEAD, *(part for _ in range(120) for part in (0.5, event("a ")))],
    }
    rows = ["| a reply of | ends in s | as | memory, MiB more |", "|---|---|---|---|"]
    with ScriptedModel() as server:
        changed = {"chat_model": "openai:scripted", "chat_base_url": server.url, "chat_pause": 0.01}
        assistant = Assistant(settings.model_copy(update=changed))
        server.plays(says("Nothing."))
        assistant.ask(QUESTIONS[0])
        for name, script in floods.items():
            server.plays(script())
            before, started = _peak_mib(), time.perf_counter()
            answer = assistant.ask(QUESTIONS[0])
            seconds, more = time.perf_counter() - started, _peak_mib() - before
            rows.append(f"| {name} | {seconds:.1f} | {answer.writer} | {more:.0f} |")
    return "\n".join(rows)


def _peak_mib() -> float:
    """The most memory that this process has had, in MiB; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(folder: Path, settings: Settings) -> str:
    """The tables, over the bundled works in a library of its own."""
    from chat.assistant import ensure_index

    own = settings.model_copy(update={"home": folder})
    ensure_index(own)
    return f"{overhead(own)}\n\n{excess(own)}"
