"""What is said of an edition and its work, as it was found out or corrected, and the shelf on which it holds."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.document import Edition, EditionKind, Language, Refusal, Section, Theme, UnknownDocument, Work
from ingest.work_file import WORK_ID
from vectorstore.align import Embed, align
from vectorstore.library import Shelf

TEXT_LIMIT = 300
"""Characters of a title and of an author."""


@dataclass(frozen=True, slots=True)
class Description:
    """Which work a text belongs to, what that work is, and what the text is to it."""

    work: str
    title: str
    """In the language of the edition."""

    author: str
    date: datetime.date | None
    themes: tuple[Theme, ...]
    lang: Language
    kind: EditionKind
    private: bool = False
    """Whether the work is its editor's alone."""

    @property
    def edition(self) -> str:
        return f"{self.lang}-{self.kind}"


def description_of(work: Work, edition: Edition) -> Description:
    """What is known of an edition."""
    themes = tuple(dict.fromkeys(theme for found in work.themes.values() for theme in found))
    title = work.titles.get(edition.lang) or work.title(edition.lang)
    private = bool(work.private_to)
    return Description(work.id, title, work.author, work.date, themes, edition.lang, edition.kind, private)


def described(shelf: Shelf, edition: Edition, said: Description, embed: Embed, owner: str = "") -> Shelf:
    """The shelf with an edition as it is described, its sections brought beside those of the work's others.

    `owner` is whose a private work is. Raises Refusal where the description has no title, or a name that no work can
    have, and for a private work of nobody.
    """
    if said.private and not owner:
        raise Refusal("sign-in-first")
    title, author = " ".join(said.title.split())[:TEXT_LIMIT], " ".join(said.author.split())[:TEXT_LIMIT]
    if not title:
        raise Refusal("title-empty", file=edition.file)
    if not WORK_ID.fullmatch(said.work):
        raise Refusal("work-name-wrong", work=said.work)
    edition = replace(edition, work=said.work, lang=said.lang, kind=said.kind)
    work = shelf.works.get(said.work, Work(said.work, {}))
    work = replace(
        work,
        titles={**work.titles, said.lang: title},
        author=author,
        date=said.date,
        themes=_themes(work.themes, said.themes, edition.outline.sections),
        private_to=owner if said.private else "",
    )
    return shelf.with_edition(work, aligned(shelf, edition, embed))


def corrected(shelf: Shelf, work: str, edition: str, said: Description, embed: Embed, owner: str = "") -> Shelf:
    """The shelf with a published edition described anew, in the same work.

    Raises Refusal as `described` does, and where another edition has the place that this one would get.
    """
    known = shelf.editions.get((work, edition))
    if known is None:
        raise UnknownDocument("edition-unknown", edition=f"{work}/{edition}")
    place = work, said.edition
    if said.edition != edition and place in shelf.editions:
        raise Refusal("edition-taken", edition="/".join(place), file=shelf.editions[place].file)
    others = {key: other for key, other in shelf.editions.items() if key != (work, edition)}
    return described(Shelf(shelf.works, others), known, replace(said, work=work), embed, owner)


def aligned(shelf: Shelf, edition: Edition, embed: Embed) -> Edition:
    """An edition with the anchors of the first of its work's others, where its outline is another one."""
    found = None
    if first := first_beside(shelf, edition):
        found = align(first, edition, embed)
    return found.edition if found else edition


def first_beside(shelf: Shelf, edition: Edition) -> Edition | None:
    """The edition that others of its work stand beside: the original if there is one."""
    others = [e for (work, id_), e in shelf.editions.items() if work == edition.work and id_ != edition.id]
    return min(others, key=lambda other: (other.kind != "original", other.id), default=None)


def free_name(name: str, taken: Mapping[str, object]) -> str:
    """The name, or the name with the first number that no work has."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[:60]}-{number}"
    return free


def private_name(name: str) -> str:
    """The name with an ending that nobody guesses: whoever has one of the same name must not learn of this one."""
    return f"{name[:31].strip('-')}-{secrets.token_hex(16)}"


def _themes(
    known: Mapping[str, Sequence[Theme]], said: tuple[Theme, ...], sections: Sequence[Section]
) -> Mapping[str, Sequence[Theme]]:
    """Themes by section: as they are known where those are the ones said, else those said for every chapter."""
    if {theme for found in known.values() for theme in found} == set(said):
        return known
    chapters = [section.anchor for section in sections if section.parent is None and section.kind != "front"]
    return {anchor: list(said) for anchor in chapters} if said else {}
