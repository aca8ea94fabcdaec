"""Nothing outside is asked: reading a file and answering without a route, each connection traced (P2)."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document

from evals.gold import OWN, PARAPHRASES, read_questions
from tests.conftest import ROOT

CONNECT = re.compile(r"connect\(\d+, \{sa_family=AF_INET6?, (.*?)\}")
LOOPBACK = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "(?:::1|::ffff:127\.)')
TRAPS = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "trap", "LANGCHAIN_TRACING_V2": "true", "DO_NOT_TRACK": "0"}
PIXEL = "http://192.0.2.7/p.png"
PAGE = (
    f"<!DOCTYPE html><html><head><base href='http://192.0.2.7/'><link rel=stylesheet href='{PIXEL}'>"
    f"<meta http-equiv=refresh content='0;url={PIXEL}'><style>@import '{PIXEL}';</style></head><body><article>"
    f"<h1>Quince review</h1><img src='{PIXEL}'><iframe src='{PIXEL}'></iframe><script src='{PIXEL}'></script>"
    "<h2>Harvest</h2><p>The quince harvest rose by 6%.</p></article></body></html>"
)
HOSTILE = (
    "# Orchard review\n\n![pixel](http://192.0.2.7/p.png) <img src='http://192.0.2.7/i.png'> "
    "[more](http://192.0.2.7/)\n\n## Harvest\n\nThe harvest rose by 4%; see http://192.0.2.7/harvest.\n"
)
RISES = [f"How much did the {word} rise?" for word in ("orchard harvest", "quince harvest", "medlar harvest")]


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


def named_elsewhere() -> bytes:
    """A DOCX whose template, picture and link are on another host."""
    document = Document()
    document.add_heading("Medlar review", 1)
    document.add_paragraph("The medlar harvest rose by 9%.")
    for kind in ("attachedTemplate", "image", "hyperlink"):
        document.part.relate_to(PIXEL, f"{_OFFICE}/{kind}", is_external=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_a_connection_outside_would_be_seen(tmp_path: Path) -> None:
    tries = "import socket; s = socket.socket(); s.connect_ex(('192.0.2.7', 80)); s.connect_ex(('127.0.0.1', 9))"
    assert len(connects(tmp_path, tmp_path, "-c", tries)) == 1


@pytest.mark.case("P2")
def test_reading_and_a_hundred_answers_ask_nobody_outside(bundled_home: Path, tmp_path: Path, record_property) -> None:
    home, paths = tmp_path / "home", [tmp_path / name for name in ("orchard.md", "quince.html", "medlar.docx")]
    shutil.copytree(bundled_home, home)
    for path, data in zip(paths, (HOSTILE.encode(), PAGE.encode(), named_elsewhere()), strict=True):
        path.write_bytes(data)
    assert connects(tmp_path, home, "-m", "ingest", *map(str, paths)) == []
    asked = [one.question for file in (OWN, PARAPHRASES) for one in read_questions(file) if not one.history][:97]
    rows = [{"id": str(n), "question": text} for n, text in enumerate([*asked, *RISES])]
    (tmp_path / "in").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    batch = ("-m", "chat", "ask", "--batch", str(tmp_path / "in"), "--out", str(tmp_path / "out"))
    assert connects(tmp_path, home, *batch) == []
    answers = [json.loads(line) for line in (tmp_path / "out").read_text(encoding="utf-8").splitlines()]
    assert len(answers) == 100
    assert [figure for figure, row in zip(("4%", "6%", "9%"), answers[-3:], strict=True) if figure in row["answer"]]
    record_property("tried", 100)


@pytest.mark.case("P2")
def test_the_page_asks_nobody_but_the_model_configured(bundled_home: Path, tmp_path: Path) -> None:
    """Started, asked with a model on loopback and given hostile files, all in one namespace."""
    shutil.copytree(bundled_home, tmp_path / "home")
    (tmp_path / "quince.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "medlar.docx").write_bytes(named_elsewhere())
    assert connects(tmp_path, tmp_path / "home", "-m", "tests.page_alone", str(tmp_path)) == []
    assert (tmp_path / "ended").read_text() == "answered by model, 2 files read"
