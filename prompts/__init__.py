"""Every word shown to a model or written for the reader. Loaded once; `digest()` travels with every answer."""

from __future__ import annotations

import hashlib
import string
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


def message(key: str, language: str, /, **values: object) -> str:
    """A sentence of messages.toml in a language, its placeholders filled. Raises KeyError for an unknown key."""
    return _load("messages")[key][language].format(**values)


def words(language: str) -> dict[str, str]:
    """The labels of words.toml, by key, in a language."""
    return {key: entry[language] for key, entry in _load("words").items()}


def entries(file: str) -> dict[str, dict[str, str]]:
    """Every entry of a file, for tests and for lists of cue words."""
    return _load(file)


@cache
def cues(key: str) -> tuple[str, ...]:
    """The words of cues.toml that give away what a question asks for, in all languages."""
    return tuple(_load_cues()[key])


@cache
def entities() -> dict[str, dict[str, list[list[str]]]]:
    """The well-known names of entities.toml: by kind, `names` and `cased`, each entity with all its names."""
    return tomllib.loads((_FOLDER / "entities.toml").read_text(encoding="utf-8"))


@cache
def thesaurus() -> tuple[tuple[str, ...], ...]:
    """The groups of thesaurus.toml: words of both languages that mean the same in investment research."""
    groups = tomllib.loads((_FOLDER / "thesaurus.toml").read_text(encoding="utf-8"))
    return tuple((*group.get("zh", ()), *group.get("en", ())) for group in groups.values())


@dataclass(frozen=True, slots=True)
class Theme:
    """A thesis of themes.toml: what topics call it, and what it is about."""

    names: tuple[str, ...]
    about: tuple[str, ...] = ()


@cache
def themes(key: str) -> Theme:
    """An entry of themes.toml. Raises KeyError for an unknown key."""
    entry: dict[str, list[str]] = tomllib.loads((_FOLDER / "themes.toml").read_text(encoding="utf-8"))[key]
    return Theme(tuple(entry["names"]), tuple(entry.get("about", ())))


@cache
def digest() -> str:
    """Changes with any word in this folder."""
    total = hashlib.sha256()
    for path in sorted([*_FOLDER.glob("*.toml"), *_FOLDER.glob("*.md")]):
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


def placeholders(text: str) -> set[str]:
    """The names in braces of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@cache
def _load(file: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((_FOLDER / f"{file}.toml").read_text(encoding="utf-8"))


@cache
def _load_cues() -> dict[str, list[str]]:
    return tomllib.loads((_FOLDER / "cues.toml").read_text(encoding="utf-8"))
