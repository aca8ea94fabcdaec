"""A model's reply that was made elsewhere, as a language model that gives it again: batches, replays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chat.model import Message, Tokens, estimated_tokens
from ingest.passages import width


@dataclass(frozen=True, slots=True)
class Recorded:
    """A language model that says one thing."""

    text: str
    name: str

    def reply(self, messages: Sequence[Message], seconds: float) -> RecordedReply:
        """The recorded text, whatever is asked; `seconds` plays no part."""
        del seconds
        return RecordedReply(self.text, Tokens(estimated_tokens(messages), round(width(self.text))))


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """All of a reply in one piece."""

    text: str
    tokens: Tokens = field(default_factory=Tokens)

    def __iter__(self) -> Iterator[str]:
        yield self.text

    def close(self) -> None:
        """Nothing is under way."""
