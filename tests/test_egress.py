"""Nothing outside is asked: reading a file and answering without a route, each connection traced (P2)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evals.gold import OWN, PARAPHRASES, read_questions
from tests.conftest import ROOT

CONNECT = re.compile(r"connect\(\d+, \{sa_family=AF_INET6?, (.*?)\}")
LOOPBACK = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "(?:::1|::ffff:127\.)')
TRAPS = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "trap", "LANGCHAIN_TRACING_V2": "true", "DO_NOT_TRACK": "0"}
HOSTILE = (
    "# Orchard review\n\n![pixel](http://192.0.2.7/p.png) <img src='http://192.0.2.7/i.png'> "
    "[more](http://192.0.2.7/)\n\n## Harvest\n\nThe harvest rose by 4%; see http://192.0.2.7/harvest.\n"
)


@pytest.fixture(scope="module", autouse=True)
def _can_be_traced() -> None:
    names = [name for name in ("unshare", "strace", "ip") if not shutil.which(name)]
    if names or subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        pytest.skip(f"no network namespace can be made and traced here: {', '.join(names) or 'unshare is not allowed'}")


def connects(folder: Path, home: Path, *arguments: str) -> list[str]:
    """The addresses outside loopback that a Python command tries, in a namespace with loopback alone."""
    log = folder / "connects"
    traced = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect", "-o", str(log), sys.executable, *arguments]
    inside = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *traced]
    kept = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    done = subprocess.run(
        inside, cwd=ROOT, env={**kept, **TRAPS, "FOOTNOTE_HOME": str(home)}, capture_output=True, timeout=280
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return [to for to in CONNECT.findall(log.read_text()) if not LOOPBACK.search(to)]


def test_a_connection_outside_would_be_seen(tmp_path: Path) -> None:
    tries = "import socket; s = socket.socket(); s.connect_ex(('192.0.2.7', 80)); s.connect_ex(('127.0.0.1', 9))"
    assert len(connects(tmp_path, tmp_path, "-c", tries)) == 1


@pytest.mark.case("P2")
def test_reading_and_a_hundred_answers_ask_nobody_outside(bundled_home: Path, tmp_path: Path, record_property) -> None:
    path = tmp_path / "orchard.md"
    path.write_text(HOSTILE, encoding="utf-8")
    assert connects(tmp_path, bundled_home, "-m", "ingest", str(path)) == []
    asked = [one.question for file in (OWN, PARAPHRASES) for one in read_questions(file) if not one.history][:99]
    rows = [{"id": str(n), "question": text} for n, text in enumerate([*asked, "How much did the harvest rise?"])]
    (tmp_path / "in").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    batch = ("-m", "chat", "ask", "--batch", str(tmp_path / "in"), "--out", str(tmp_path / "out"))
    assert connects(tmp_path, bundled_home, *batch) == []
    answers = [json.loads(line) for line in (tmp_path / "out").read_text(encoding="utf-8").splitlines()]
    assert len(answers) == 100
    assert "4%" in answers[-1]["answer"]
    record_property("tried", 100)
