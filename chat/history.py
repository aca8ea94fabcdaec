"""Conversations, their turns and what readers say of answers, in the catalogue's database.

Every row has an owner, every query names one, and what comes back is another owner's never: their conversation and
one that does not exist are the same refusal. An answer that quotes a work which is somebody else's by now is withheld
from all that reads it: pages, searches, exports, the model that is asked next.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chat.answer import Answer
from chat.conversation import TITLE_LENGTH, Conversation, Exchange, Feedback, State, plain_text, title_from
from chat.history_rows import CONVERSATIONS, FEEDBACK, TURNS, answer_row, conversation_of, exchange_of
from chat.withheld import as_seen, withheld, withholds
from ingest.document import Refusal
from vectorstore.catalogue_database import database_url, open_database
from vectorstore.catalogue_rows import read_hidden

NOTE_LENGTH = 2_000
_ID_BYTES = 16


class History:
    """The conversations of everyone; each call sees those of one owner."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    @classmethod
    def at(cls, home: Path, url: str = "") -> History:
        """Beside the catalogue: SQLite under the library's folder, unless a URL names another database."""
        return cls(database_url(home, url))

    def close(self) -> None:
        self._engine.dispose()

    # Conversations

    def conversations(self, owner: str, search: str = "", limit: int = 200) -> list[Conversation]:
        """The owner's, last changed first; with a search, those whose title, questions or answers have its words,
        in either Chinese script. Raises Refusal without an owner."""
        _named(owner)
        query = sa.select(CONVERSATIONS).where(CONVERSATIONS.c.owner == owner)
        with self._engine.connect() as connection:
            for word in _folded(search).split() if search else ():
                pattern = f"%{_escaped(word)}%"
                mine = _with_feedback().where(TURNS.c.owner == owner, TURNS.c.words.like(pattern, escape="\\"))
                with_it = mine.with_only_columns(TURNS.c.conversation)
                if hidden := read_hidden(connection, owner):
                    with_it = with_it.where(TURNS.c.id.not_in(_found_withheld(connection.execute(mine), word, hidden)))
                query = query.where(
                    sa.or_(
                        CONVERSATIONS.c.folded_title.like(pattern, escape="\\"),
                        CONVERSATIONS.c.id.in_(with_it),
                    )
                )
            query = query.order_by(CONVERSATIONS.c.changed.desc(), CONVERSATIONS.c.id).limit(limit)
            return [conversation_of(row) for row in connection.execute(query)]

    def conversation(self, owner: str, conversation: str) -> Conversation:
        """Raises Refusal where the owner has no such conversation."""
        with self._engine.connect() as connection:
            return conversation_of(_owned(connection, owner, conversation))

    def begin(self, owner: str, question: str, works: Sequence[str] = ()) -> Conversation:
        """A new conversation, called by its first question; the question itself is asked with `ask`.

        Raises Refusal without an owner.
        """
        _named(owner)
        title = title_from(plain_text(question))
        found = Conversation(secrets.token_urlsafe(_ID_BYTES), title, tuple(works), _now())
        row = {
            "id": found.id,
            "owner": owner,
            "title": found.title,
            "folded_title": _folded(found.title),
            "works": list(works),
            "changed": found.changed,
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(CONVERSATIONS).values(**row))
        return found

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Raises Refusal where the owner has no such conversation; an empty title changes nothing."""
        shown = " ".join(plain_text(title).split())[:TITLE_LENGTH]
        with self._engine.begin() as connection:
            _owned(connection, owner, conversation)
            if shown:
                _update(connection, owner, conversation, title=shown, folded_title=_folded(shown))

    def choose_works(self, owner: str, conversation: str, works: Sequence[str]) -> None:
        """Which works the next questions are put to; none for all. Raises Refusal for another's conversation."""
        with self._engine.begin() as connection:
            _owned(connection, owner, conversation)
            _update(connection, owner, conversation, works=list(works))

    def delete(self, owner: str, conversation: str) -> None:
        """With its turns and what was said of them. Raises Refusal where the owner has no such conversation."""
        with self._engine.begin() as connection:
            _owned(connection, owner, conversation, to_change=True)  # a question at the same moment waits
            mine = sa.select(TURNS.c.id).where(TURNS.c.owner == owner, TURNS.c.conversation == conversation)
            connection.execute(sa.delete(FEEDBACK).where(FEEDBACK.c.turn.in_(mine)))
            connection.execute(sa.delete(TURNS).where(TURNS.c.id.in_(mine)))
            connection.execute(
                sa.delete(CONVERSATIONS).where(CONVERSATIONS.c.owner == owner, CONVERSATIONS.c.id == conversation)
            )

    # Turns

    def exchanges(self, owner: str, conversation: str) -> list[Exchange]:
        """In their order. Raises Refusal where the owner has no such conversation."""
        with self._engine.connect() as connection:
            _owned(connection, owner, conversation)
            rows = connection.execute(
                _with_feedback()
                .where(TURNS.c.owner == owner, TURNS.c.conversation == conversation)
                .order_by(TURNS.c.position)
            )
            hidden = read_hidden(connection, owner)
            return [as_seen(exchange_of(row), hidden) for row in rows]

    def exchange(self, owner: str, turn: str) -> Exchange:
        """Raises Refusal where the owner has no such turn."""
        with self._engine.connect() as connection:
            return as_seen(exchange_of(_owned_turn(connection, owner, turn)), read_hidden(connection, owner))

    def as_seen(self, owner: str, answer: Answer) -> Answer:
        """An answer that is being written, or what stands for it where the owner may not see it."""
        with self._engine.connect() as connection:
            return withheld(answer) if withholds(answer, read_hidden(connection, owner)) else answer

    def ask(self, owner: str, conversation: str, question: str) -> Exchange:
        """A question at the end of a conversation, its answer not begun."""
        question = plain_text(question)
        with self._engine.begin() as connection:
            now = _now()
            _update(connection, owner, conversation, changed=now)  # first: whoever asks at the same moment waits here
            _owned(connection, owner, conversation)
            last = connection.scalar(
                sa.select(sa.func.max(TURNS.c.position)).where(TURNS.c.conversation == conversation)
            )
            position = 0 if last is None else last + 1
            turn = secrets.token_urlsafe(_ID_BYTES)
            connection.execute(
                sa.insert(TURNS).values(
                    id=turn,
                    owner=owner,
                    conversation=conversation,
                    position=position,
                    question=question,
                    state="writing",
                    follow_ups=[],
                    words=_folded(question),
                    saved=now,
                )
            )
        return Exchange(turn, position, question, saved=now)

    def save(
        self, owner: str, turn: str, state: State, answer: Answer | None = None, refusal: Refusal | None = None
    ) -> None:
        """An answer as far as it got, replacing what was saved of it. Raises Refusal where the owner has no such turn.

        What the search found on the way is not kept: it repeats the documents.
        """
        with self._engine.begin() as connection:
            row = _owned_turn(connection, owner, turn, to_change=True)
            values: dict[str, Any] = {"state": state, "saved": _now()}
            if answer is not None:
                values["answer"] = answer_row(replace(answer, hits=()))
                values["words"] = f"{row.words}\n{_folded(answer.text)}" if state != "writing" else row.words
            if refusal is not None:
                values["refusal"] = {"key": refusal.key, "values": _kept(refusal.values)}
            connection.execute(sa.update(TURNS).where(TURNS.c.owner == owner, TURNS.c.id == turn).values(**values))

    def offer(self, owner: str, turn: str, follow_ups: Sequence[str]) -> None:
        """Questions that go on from an answer."""
        with self._engine.begin() as connection:
            _owned_turn(connection, owner, turn)
            connection.execute(
                sa.update(TURNS).where(TURNS.c.owner == owner, TURNS.c.id == turn).values(follow_ups=list(follow_ups))
            )

    # Feedback

    def give_feedback(self, owner: str, turn: str, feedback: Feedback) -> None:
        """Replaces what the owner said before of this answer. Raises Refusal where the owner has no such turn."""
        row = {
            "owner": owner,
            "verdict": feedback.verdict,
            "reason": feedback.reason,
            "note": plain_text(feedback.note)[:NOTE_LENGTH],
            "given": _now(),
        }
        with self._engine.begin() as connection:
            _owned_turn(connection, owner, turn, to_change=True)
            connection.execute(sa.delete(FEEDBACK).where(FEEDBACK.c.owner == owner, FEEDBACK.c.turn == turn))
            connection.execute(sa.insert(FEEDBACK).values(turn=turn, **row))

    def feedback_rows(self, owner: str | None = None) -> Iterator[dict[str, object]]:
        """What was said, oldest first, with the question and the answer: an owner's, or for the operator everyone's."""
        query = sa.select(TURNS, FEEDBACK.c.verdict, FEEDBACK.c.reason, FEEDBACK.c.note, FEEDBACK.c.given).join(
            FEEDBACK, FEEDBACK.c.turn == TURNS.c.id
        )
        if owner is not None:
            query = query.where(FEEDBACK.c.owner == owner, TURNS.c.owner == owner)
        with self._engine.connect() as connection:
            hidden = read_hidden(connection, owner) if owner is not None else frozenset[str]()
            for row in connection.execute(query.order_by(FEEDBACK.c.given)).all():
                answer = answer_row(as_seen(exchange_of(row), hidden).answer)
                yield {
                    "id": row.id,
                    "given": row.given.isoformat(timespec="seconds") + "Z",
                    "verdict": row.verdict,
                    "reason": row.reason,
                    "note": row.note,
                    "question": row.question,
                    **{key: answer.get(key) for key in ("language", "outcome", "text", "citations", "writer", "model")},
                    **{key: answer.get(key) for key in ("prompt_version", "build")},
                }


# Rows


def _kept(values: Mapping[str, object]) -> dict[str, object]:
    """The values of a refusal: numbers as such, for they are set by language, everything else as words."""
    return {name: value if isinstance(value, int) else str(value) for name, value in values.items()}


def _found_withheld(rows: Iterable[sa.Row[Any]], word: str, hidden: Collection[str]) -> list[str]:
    """Of turns found by a word, those whose reader sees it no longer."""
    turns = [exchange_of(row) for row in rows]
    return [
        one.id for one in turns if one.answer and withholds(one.answer, hidden) and word not in _folded(one.question)
    ]


def _named(owner: str) -> None:
    if not owner:
        raise Refusal("sign-in-first")


def _owned(connection: sa.Connection, owner: str, conversation: str, *, to_change: bool = False) -> sa.Row[Any]:
    """`to_change`: nobody else changes it until the transaction ends. SQLite has one writer at any time."""
    query = sa.select(CONVERSATIONS).where(CONVERSATIONS.c.owner == owner, CONVERSATIONS.c.id == conversation)
    row = connection.execute(query.with_for_update() if to_change else query).one_or_none()
    if row is None or row.owner != owner:
        raise Refusal("conversation-unknown")
    return row


def _owned_turn(connection: sa.Connection, owner: str, turn: str, *, to_change: bool = False) -> sa.Row[Any]:
    query = _with_feedback().where(TURNS.c.owner == owner, TURNS.c.id == turn)
    row = connection.execute(query.with_for_update(of=TURNS) if to_change else query).one_or_none()
    if row is None or row.owner != owner:
        raise Refusal("conversation-unknown")
    return row


def _with_feedback() -> sa.Select[Any]:
    return sa.select(TURNS, FEEDBACK.c.verdict, FEEDBACK.c.reason, FEEDBACK.c.note).outerjoin(
        FEEDBACK, sa.and_(FEEDBACK.c.turn == TURNS.c.id, FEEDBACK.c.owner == TURNS.c.owner)
    )


def _update(connection: sa.Connection, owner: str, conversation: str, **values: object) -> None:
    connection.execute(
        sa.update(CONVERSATIONS)
        .where(CONVERSATIONS.c.owner == owner, CONVERSATIONS.c.id == conversation)
        .values(**values)
    )


def _folded(text: str) -> str:
    from vectorstore.words import fold

    return fold(plain_text(text))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
