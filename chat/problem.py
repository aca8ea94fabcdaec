"""What keeps a statement from being supported, as values: of what kind, what it says, what the source says instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat.evidence import SourceText

ProblemKind = Literal[
    "figure",
    "date",
    "bound",
    "name",
    "subject",
    "attribution",
    "direction",
    "negation",
    "hedge",
    "condition",
    "extent",
    "quote",
    "missing-table",
    "wording",
]
"""figure: a number or unit that the sources lack; date; bound: more than, less than or about that differs;
name: one that the sources lack; subject: said of another one there; attribution: on another's word, or on nobody's;
direction: the opposite side of a matter; negation: denied there, or denied here only; hedge: surer than the source;
condition: the terms left out; extent: more than the source says (all, only, largest); quote: quoted words that are not
there; missing-table: a table without body; wording: the sources speak of something else."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `source` is the document's counterpart, "" where it has none."""

    kind: ProblemKind
    says: str = ""
    source: str = ""
    text: SourceText | None = None
    start: int = 0
    end: int = 0
    """The sentence of the evidence that decides it: `text.text[start:end]`."""
