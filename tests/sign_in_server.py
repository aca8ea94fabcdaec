"""A sign-in server on loopback, a real OIDC provider in a process of its own, and what the app is told of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.served import free_port, wait_for

COOKIE_SECRET = "of-these-tests-only-0123456789abcdef"
PEOPLE = (
    {"sub": "ann", "email": "ann@example.org", "email_verified": True, "name": "Ann <b>Orchard</b>"},
    {"sub": "ben", "email": "ben@example.org", "email_verified": True, "name": "Ben"},
    {"sub": "eve", "email": "ann@example.org", "email_verified": False, "name": "Eve"},
)
"""Eve calls Ann's address hers, which the server has not verified."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in server, and the variables by which an app finds it."""

    url: str
    variables: dict[str, str]


@contextmanager
def sign_in_server(folder: Path) -> Iterator[SignIn]:
    """A provider for the people above, stopped at the end; its settings for Streamlit are written into a folder."""
    port = free_port()
    people = [part for person in PEOPLE for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *people]
    log = folder / "provider.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        try:
            url = f"http://localhost:{port}"
            wait_for(f"{url}/.well-known/openid-configuration", process, log)
            yield SignIn(url, {"STREAMLIT_SECRETS_FILES": str(write_secrets(folder, url))})
        finally:
            process.terminate()
            process.wait(timeout=20)


def write_secrets(folder: Path, url: str, **others: str) -> Path:
    """A secrets.toml that names a provider."""
    path = folder / "secrets.toml"
    values = {
        "redirect_uri": "http://127.0.0.1:{port}/oauth2callback",
        "cookie_secret": COOKIE_SECRET,
        "client_id": "footnote",
        "client_secret": "client-secret-canary",
        "server_metadata_url": f"{url}/.well-known/openid-configuration",
        **others,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if value]
    path.write_text("\n".join(["[auth]", *lines, ""]), encoding="utf-8")
    return path
