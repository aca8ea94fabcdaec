"""Question sets: the gold set beside the project, and our own, which runs anywhere."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chat.rows import TurnRow
from ingest.document import Language

OWN = Path(__file__).parent / "questions.jsonl"
PARAPHRASES = Path(__file__).parent / "paraphrases.jsonl"
FRAMED = Path(__file__).parent / "framed.jsonl"
SILENCES = Path(__file__).parent / "silences.jsonl"
SHARED = Path(__file__).parents[2] / "shared"


class Question(BaseModel):
    """A question with what its answer must hold; see shared/gold/README.md for the fields."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    lang: Language
    kind: str
    question: str
    gold_anchors: list[str] = []
    alt_anchors: list[str] = []
    near_anchors: list[str] = []
    gold_quote: list[str] = []
    answer_facts: list[str] = []
    answerable: bool
    subtype: str = ""
    expected: str = "answer"
    must_not: list[str] = []
    history: list[TurnRow] = []

    @property
    def relevant(self) -> set[str]:
        return {*self.gold_anchors, *self.alt_anchors, *self.near_anchors}


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSONL file."""
    with path.open(encoding="utf-8") as lines:
        return [Question.model_validate(json.loads(line)) for line in lines if line.strip()]
