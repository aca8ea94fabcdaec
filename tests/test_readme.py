"""What the README shows as typed is what the program prints, on the works that come with it."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from chat.__main__ import main

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
PROMPT = "$ .venv/bin/python -m chat "


def exchanges() -> list[tuple[str, list[str]]]:
    """Each command of the README with the lines below it; "…" stands for lines left out."""
    typed = re.findall(rf"^{re.escape(PROMPT)}(.*)\n((?:(?!\$ |```).*\n)+)", README, re.MULTILINE)
    return [(command, shown.splitlines()) for command, shown in typed]


def test_the_readme_shows_exchanges() -> None:
    assert len(exchanges()) == README.count(PROMPT) >= 4


@pytest.mark.parametrize(("command", "shown"), exchanges())
def test_an_exchange_is_printed_as_shown(
    command: str,
    shown: list[str],
    bundled_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(bundled_home, tmp_path / "home")
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    assert main(shlex.split(command)) == 0
    printed = capsys.readouterr().out.splitlines()
    wanted = [line for line in shown if line.strip() != "…"]
    at = [printed.index(line) for line in wanted]
    assert at == sorted(at)
    if wanted == shown:
        assert at == list(range(len(shown)))
