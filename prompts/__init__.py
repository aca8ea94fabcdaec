"""Every word shown to a model or written for the reader. Loaded once; `digest()` travels with every answer."""

from __future__ import annotations

import hashlib
import re
import string
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


def message(key: str, language: str, /, **values: object) -> str:
    """A sentence of messages.toml in a language, its placeholders filled, numbers with a comma before each three digits
    as all three languages have them. Raises KeyError for an unknown key."""
    template = _load("messages")[key][language]
    if language != "en" and "subject" in values:
        template = _joined(template, str(values["subject"]))
    return template.format(**{name: f"{v:,}" if isinstance(v, int) else v for name, v in values.items()})


def _joined(template: str, subject: str) -> str:
    """Latin words stand apart from the Chinese around them, Chinese ones do not."""
    if _HAN.match(subject[:1]):
        template = template.replace(" {subject}", "{subject}")
    return template.replace("{subject} ", "{subject}") if _HAN.match(subject[-1:]) else template


def prompt(name: str, /, **values: str) -> tuple[str, str]:
    """The system's and the user's part of a Markdown file, its placeholders filled, each with its text as it is.

    Raises KeyError unless the values are just those that the file has places for.
    """
    text = _read(name)
    wanted = set(_PLACE.findall(text))
    if wanted != set(values):
        raise KeyError(f"{name}.md has places for {sorted(wanted)}, not {sorted(values)}")
    system, user = (_PLACE.sub(lambda place: values[place[1]], part).strip() for part in text.split("\n---\n"))
    return system, user


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


_HAN = re.compile("[\u3400-\u9fff]")
_PLACE = re.compile(r"\{(\w+)\}")


@cache
def _read(name: str) -> str:
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")


@cache
def _load(file: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((_FOLDER / f"{file}.toml").read_text(encoding="utf-8"))


@cache
def _load_cues() -> dict[str, list[str]]:
    return tomllib.loads((_FOLDER / "cues.toml").read_text(encoding="utf-8"))
