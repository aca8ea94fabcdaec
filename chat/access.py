"""Who may come in, and as what: a person from the claims of the server-side sign-in, checked at every action.

Roles stand in access.toml, which is read again when it has changed; so a person who is blocked or made a reader is
one at the next thing they do, whatever their browser holds. A sign-in that was ended on one page has ended on all.
"""

from __future__ import annotations

import hashlib
import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chat.ended import EndedSignIns
from chat.settings import Settings
from ingest.document import Refusal
from vectorstore.catalogue_database import database_url

Role = Literal["reader", "editor"]
Claims = Mapping[str, object]
"""What the sign-in server says of a person, signed, as st.user has it: `iss`, `sub`, `iat`, `email` …"""

ACCESS_FILE = "access.toml"
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts. `owner` is what their conversations belong to: stable, whatever their name or address becomes."""

    owner: str
    role: Role
    name: str = ""

    @property
    def edits(self) -> bool:
        return self.role == "editor"


LOCAL = Person("local", "editor")
"""The one person where nobody signs in."""


@dataclass(frozen=True, slots=True)
class Rules:
    """access.toml: who reads (None: everyone who can sign in), who edits, who is kept out.

    An entry is an address (`ann@example.org`), all addresses of a domain (`*@example.org`), or a claim and its value
    (`groups=desk`, `sub=…`).
    """

    readers: tuple[str, ...] | None = None
    editors: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()

    def role(self, claims: Claims) -> Role | None:
        """None for who is not let in."""
        if _any(self.blocked, claims):
            return None
        if _any(self.editors, claims):
            return "editor"
        return "reader" if self.readers is None or _any(self.readers, claims) else None


def read_rules(path: Path) -> Rules:
    """The rules of a file; without one everyone who can sign in reads and nobody edits.

    Raises Refusal for a file that cannot be read or has anything else in it: then nobody is let in.
    """
    if not path.exists():
        return Rules()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError):
        raise Refusal("access-unreadable") from None
    if set(found) - {"readers", "editors", "blocked"} or not all(_is_list(entries) for entries in found.values()):
        raise Refusal("access-unreadable")
    readers = tuple(found["readers"]) if "readers" in found else None
    return Rules(readers, tuple(found.get("editors", ())), tuple(found.get("blocked", ())))


class Access:
    """Decides at each action who acts. One for all, in every process alike."""

    def __init__(self, rules: Path, ended: EndedSignIns, hours: float, now: Callable[[], float] = time.time) -> None:
        self._path = rules
        self._ended = ended
        self._hours = hours
        self._now = now
        self._lock = threading.Lock()
        self._known: tuple[object, Rules] | None = None

    @classmethod
    def at(cls, settings: Settings) -> Access:
        """As the settings have it."""
        rules = settings.access or settings.home / ACCESS_FILE
        ended = EndedSignIns(database_url(settings.home, settings.database_url))
        return cls(rules, ended, settings.sign_in_hours)

    def close(self) -> None:
        self._ended.close()

    def admit(self, claims: Claims) -> Person:
        """The person with these claims, as what they are now.

        Raises Refusal for who has not signed in, whose sign-in is too old or was ended, and who is not let in.
        """
        issuer, subject = claims.get("iss"), claims.get("sub")
        if claims.get("is_logged_in") is not True or not _is_text(issuer) or not _is_text(subject):
            raise Refusal("sign-in-first")
        since = claims.get("iat")
        if not isinstance(since, int | float) or self._now() - since > self._hours * _HOUR:
            raise Refusal("sign-in-expired")
        if self._ended.has(_sign_in(claims)):
            raise Refusal("sign-in-ended")
        role = self._rules().role(claims)
        if role is None:
            raise Refusal("not-admitted")
        return Person(f"{issuer}|{subject}", role, str(claims.get("name") or claims.get("email") or subject))

    def end(self, claims: Claims) -> None:
        """Ends a sign-in, in every window and process that still has it. Ending one twice is nothing new."""
        self._ended.add(_sign_in(claims), self._hours * _HOUR)

    def _rules(self) -> Rules:
        try:
            status = self._path.stat()
            state: object = (status.st_mtime_ns, status.st_size, status.st_ino)
        except OSError:
            state = None
        with self._lock:
            if self._known is None or self._known[0] != state:
                self._known = state, read_rules(self._path)
            return self._known[1]


def _any(entries: tuple[str, ...], claims: Claims) -> bool:
    return any(_matches(entry, claims) for entry in entries)


def _matches(entry: str, claims: Claims) -> bool:
    """An address counts only where the sign-in server has verified it: otherwise anyone could name any."""
    claim, equals, value = entry.partition("=")
    if equals:
        found = claims.get(claim.strip())
        return value.strip() in (found if isinstance(found, list) else [found])
    address = claims.get("email")
    if not isinstance(address, str) or claims.get("email_verified") is not True:
        return False
    wanted, address = entry.strip().casefold(), address.strip().casefold()
    return address.endswith(wanted[1:]) if wanted.startswith("*@") else address == wanted


def _sign_in(claims: Claims) -> str:
    """Names one sign-in of one person: the next one has another time and nonce."""
    parts = [str(claims.get(name, "")) for name in ("iss", "sub", "iat", "nonce", "sid", "at_hash")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and ("@" in one or "=" in one) for one in value)
