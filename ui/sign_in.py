"""How people sign in: Streamlit's own sign-in by OIDC, as [auth] in .streamlit/secrets.toml has it, or not at all."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from streamlit import config

from ingest.document import Refusal

_NEEDED = ("client_id", "client_secret", "server_metadata_url")


@cache
def is_configured() -> bool:
    """Whether people sign in here. Told once: a file that vanishes later must not make everyone the local user."""
    return bool(_section())


def provider() -> str | None:
    """The one sign-in server where it has a name of its own."""
    section = _section()
    return next((name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value), None)


def secrets() -> list[str]:
    """What must never be written anywhere."""
    section = _section()
    parts = [section, *(value for value in section.values() if isinstance(value, Mapping))]
    return [str(part[name]) for part in parts for name in ("cookie_secret", "client_secret") if part.get(name)]


def check_start(required: bool) -> None:
    """Raises Refusal for a sign-in that nobody could use, and for a server open to others without one."""
    section = _section()
    if not section:
        if required:
            raise Refusal("sign-in-missing")
        address = config.get_option("server.address") or ""
        if not is_loopback(address):
            raise Refusal("open-without-sign-in", address=address or "0.0.0.0")
        return
    own = section.get(provider() or "", section)
    named = own if isinstance(own, Mapping) else section
    missing = [name for name in ("redirect_uri", "cookie_secret") if not section.get(name)]
    missing += [name for name in _NEEDED if not named.get(name)]
    if missing:
        raise Refusal("sign-in-incomplete", names=", ".join(missing))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _section() -> Mapping[str, object]:
    """[auth] of the files that Streamlit reads. Raises Refusal for one that is no TOML: it may hold a sign-in."""
    section: dict[str, object] = {}
    for name in config.get_option("secrets.files"):
        path = Path(name)
        if path.is_file():
            try:
                section |= tomllib.loads(path.read_text(encoding="utf-8")).get("auth", {})
            except (OSError, UnicodeError, tomllib.TOMLDecodeError):
                raise Refusal("sign-in-unreadable", file=path.name) from None
    return section
