"""What is asked, and what a model is shown of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from chat.answer import Turn
from chat.model import Message
from chat.understand import reply_language
from ingest.document import Language


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that it was asked with."""

    question: str
    history: tuple[Turn, ...]
    language: Language | None
    works: tuple[str, ...]
    user: str

    @property
    def reply_language(self) -> Language:
        return self.language or reply_language(self.question, self.history)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is shown; `digest` changes with any of it."""

    messages: tuple[Message, ...]
    build: str

    @property
    def digest(self) -> str:
        shown = [[message.role, message.content] for message in self.messages]
        return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[:16]
