"""The terms of glossary works: which of their names a question uses, and which the documents use for the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.document import Edition, Section
from vectorstore.words import fold

_VARIANTS = re.compile(r"(?:Also|又稱|又称)\s*[:：]\s*(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Term:
    """An entry: its heading and variants in every edition, and where each edition defines it."""

    anchor: str
    names: tuple[str, ...]
    definitions: tuple[tuple[Edition, Section], ...]
    spoken: tuple[str, ...] = ()
    """The names that occur in the documents, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A term named in a text, from start to end."""

    term: Term
    start: int
    end: int


class Glossary:
    """The terms of all glossary works of a build."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = terms
        self._by_name = {fold(name): term for term in terms for name in term.names}
        names = sorted(self._by_name, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_bounded, names))) if names else None
        # The same question is looked up for its search, its silences and its writer.
        self.mentions = lru_cache(maxsize=64)(self._mentions)

    @classmethod
    def of(cls, editions: Iterable[Edition], counts: Mapping[str, int]) -> Glossary:
        """The entries of glossary editions; `counts` is what `count_names` found of them in the documents."""
        terms = []
        for anchor, names, definitions in _entries(editions):
            used = [name for name in names if counts.get(fold(name))]
            spoken = tuple(sorted(used, key=lambda name: -counts[fold(name)]))
            terms.append(Term(anchor, names, definitions, spoken))
        return cls(terms)

    def _mentions(self, text: str) -> tuple[Mention, ...]:
        """The terms that a text names, longest names first where they overlap."""
        if self._pattern is None:
            return ()
        return tuple(Mention(self._by_name[m[0]], m.start(), m.end()) for m in self._pattern.finditer(fold(text)))

    def in_documents_words(self, text: str, *, chinese: bool) -> str:
        """The text with each term that the documents call otherwise in that language replaced by their name for it."""
        pieces, at = [], 0
        for mention in self.mentions(text):
            name = text[mention.start : mention.end]
            spoken = [other for other in mention.term.spoken if _is_chinese(other) == chinese]
            if spoken and fold(name) not in map(fold, mention.term.spoken):
                pieces += [text[at : mention.start], spoken[0] if chinese else f" {spoken[0]} "]
                at = mention.end
        return "".join([*pieces, text[at:]])


def count_names(editions: Iterable[Edition], texts: Iterable[str]) -> dict[str, int]:
    """How often texts use each name of glossary editions; by the folded name, those that they never use left out."""
    whole = "\n".join(map(fold, texts))
    counts: dict[str, int] = {}
    for name in {fold(name) for _, names, _ in _entries(editions) for name in names}:
        pattern = re.compile(_bounded(name))
        if name in whole and (count := len(pattern.findall(whole))):
            counts[name] = count
    return counts


def _entries(
    editions: Iterable[Edition],
) -> Iterator[tuple[str, tuple[str, ...], tuple[tuple[Edition, Section], ...]]]:
    """Anchor, names and definitions of each entry, entry N of one edition beside entry N of the others."""
    found: dict[tuple[str, str], tuple[list[str], list[tuple[Edition, Section]]]] = {}
    for edition in editions:
        sections = {section.anchor: section for section in edition.outline.sections}
        for section in edition.outline.sections:
            if section.kind != "chapter":
                continue
            names, definitions = found.setdefault((edition.work, section.anchor), ([], []))
            names.append(section.title)
            for child in (sections.get(f"{section.anchor}.p{n}") for n in (1, 2)):
                if child is None:
                    continue
                text = edition.document.text[child.start : child.end]
                if match := _VARIANTS.fullmatch(text):
                    names.extend(part.strip() for part in re.split(r"[,、，;；]", match[1]) if part.strip())
                else:
                    definitions.append((edition, child))
    for (_, anchor), (names, definitions) in found.items():
        unique = {fold(name): name for name in reversed(names)}
        yield anchor, tuple(unique.values())[::-1], tuple(definitions)


def _bounded(name: str) -> str:
    """A pattern for a folded name; a Latin one must be a whole word."""
    left = r"(?<![a-z0-9])" if name[0].isascii() else ""
    right = r"(?=s?(?![a-z0-9]))" if name[-1].isascii() else ""
    return f"{left}(?:{re.escape(name)}){right}"


def _is_chinese(text: str) -> bool:
    return any(ord(character) > 0x2E7F for character in text)
