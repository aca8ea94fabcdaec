"""The theses (macro, AI, crypto): whether a topic is one, and which sections and sentences belong to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import prompts
from ingest.document import Section, Theme, Work
from vectorstore.words import content_words, fold

THEMES: tuple[Theme, ...] = ("macro", "ai", "crypto")


def topic_themes(topic: str) -> tuple[Theme, ...]:
    """The theses that a topic names if it names nothing else: "the crypto outlook", 宏觀; not "AI chips"."""
    rest = fold(topic)
    found: list[Theme] = []
    for theme in THEMES:
        rest, count = _named(theme).subn(" ", rest)
        if count:
            found.append(theme)
    rest = _named("around").sub(" ", rest)
    return () if content_words(rest) else tuple(found)


def section_themes(work: Work, section: Section, sections: Sequence[Section]) -> tuple[Theme, ...]:
    """The theses that work.toml gives a section, or else what it lies in."""
    parents = {other.anchor: other.parent for other in sections}
    anchor: str | None = section.anchor
    while anchor is not None:
        if anchor in work.themes:
            return tuple(work.themes[anchor])
        anchor = parents.get(anchor)
    return ()


def about(theme: Theme) -> str:
    """What a thesis is about, in the words of both languages."""
    return " ".join(prompts.themes(theme).about)


@cache
def _named(key: str) -> re.Pattern[str]:
    names = sorted(prompts.themes(key).names, key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(n)}\b" if n[0].isascii() else re.escape(n) for n in map(fold, names)))
