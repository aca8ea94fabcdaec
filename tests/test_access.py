"""Who comes in, and as what: claims of a sign-in against access.toml, the clock and the sign-ins that were ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit import config

from chat.access import ACCESS_FILE, Access, Claims, Person, Rules
from chat.ended import EndedSignIns
from ingest.document import Refusal
from tests.sign_in_server import write_secrets
from ui import sign_in

NOW = 1_800_000_000.0
ANN: Claims = {
    "is_logged_in": True,
    "iss": "https://id.example.org",
    "sub": "ann",
    "iat": int(NOW) - 60,
    "nonce": "n1",
    "email": "Ann@Example.org",
    "email_verified": True,
    "groups": ["desk", "floor-3"],
    "name": "Ann",
}
OWNER = "https://id.example.org|ann"


@pytest.fixture
def access(tmp_path: Path) -> Iterator[Access]:
    ended = EndedSignIns(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
    found = Access(tmp_path / ACCESS_FILE, ended, hours=12, now=lambda: NOW)
    yield found
    found.close()


def refused(access: Access, claims: Claims) -> str:
    with pytest.raises(Refusal) as caught:
        access.admit(claims)
    return caught.value.key


@pytest.mark.parametrize(
    ("rules", "claims", "role"),
    [
        (Rules(), ANN, "reader"),
        (Rules(editors=("ann@example.org",)), ANN, "editor"),
        (Rules(editors=("*@example.org",)), ANN, "editor"),
        (Rules(editors=("*@ample.org",)), ANN, "reader"),
        (Rules(editors=("groups=desk",)), ANN, "editor"),
        (Rules(editors=("groups=des",)), ANN, "reader"),
        (Rules(editors=("sub=ann",)), ANN, "editor"),
        (Rules(editors=("ann@example.org",)), {**ANN, "email_verified": False}, "reader"),
        (Rules(editors=("ann@example.org",)), {k: v for k, v in ANN.items() if k != "email_verified"}, "reader"),
        (Rules(editors=("ann@example.org",)), {**ANN, "email_verified": "true"}, "reader"),
        (Rules(editors=("ann@example.org",)), {**ANN, "email": ["ann@example.org"]}, "reader"),
        (Rules(readers=("ben@example.org",)), ANN, None),
        (Rules(readers=(), editors=("sub=ann",)), ANN, "editor"),
        (Rules(readers=()), ANN, None),
        (Rules(editors=("sub=ann",), blocked=("*@example.org",)), ANN, None),
        (Rules(editors=("missing=None",)), {**ANN, "missing": None}, "reader"),
    ],
)
def test_a_role_is_what_the_rules_say_of_the_claims(rules: Rules, claims: Claims, role: str | None) -> None:
    assert rules.role(claims) == role


def test_the_owner_stays_whatever_name_and_address_become(access: Access) -> None:
    assert access.admit(ANN) == Person(OWNER, "reader", "Ann")
    assert access.admit({**ANN, "name": "", "email": "a@b.example", "iat": NOW}).owner == OWNER


@pytest.mark.case("A5")
@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"is_logged_in": False},
        {**ANN, "is_logged_in": "true"},
        {**ANN, "is_logged_in": 1},
        {**ANN, "sub": ""},
        {**ANN, "sub": None},
        {**ANN, "sub": 7},
        {**ANN, "iss": ""},
        {k: v for k, v in ANN.items() if k != "iss"},
    ],
)
def test_who_has_not_signed_in_is_nobody(access: Access, claims: Claims) -> None:
    assert refused(access, claims) == "sign-in-first"


@pytest.mark.case("A5")
@pytest.mark.parametrize(
    ("since", "lasts"), [(NOW - 12 * 3600 + 1, True), (NOW - 12 * 3600 - 1, False), (None, False), ("1", False)]
)
def test_a_sign_in_lasts_its_hours(access: Access, since: object, lasts: bool) -> None:
    claims = {**ANN, "iat": since}
    if lasts:
        assert access.admit(claims).owner == OWNER
    else:
        assert refused(access, claims) == "sign-in-expired"


@pytest.mark.case("A5")
def test_an_ended_sign_in_stays_ended_in_every_process_and_the_next_one_holds(access: Access, tmp_path: Path) -> None:
    access.end(ANN)
    access.end(ANN)
    assert refused(access, ANN) == "sign-in-ended"
    other = Access(tmp_path / ACCESS_FILE, EndedSignIns(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}"), 12, lambda: NOW)
    assert refused(other, ANN) == "sign-in-ended"
    assert other.admit({**ANN, "nonce": "n2"}).owner == OWNER
    other.close()


@pytest.mark.case("A5")
def test_the_rules_are_read_again_when_they_have_changed(access: Access, tmp_path: Path) -> None:
    path = tmp_path / ACCESS_FILE
    roles = []
    for text in ("", 'editors = ["sub=ann"]', 'editors = ["sub=ann"]\nblocked = ["sub=ann"]', 'readers = ["sub=ann"]'):
        path.write_text(text, encoding="utf-8")
        try:
            roles.append(access.admit(ANN).role)
        except Refusal as refusal:
            roles.append(refusal.key)  # type: ignore[arg-type]
    assert roles == ["reader", "editor", "not-admitted", "reader"]


@pytest.mark.parametrize(
    "text",
    [
        "editors = [",
        'editors = "ann@example.org"',
        "editors = [7]",
        'editor = ["a@b.example"]',
        'editors = ["ann"]',
        "\0",
    ],
)
def test_a_list_that_cannot_be_read_lets_nobody_in(access: Access, tmp_path: Path, text: str) -> None:
    (tmp_path / ACCESS_FILE).write_text(text, encoding="utf-8")
    assert refused(access, ANN) == "access-unreadable"


# How the server starts


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, object]:
    """Streamlit's options, as a test changes them."""
    options: dict[str, object] = {"server.address": "127.0.0.1", "secrets.files": [str(tmp_path / "secrets.toml")]}
    monkeypatch.setattr(config, "get_option", options.__getitem__)
    return options


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_without_sign_in_the_app_serves_this_machine(configured: dict[str, object], address: str) -> None:
    configured["server.address"] = address
    sign_in.check_start(required=False)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.7", "", None, "desk.example.org"])
def test_without_sign_in_the_app_serves_no_other_address(configured: dict[str, object], address: str | None) -> None:
    configured["server.address"] = address
    with pytest.raises(Refusal, match="this machine only"):
        sign_in.check_start(required=False)


def test_with_sign_in_it_serves_any_address(configured: dict[str, object], tmp_path: Path) -> None:
    write_secrets(tmp_path, "https://id.example.org")
    configured["server.address"] = "0.0.0.0"
    sign_in.check_start(required=True)


@pytest.mark.parametrize("name", ["redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url"])
def test_a_sign_in_that_nobody_could_use_is_told_at_the_start(
    configured: dict[str, object],  # noqa: ARG001 - the options are read
    tmp_path: Path,
    name: str,
) -> None:
    write_secrets(tmp_path, "https://id.example.org", **{name: ""})
    with pytest.raises(Refusal, match=name):
        sign_in.check_start(required=False)


def test_a_sign_in_that_is_required_and_missing_is_told_at_the_start(configured: dict[str, object]) -> None:  # noqa: ARG001
    with pytest.raises(Refusal, match="FOOTNOTE_SIGN_IN"):
        sign_in.check_start(required=True)


def test_secrets_that_cannot_be_read_are_not_taken_for_none(configured: dict[str, object], tmp_path: Path) -> None:  # noqa: ARG001
    (tmp_path / "secrets.toml").write_text("[auth\n", encoding="utf-8")
    with pytest.raises(Refusal, match="TOML"):
        sign_in.check_start(required=False)
