"""Questions that ask what a term means, and terms that documents use without saying."""

from __future__ import annotations

import re

from chat.understand import Query, asks
from vectorstore.build import Build
from vectorstore.words import fold, tokens


def is_definition(query: Query, build: Build) -> bool:
    """Whether a question asks what a term means: it quotes one, or is about nothing else."""
    if "definition" not in query.asks or asks("opinion", fold(query.question)):
        return False
    if _QUOTED_TERM.search(query.question):
        return True
    asked = {word for word in tokens(query.question) if len(word) > 1 and not asks("definition", word)}
    return any(
        len(asked - set(tokens(query.question[mention.start : mention.end]))) <= len(asked) / 2
        for mention in build.glossary.mentions(query.question)
    )


_QUOTED_TERM = re.compile(r"[「『“\"'‘]([^「」『』“”\"'‘’]{2,30})[」』”\"'’]")
_DEFINES = (
    r"[\"'）)]*(?:的核心)?"
    r"(?:是指|是|指的是|指|即|意味|意为|\([^()]{4,}\)| is | are | means | refers to |, that is| \([^()]{6,}\))"
)


def undefined_term(question: str, build: Build) -> str:
    """The term that a question asks the meaning of, as it is typed, if the documents use it but never define it."""
    quoted = [match[1] for match in _QUOTED_TERM.finditer(question)]
    mentions = build.glossary.mentions(question)
    for term, names in [
        *((term, [term]) for term in quoted),
        *((question[m.start : m.end], list(m.term.spoken)) for m in mentions),
    ]:
        folded = [fold(name) for name in names]
        texts = [text for text in build.folded if any(name in text for name in folded)]
        if not texts:
            continue
        defined = re.compile(f"(?:{'|'.join(map(re.escape, folded))}){_DEFINES}")
        return "" if any(defined.search(text) for text in texts) else term
    return ""
