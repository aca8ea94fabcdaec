"""A model's reply within the day's budgets: paid for before it is written, settled when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chat import metrics
from chat.ledger import Ledger
from chat.model import LanguageModel, Message, Tokens, estimated_tokens
from chat.model_failure import ModelFailure


@dataclass(frozen=True, slots=True)
class Purse:
    """Whose budget pays, and how many tokens a reply may have; without a ledger nothing is counted."""

    ledger: Ledger | None
    user: str
    output: int


def paid_reply(
    model: LanguageModel,
    messages: Sequence[Message],
    seconds: float,
    purse: Purse,
    spent: Callable[[Tokens], None] = lambda _tokens: None,
) -> Iterator[str]:
    """The pieces of a reply; `spent` is told what it cost. Raises ModelFailure."""
    ledger = purse.ledger
    expected = Tokens(estimated_tokens(messages), purse.output)
    reservation = ledger.reserve(purse.user, expected) if ledger else None
    if ledger and reservation is None:
        raise ModelFailure("spent")
    reply = model.reply(messages, seconds)
    try:
        yield from reply
    except ModelFailure as failure:
        metrics.MODEL_FAILURES.labels(failure.kind).inc()
        raise
    finally:
        reply.close()
        spent(reply.tokens)
        metrics.TOKENS.labels("read").inc(reply.tokens.read)
        metrics.TOKENS.labels("written").inc(reply.tokens.written)
        if ledger and reservation:
            ledger.settle(reservation, reply.tokens)
