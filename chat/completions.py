"""Prompts out, completions in (DESIGN §5): a batch answered elsewhere, for ask, check and points alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from chat.asked import Prompt
from chat.recorded import Recorded
from chat.settings import Settings
from ingest.document import Refusal, UnreadableDocument

CONTEXT: int = Settings.model_fields["chat_context"].default
"""Tokens of passages in prompts that are answered elsewhere: the same wherever they are made."""


class CompletionRow(BaseModel):
    """A line of `--completions`; what its prompt's row said may be handed back with it, and is compared then."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str
    build: str | None = None
    prompt_digest: str | None = None
    model: str | None = None

    def recorded(self, prompt: Prompt, model: str) -> Recorded:
        """The reply to a prompt. Raises Refusal where it was made for another build or another prompt."""
        if self.build not in (None, prompt.build) or self.prompt_digest not in (None, prompt.digest):
            raise Refusal("completion-other", id=self.id)
        return Recorded(self.text, self.model or model or "completions")


def prompt_row(id_: str | int, prompt: Prompt) -> dict[str, Any]:
    """A line of `--prompts`."""
    messages = [{"role": message.role, "content": message.content} for message in prompt.messages]
    return {"id": id_, "messages": messages, "build": prompt.build, "prompt_digest": prompt.digest}


class Completions:
    """The completions of a file, by id."""

    def __init__(self, path: Path) -> None:
        """Raises Refusal for a file that cannot be read or has a line that is no completion."""
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableDocument("file-unreadable", file=path.name, cause=type(error).__name__) from None
        self._rows: dict[str | int, CompletionRow] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = CompletionRow.model_validate(json.loads(line))
            except (ValidationError, ValueError, RecursionError) as error:
                raise Refusal("row-wrong", line=number, cause=type(error).__name__) from None
            self._rows[row.id] = row

    def __contains__(self, id_: str | int) -> bool:
        return id_ in self._rows

    def of(self, id_: str | int) -> CompletionRow:
        """Raises Refusal where there is none."""
        if id_ not in self._rows:
            raise Refusal("completion-missing", id=id_)
        return self._rows[id_]
