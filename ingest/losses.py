"""What a file lost on its way into the library, in sentences: pages by their numbers, hidden words by their first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import prompts
from ingest.document import Language, Loss

_SHOWN = 12
"""Ranges of pages that a sentence names."""


def loss_sentences(losses: Sequence[Loss], language: Language, *, quoting: bool = True) -> list[str]:
    """One sentence for each kind of loss, naming its pages. Without `quoting`, hidden words are not repeated."""
    sentences = []
    for kind, group in groupby(sorted(losses, key=lambda loss: loss.kind), key=lambda loss: loss.kind):
        mine = list(group)
        pages = page_ranges([loss.page for loss in mine if loss.page])
        details = [loss.detail for loss in mine if loss.detail]
        name = "hidden-text-unquoted" if kind == "hidden-text" and not quoting else kind
        key = f"loss-{name}" if pages else f"loss-{name}-anywhere"
        sentences.append(prompts.message(key, language, pages=pages, detail=details[0] if details else ""))
    return sentences


def page_ranges(labels: Sequence[str]) -> str:
    """`3-5, 9, iv`: labels in their order, numbers that follow each other as a range."""
    ranges: list[list[str]] = []
    for label in dict.fromkeys(labels):
        last = ranges[-1][-1] if ranges else ""
        if label.isdigit() and last.isdigit() and int(label) == int(last) + 1:
            ranges[-1].append(label)
        else:
            ranges.append([label])
    shown = [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in ranges[:_SHOWN]]
    return ", ".join(shown) + (" …" if len(ranges) > _SHOWN else "")
