"""Names as paths (A7): sixty of them lead out of no folder, and links in a folder are not followed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.work_file import WORK_ID
from vectorstore.descriptions import private_name
from vectorstore.intake import Intake
from vectorstore.library import Shelf
from vectorstore.uploads import Upload, drop_upload, safe_name, save_uploads

pytestmark = pytest.mark.case("A7")

UP = (
    "../x.md",
    "../../etc/passwd",
    "..",
    "../",
    "./..",
    "a/../../b.md",
    "....//x.md",
    "..;/x.md",
    "..\\x.md",
    "..\\..\\x",
)
ABSOLUTE = (
    "/etc/passwd",
    "//etc/passwd",
    "/",
    "/abs/report.md",
    "C:\\x.md",
    "C:x.md",
    "c:/x.md",
    "\\x.md",
    "~/x.md",
    "~root/x",
)
REMOTE = (
    "\\\\host\\share\\a.md",
    "//host/share/a.md",
    "\\\\?\\C:\\a.md",
    "\\\\.\\pipe\\a",
    "file:///etc/passwd",
    "http://h/x.md",
)
ENCODED = (
    "%2e%2e%2fx.md",
    "%2e%2e/x.md",
    "..%2fx.md",
    "..%c0%afx.md",
    "%252e%252e%252fx",
    "..%5cx.md",
    "．．／x.md",
    "‥/x.md",
)
CONTROLS = (
    "a\0b.md",
    "\0",
    "../\0x.md",
    "a\n.md",
    "a\r\nb.md",
    "\u202egpj.exe",
    "a\u200b.md",
    "\ufeff.md",
    "\ud800.md",
    "\x1b[2J.md",
)
DEVICES = ("CON", "con.txt", "NUL.md", "aux", "COM1.pdf", "lpt9.txt", "PRN ")
LONG = ("長" * 300 + ".pdf", "a" * 300, "a." + "b" * 300)
PEOPLE = ("https://id.example.org|ann", "local", "../ann", "uploads", ".", "")
NAMES = (*UP, *ABSOLUTE, *REMOTE, *ENCODED, *CONTROLS, *DEVICES, *LONG, *PEOPLE)


def test_none_of_sixty_names_leads_out_of_its_folder(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    assert len(set(NAMES)) == len(NAMES) >= 60
    home = tmp_path / "home"
    before = everything(tmp_path)
    outside = []
    for name in NAMES:
        (path,) = save_uploads(home, name, [Upload(name, b"Freight fell.")], lambda _, __: None)
        good = path.resolve().parent.parent == (home / "uploads").resolve() and path.name == safe_name(name)
        outside += [] if good and len(path.name.encode()) <= 121 and path.read_bytes() == b"Freight fell." else [name]
        drop_upload(path)
    record_property("tried", len(NAMES))
    record_property("held", len(NAMES) - len(outside))
    assert outside == []
    assert everything(tmp_path) - before == {home, home / "uploads", home / "uploads.lock"}


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    """To a file, to a folder, to the folder itself, to nothing: what they lead to is not read."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.md").write_text("# Key\n\nThe vault opens with quince.\n", encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file.md").symlink_to(secret / "key.md")
    (folder / "inside").symlink_to(secret, target_is_directory=True)
    (folder / "itself").symlink_to(folder, target_is_directory=True)
    (folder / "nothing.md").symlink_to(tmp_path / "gone.md")
    intake = Intake(Shelf({}, {}), lambda texts: [[0.0] for _ in texts])
    states = intake.take([folder])
    assert [(state.state, state.reason.key if state.reason else "") for state in states] == [
        ("refused", "folder-empty")
    ]
    assert intake.shelf.editions == {}


def test_a_private_works_name_cannot_be_guessed() -> None:
    """128 bits in hexadecimal, and still the name of a work."""
    names = {private_name("report" * 20) for _ in range(200)}
    assert len({name[-32:] for name in names}) == 200
    assert all(WORK_ID.fullmatch(name) and re.fullmatch(r"[0-9a-f]{32}", name[-32:]) for name in names)
