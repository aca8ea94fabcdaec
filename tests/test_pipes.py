"""Commands whose reader goes away end quietly."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ingest.pipes import ENDED
from tests.conftest import ROOT

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("command", "statuses"),
    [
        ("ingest --outline corpus/triple-game/en.md", {ENDED}),
        ("chat --help", {0, ENDED}),  # argparse passes over what it cannot write, where nothing is buffered
        ("evals --help", {0, ENDED}),
    ],
)
def test_a_command_whose_reader_has_gone_ends_without_a_word(command: str, statuses: set[int]) -> None:
    arguments = [sys.executable, "-m", *command.split()]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()
    assert said == ""
    assert process.returncode in statuses
