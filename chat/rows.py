"""The JSON of answers and the JSONL of batches (DESIGN §5): what outside tools rely on."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chat.answer import Answer, Turn
from chat.unforeseen import unexpected
from ingest.document import Refusal, UnreadableDocument


class TurnRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    role: Literal["user", "assistant"]
    content: str


class AskRow(BaseModel):
    """A line of `ask --batch`; keys it does not know are ignored."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    question: str
    history: list[TurnRow] = []
    works: list[str] = []

    def turns(self) -> list[Turn]:
        return [Turn(turn.role, turn.content) for turn in self.history]


def answer_row(answer: Answer, id_: str | int | None = None) -> dict[str, Any]:
    """An answer as the JSON value of `ask`."""
    citations = []
    for citation in answer.citations:
        row = asdict(citation)
        if row["original"] is None:
            del row["original"]
        citations.append(row)
    return {
        "id": id_,
        "question": answer.question,
        "language": answer.language,
        "outcome": answer.outcome,
        "answer": answer.text,
        "statements": [
            {"text": s.text, "status": s.status, "citations": list(s.citations), "problems": list(s.problems)}
            for s in answer.statements
        ],
        "citations": citations,
        "nearest": [asdict(link) for link in answer.nearest],
        "hits": [asdict(hit) for hit in answer.hits],
        "writer": answer.writer,
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "build": answer.build,
        "ms": answer.ms,
        "tokens": answer.tokens,
    }


Row = TypeVar("Row", bound=BaseModel)


def run_batch(source: Path, target: Path, model: type[Row], work: Callable[[Row], dict[str, Any]]) -> bool:
    """One row out for each line in, in order; the target appears whole at the end. True if every line was good."""
    good = True
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as out:  # unpaired surrogates of an id
            for number, line in enumerate(_lines(source), 1):
                row, ok = _row(number, line, model, work)
                good = good and ok
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return good


def _lines(source: Path) -> Iterator[str]:
    try:
        data = source.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise UnreadableDocument("file-unreadable", file=source.name, cause=error.strerror) from None
    lines = data.split("\n")
    yield from lines[:-1] if lines[-1] == "" else lines


def _row(
    number: int, line: str, model: type[Row], work: Callable[[Row], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    id_: object = None
    try:
        value = json.loads(line.encode("utf-8", "surrogateescape").decode("utf-8"))
        id_ = value.get("id") if isinstance(value, dict) else None
        row = model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        cause = f"{'.'.join(str(part) for part in first['loc']) or 'line'}: {first['msg']}"
        refusal = Refusal("row-wrong", line=number, cause=cause)
    except (ValueError, RecursionError) as error:
        refusal = Refusal("row-wrong", line=number, cause=f"no JSON value ({type(error).__name__})")
    else:
        try:
            return work(row), True
        except Refusal as why:
            refusal = why
        except Exception as error:  # noqa: BLE001 - the door of a batch: one bad line must not cost the others
            refusal = unexpected(error)
    return {"id": _plain_id(id_), "line": number, "error": str(refusal)}, False


def _plain_id(id_: object) -> str | int | None:
    return id_ if isinstance(id_, str | int) and not isinstance(id_, bool) else None
