"""A follow-up made to stand alone by a model, taken only if it adds no name and no figure of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

import prompts
from chat.answer import Turn
from chat.context import LANGUAGE_NAMES, plain
from chat.model import Message
from chat.names import Names
from chat.numbers import figures, occurs
from chat.understand import reply_language
from ingest.document import Language
from vectorstore.words import content_words, fold

TURNS, TURN_CHARACTERS = 6, 1_500
"""How many turns before a question a model sees, and how much of each."""

MAX_LENGTH = 400
"""Characters of a rewritten question."""

NEW_WORDS = 0.4
"""Share of a rewritten question's words that nobody said."""

_MARKS = re.compile(r"\s*\[[\d,\s-]+\]")
_WRAPPING = "\"'“”「」『』` "


def rewrite_prompt(question: str, history: Sequence[Turn], language: Language) -> tuple[Message, ...]:
    """What the model is told and shown."""
    said = [f"{turn.role}: {_MARKS.sub('', turn.content[:TURN_CHARACTERS])}" for turn in history[-TURNS:]]
    system, user = prompts.prompt(
        "rewrite",
        language=LANGUAGE_NAMES[language],
        conversation=plain("\n".join(said)),
        question=plain(question),
    )
    return Message("system", system), Message("user", user)


def accepted_rewrite(reply: str, question: str, history: Sequence[Turn], names: Names) -> str:
    """The question of a reply; empty where it is none, drops what was asked, or has a name or figure nobody said."""
    lines = [line.strip() for line in re.sub(r"<think>.*?</think>", "", reply, flags=re.DOTALL).splitlines()]
    lines = [line.strip(_WRAPPING) for line in lines if line]
    if len(lines) != 1 or not lines[0] or len(lines[0]) > MAX_LENGTH:
        return ""
    found = lines[0]
    known = "\n".join([*(turn.content for turn in history), question])
    said = {name.key for name in names.find(known)}
    if any(
        name.key not in said and fold(found[name.start : name.end]) not in fold(known) for name in names.find(found)
    ):
        return ""
    among = figures(known)
    if any(not occurs(figure, among) for figure in figures(found)):
        return ""
    words, asked = set(content_words(found)), set(content_words(question))
    if len(words - set(content_words(known))) > NEW_WORDS * len(words) or 2 * len(asked & words) < len(asked):
        return ""
    asked_in = reply_language(question, history)
    return found if (reply_language(found) == "en") == (asked_in == "en") else ""
