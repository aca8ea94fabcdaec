"""Settings, from the environment or .env, read once. Every one stands in .env.example with its default."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.document import Refusal

_PREFIX = "FOOTNOTE_"


class Settings(BaseSettings):
    """What an operator can choose."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_file=".env", extra="ignore", frozen=True)

    home: Path = Path("var")
    """Where the library, builds and conversations live; nothing is written elsewhere."""

    corpus: Path = Path(__file__).parents[1] / "corpus"
    """The bundled works."""

    embedding: str = ""
    """`huggingface:NAME` or `provider:model`; empty: the bundled engine, or the same model where it has no wheel."""

    database_url: str = ""
    """The catalogue; empty: SQLite under `home`."""


def read_settings() -> Settings:
    """The settings of this process. Raises Refusal for an unknown FOOTNOTE_ name or an ill-typed value."""
    known = {_PREFIX + name.upper() for name in Settings.model_fields}
    for name in [*os.environ, *_names_in_file(Path(".env"))]:
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            raise Refusal("settings-unknown", name=name)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = _PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise Refusal("settings-wrong", name=name, cause=first["msg"]) from None


def _names_in_file(path: Path) -> list[str]:
    from dotenv import dotenv_values

    return list(dotenv_values(path)) if path.is_file() else []
