"""Settings, from the environment or .env, read once. Every one stands in .env.example with its default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.document import Refusal

_PREFIX = "FOOTNOTE_"


class Settings(BaseSettings):
    """What an operator can choose."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Path("var")
    """Where the library, builds and conversations live; nothing is written elsewhere."""

    corpus: Path = Path(__file__).parents[1] / "corpus"
    """The bundled works."""

    embedding: str = ""
    """`huggingface:NAME` or `provider:model`; empty: the bundled engine, or the same model where it has no wheel."""

    database_url: str = ""
    """The catalogue; empty: SQLite under `home`."""

    chroma_url: str = ""
    """A Chroma server for the vectors, as http://HOST:PORT; empty: they are in files under `home`."""

    chat_model: str = ""
    """`provider:model` as LangChain's init_chat_model takes it; empty: answers are quotes."""

    chat_base_url: str = ""
    """A server that speaks OpenAI's protocol, or the provider's own elsewhere; empty: the provider's address."""

    chat_api_key: SecretStr = SecretStr("")
    """Empty: the provider's own variable, OPENAI_API_KEY and the like."""

    chat_context: Annotated[int, Field(ge=1_000)] = 16_000
    """Tokens of passages that a prompt may hold."""

    chat_output: Annotated[int, Field(ge=1)] = 2_000
    """Tokens that a reply may have."""

    chat_temperature: Annotated[float | None, Field(ge=0, le=2)] = None
    """None: the provider's default."""

    chat_connect_timeout: Annotated[float, Field(gt=0)] = 3
    chat_read_timeout: Annotated[float, Field(gt=0)] = 8
    chat_total_timeout: Annotated[float, Field(gt=0)] = 18
    """Seconds: to connect, between two pieces of a reply, and for all that a model does for one answer."""

    chat_pause: Annotated[float, Field(gt=0)] = 30
    """Seconds that a model is left alone after failing five times in a row."""

    chat_checking: Literal["strict", "marked"] = "strict"
    """Whether statements that the documents do not bear out are left out, or shown marked."""

    chat_tokens_per_user: Annotated[int, Field(ge=0)] = 0
    chat_tokens_per_day: Annotated[int, Field(ge=0)] = 0
    """Tokens that one user, and all together, may use in a day (UTC); 0: any number."""

    questions_per_minute: Annotated[int, Field(ge=0)] = 0
    """Questions, points and checks that one user may ask for in a minute; 0: any number."""

    files_per_user: Annotated[int, Field(ge=0)] = 200
    megabytes_per_user: Annotated[int, Field(ge=0)] = 500
    """What one user may add on the Library page and keep, with what waits there to be published; 0: any amount.

    Two hundred reports of a usual 2.5 MB, and more passages by far than one person's documents have been tried with.
    """

    sign_in: Literal["auto", "required"] = "auto"
    """What the app does without a sign-in server in .streamlit/secrets.toml: serves this machine only, or nobody."""

    sign_in_hours: Annotated[float, Field(gt=0)] = 12
    """Hours after which a person signs in again."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much the log says. At no level it has keys; below info other libraries may write what they work on."""

    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Where Prometheus finds figures, on 127.0.0.1; 0: nowhere."""

    access: Path | None = None
    """Who reads, who edits and who is kept out; None: access.toml under `home`."""


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


def outside_setting(name: str) -> str:
    """A setting of another program, such as a provider's key: from the environment, else from .env, else empty."""
    return os.environ.get(name) or _in_file(Path(".env")).get(name) or ""


def _names_in_file(path: Path) -> list[str]:
    return list(_in_file(path))


def _in_file(path: Path) -> dict[str, str | None]:
    from dotenv import dotenv_values

    return dotenv_values(path) if path.is_file() else {}
