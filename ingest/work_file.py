"""work.toml: what a folder says of the work whose editions it holds."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.document import EditionKind, Language, Role, Theme, UnreadableDocument, Work

WORK_FILE = "work.toml"
WORK_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class _EditionEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lang: Language
    kind: EditionKind
    file: str = Field(pattern=r"^[^/\\]+$")


class _WorkEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=f"^{WORK_ID.pattern}$")
    titles: dict[Language, str]
    author: str = ""
    date: datetime.date | None = None
    editions: list[_EditionEntry]
    themes: dict[str, list[Theme]] = {}
    role: Role = "document"
    private_to: str | None = None


def read_work(
    folder: Path, known: Mapping[str, Work] | None = None
) -> tuple[Work, list[tuple[Language, EditionKind, Path]]]:
    """The work of a folder and its editions' languages, kinds and files. Raises UnreadableDocument.

    Where the file does not say whose it is, a known work stays whose it was: nothing private is published by silence.
    """
    path = folder / WORK_FILE
    try:
        entry = _WorkEntry.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UnreadableDocument("work-file-missing", file=folder.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableDocument("work-file-wrong", file=path.name, cause=str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableDocument("work-file-wrong", file=path.name, cause=f"{where}: {first['msg']}") from None
    before = (known or {}).get(entry.id)
    private_to = entry.private_to if entry.private_to is not None else before.private_to if before else ""
    work = Work(entry.id, entry.titles, entry.author, entry.date, entry.themes, entry.role, private_to)
    return work, [(edition.lang, edition.kind, folder / edition.file) for edition in entry.editions]
