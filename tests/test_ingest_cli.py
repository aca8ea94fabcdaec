"""python -m ingest: what it prints, with which exit status, and what it leaves alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ingest.__main__ as door
from tests.bigrams import NAME, Bigrams
from tests.conftest import DATA, ROOT
from tests.pdf import pdf_file
from vectorstore.build import writer_lock
from vectorstore.catalogue import Catalogue

LANES = "# Lanes\n\n2025-09-03\n\nAuthor: A Team\n\n## 1. Ships\n\nFreight fell by 60%.\n\nTable 1: Rates\n"
FEES = "# Fees\n\n## 1. Banks\n\nFees rose.\n"
WORK = """id = "lanes"
[titles]
en = "Lanes"
zh-Hant = "航道"
[[editions]]
lang = "en"
kind = "digest"
file = "en.md"
[[editions]]
lang = "zh-Hant"
kind = "digest"
file = "zh.txt"
"""
CHINESE = "航道\n\n2025-09-03\n\n一、航運\n\n運價下跌了六成,業界虧損。\n\n二、銀行\n\n利差守住了,銀行獲利。\n"
CHINESE = CHINESE.replace("\n", "\r\n")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a small corpus, the tiny embedding model, and no settings of the developer's."""
    for name in [name for name in os.environ if name.upper().startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTNOTE_CORPUS", "corpus")
    monkeypatch.setattr(door, "default_embedding", lambda: NAME)
    monkeypatch.setattr(door, "embedding_model", lambda _: Bigrams())
    work = tmp_path / "corpus" / "lanes"
    work.mkdir(parents=True)
    (work / "work.toml").write_text(WORK, encoding="utf-8")
    (work / "en.md").write_text(LANES, encoding="utf-8")
    (work / "zh.txt").write_bytes(b"\xef\xbb\xbf" + CHINESE.encode())
    (tmp_path / "fees.md").write_text(FEES, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:  # noqa: ARG001
    """Runs the command; gives its status, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = door.main(arguments)
        out, err = capsysbinary.readouterr()
        return status, out.decode(), err.decode()

    return run


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the state of the first test that needs an index is kept for those after it."""
    return tmp_path_factory.mktemp("indexed") / "var"


@pytest.fixture
def indexed(run: Run, folder: Path, template: Path) -> Path:
    """The working directory with its corpus indexed: once, then copied, for the corpus is the same in each test."""
    if template.exists():
        shutil.copytree(template, folder / "var")
    else:
        run()
        shutil.copytree(folder / "var", template)
    return folder


def live(folder: Path) -> str | None:
    catalogue = Catalogue.at(folder / "var")
    record = catalogue.live_build()
    catalogue.close()
    return record and record.id


def editions(run: Run) -> list[str]:
    status, out, _ = run("--list", "--json")
    assert status == 0
    return [f"{row['work']}/{row['edition']}" for row in json.loads(out)]


def check_refused(answer: tuple[int, str, str], *words: str) -> None:
    """That a run ended with status 2, nothing on stdout and one sentence on stderr that has the words."""
    status, out, err = answer
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert [word for word in words if word not in err] == []


# Indexing


def test_the_corpus_is_indexed_once(run: Run, folder: Path) -> None:
    assert run() == (0, "", "Indexed 2 editions of 1 works: 12 passages.\n")
    build = live(folder)
    assert run() == (0, "", "Nothing has changed: 2 editions of 1 works are indexed.\n")
    assert live(folder) == build
    assert sorted(path.name for path in folder.iterdir()) == ["corpus", "fees.md", "var"]


def test_a_changed_corpus_is_indexed_again(run: Run, indexed: Path) -> None:
    build = live(indexed)
    path = indexed / "corpus/lanes/en.md"
    path.write_text(path.read_text().replace("60%", "61%"))
    status, _, err = run()
    assert (status, err.split()[0]) == (0, "Indexed")
    assert live(indexed) != build


def test_json_is_one_value_with_a_row_for_each_edition(run: Run) -> None:
    for arguments in (["--json"], ["--json"], ["--list", "--json"], ["fees.md", "--json"]):
        status, out, _ = run(*arguments)
        assert status == 0
        rows = json.loads(out)
        assert rows[0] | {"sections": 6} == {
            "work": "fees" if "fees.md" in arguments else "lanes",
            "edition": "en-original" if "fees.md" in arguments else "en-digest",
            "lang": "en",
            "kind": "original" if "fees.md" in arguments else "digest",
            "title": "Fees" if "fees.md" in arguments else "Lanes",
            "author": "",
            "date": None,
            "private_to": None,
            "file": "fees.md" if "fees.md" in arguments else "en.md",
            "sections": 6,
            "furniture": [],
            "without_body": [] if "fees.md" in arguments else ["table-1"],
            "state": "ready",
            "losses": [],
        }
        assert [row["edition"] for row in rows][-2:] == ["en-digest", "zh-Hant-digest"]


def test_an_empty_library_lists_nothing(run: Run) -> None:
    assert run("--list", "--json") == (0, "[]\n", "")
    assert run("--list") == (0, "", "")


@pytest.mark.usefixtures("indexed")
def test_the_list_for_people_has_one_line_for_each_edition(run: Run) -> None:
    status, out, err = run("--list")
    assert (status, err) == (0, "")
    assert [line.split("\t") for line in out.splitlines()] == [
        ["lanes/en-digest", "7 sections", "en.md", "Lanes"],
        ["lanes/zh-Hant-digest", "7 sections", "zh.txt", "航道"],
    ]


# Adding


def test_a_file_is_added_beside_the_corpus(run: Run) -> None:
    status, out, err = run("fees.md")
    assert (status, out) == (0, "")
    assert err.splitlines() == [
        "fees.md is a new work: fees, 4 sections, en.",
        "Indexed 3 editions of 2 works: 15 passages.",
    ]
    assert editions(run) == ["fees/en-original", "lanes/en-digest", "lanes/zh-Hant-digest"]
    assert run()[0] == 0
    assert "fees/en-original" in editions(run)


def test_the_original_of_a_bundled_digest_is_recognized(run: Run, folder: Path) -> None:
    (folder / "download.txt").write_bytes(f"{CHINESE}\n".encode("utf-16"))
    status, _, err = run("download.txt")
    assert status == 0
    assert err.startswith("download.txt is the original of Lanes: 7 of 7 anchors agree.")
    assert "lanes/zh-Hant-original" in editions(run)


@pytest.mark.case("S6")
def test_a_file_added_again_replaces_itself(run: Run, folder: Path) -> None:
    run("fees.md")
    (folder / "fees.md").write_text(FEES.replace("rose", "fell"))
    assert run("fees.md")[0] == 0
    assert editions(run).count("fees/en-original") == 1
    assert "Fees fell." in run("--text", "fees/en-original")[1]


def test_flags_say_what_a_file_is(run: Run) -> None:
    arguments = ("--work", "tariffs", "--kind", "translation", "--lang", "zh-Hans", "--title", "Tariffs", "--json")
    _, out, _ = run("fees.md", *arguments)
    row = next(row for row in json.loads(out) if row["work"] == "tariffs")
    assert (row["edition"], row["title"]) == ("zh-Hans-translation", "Tariffs")


def test_a_folder_with_a_work_file_is_one_work(run: Run, folder: Path) -> None:
    (folder / "corpus").rename(folder / "elsewhere")
    assert run("elsewhere/lanes")[0] == 0
    assert editions(run) == ["lanes/en-digest", "lanes/zh-Hant-digest"]


# A folder at once


def test_a_folder_is_taken_file_by_file_and_a_bad_one_harms_none(run: Run, indexed: Path) -> None:
    shelf = indexed / "shelf"
    (shelf / "deeper").mkdir(parents=True)
    (shelf / "fees.md").write_text(FEES)
    (shelf / "bad.txt").write_bytes("營收大增".encode() + b"\xff\xfe\x00")
    (shelf / "page.html").write_text("<html><body><h1>Dues</h1><h2>1. Ports</h2><p>Dues rose.</p></body></html>")
    (shelf / "deeper" / "note.txt").write_text("Tolls fell.\n\ue000\U000e0041\U000e0042\n")
    (shelf / ".hidden.md").write_text(FEES)
    status, out, err = run("shelf", "--json")
    assert status == 1
    rows = {row["file"]: row for row in json.loads(out)}
    states = {"fees.md": "ready", "page.html": "ready", "note.txt": "ready-with-loss", "bad.txt": "refused"}
    assert {file: rows[file]["state"] for file in states} == states
    assert rows["bad.txt"]["reason"] == "file-encoding"
    assert "Invisible characters" in rows["note.txt"]["losses"][0]
    assert "4 files: 2 ready, 1 ready with a named loss, 1 refused." in err
    assert ".hidden.md" not in rows


def test_unchanged_files_are_not_read_again(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "shelf").mkdir()
    (folder / "shelf" / "fees.md").write_text(FEES)
    run("shelf")
    monkeypatch.setattr("vectorstore.library.parse_file", lambda *_, **__: pytest.fail("read again"))
    status, _, err = run("shelf")
    assert status == 0
    assert err.startswith("Nothing has changed")
    assert run()[2].startswith("Nothing has changed")


def write_pair(folder: Path, english: str = "outlook.en.md", chinese: str = "outlook.zh.txt") -> None:
    """A report in two languages, whose outlines differ."""
    folder.mkdir(exist_ok=True)
    (folder / english).write_text(LANES.replace("# Lanes", "# Sea lanes"))
    (folder / chinese).write_text(CHINESE.replace("航道", "海上航道"))


def new_editions(run: Run) -> list[str]:
    return [edition for edition in editions(run) if not edition.startswith("lanes/")]


def test_two_languages_of_one_name_are_one_work_of_that_name(run: Run, folder: Path) -> None:
    write_pair(folder / "pair")
    status, _, err = run("pair", "--json")
    assert status == 0
    assert "outlook.zh.txt is the zh-Hant edition of outlook, by" in err
    assert new_editions(run) == ["outlook/en-original", "outlook/zh-Hant-translation"]


def test_a_changed_file_of_a_pair_is_taken_for_the_one_that_it_was(run: Run, folder: Path) -> None:
    write_pair(folder / "pair")
    run("pair")
    (folder / "pair" / "outlook.en.md").write_text("# Another title\n\n## 1. Ships\n\nFreight rose.\n")
    run("pair/outlook.en.md")
    assert new_editions(run) == ["outlook/en-original", "outlook/zh-Hant-translation"]
    assert "Freight rose." in run("--text", "outlook/en-original")[1]


def test_a_pair_whose_name_another_work_has_keeps_the_whole_name(run: Run, folder: Path) -> None:
    (folder / "outlook.md").write_text(FEES)
    run("outlook.md")
    write_pair(folder / "pair")
    assert run("pair")[0] == 0
    assert new_editions(run) == ["outlook/en-original", "outlook-en/en-original", "outlook-en/zh-Hant-translation"]


def test_a_pair_that_was_named_after_its_first_file_keeps_that_name(run: Run, folder: Path) -> None:
    write_pair(folder / "pair")
    run("pair/outlook.en.md")
    (folder / "pair" / "outlook.en.md").write_text("# Another title\n\n## 1. Ships\n\nFreight rose.\n")
    run("pair")
    assert new_editions(run) == ["outlook-en/en-original", "outlook-en/zh-Hant-translation"]


# Refusals leave everything as it was


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bad.txt"], ["bad.txt", "UTF-8"]),
        (["missing.md"], ["missing.md"]),
        (["nothing"], ["nothing", "no files"]),
        (["wrong"], ["work.toml", "titles"]),
        (["fees.md", "lanes.md", "--lang", "en"], ["--lang"]),
        (["--remove", "nosuch"], ["nosuch"]),
        (["--remove", "lanes/en-original"], ["lanes/en-original"]),
        (["--text", "lanes/en-original"], ["lanes/en-original"]),
        (["--text", "lanes"], ["lanes"]),
        (["--outline", "bad.txt"], ["bad.txt"]),
        (["lanes.md"], ["lanes.md", "--work"]),
        (["lanes.md", "--work", "a/b"], ["a/b", "hyphens"]),
    ],
    ids=" ".join,
)
def test_a_refusal_changes_nothing(run: Run, indexed: Path, arguments: list[str], words: list[str]) -> None:
    (indexed / "bad.txt").write_bytes("營收大增".encode() + b"\xff\xfe\x00")
    (indexed / "lanes.md").write_text("# Other\n\n## 1. Lanes\n\nText.\n")
    (indexed / "nothing").mkdir()
    (indexed / "wrong").mkdir()
    (indexed / "wrong/work.toml").write_text('id = "wrong"\neditions = []\n')
    before = live(indexed), editions(run)
    shown = run(*arguments)
    check_refused((shown[0], shown[1], shown[2].splitlines(keepends=True)[-1]), *words)
    assert (live(indexed), editions(run)) == before


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [("sesame", 0, "secret.pdf"), ("", 2, "protected by a password"), ("other", 2, "does not open secret.pdf")],
)
def test_a_protected_pdf_is_opened_by_the_password_of_a_variable(
    run: Run, indexed: Path, monkeypatch: pytest.MonkeyPatch, given: str, status: int, said: str
) -> None:
    (indexed / "secret.pdf").write_bytes(pdf_file(["Quayside fees rose by 7%."], password="sesame"))
    if given:
        monkeypatch.setenv("PDF_PASSWORD", given)
    ended, out, err = run("secret.pdf", *(["--password-env", "PDF_PASSWORD"] if given else []))
    assert ended == status
    assert said in out + err
    assert ("secret" in run("--list")[1]) == (status == 0)


def test_an_unknown_setting_is_refused_by_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_HOEM", "elsewhere")
    check_refused(run("--list"), "FOOTNOTE_HOEM")


def test_an_unknown_setting_in_a_file_is_refused_by_name(run: Run, folder: Path) -> None:
    (folder / ".env").write_text("FOOTNOTE_EMBEDDINGS=x\nOTHER=1\n")
    check_refused(run("--list"), "FOOTNOTE_EMBEDDINGS")


def test_the_settings_example_loads_as_it_is(run: Run, folder: Path) -> None:
    (folder / ".env").write_text((ROOT / ".env.example").read_text())
    assert run("--list") == (0, "", "")


@pytest.mark.case("S5")
def test_a_second_writer_is_refused_and_may_still_read(run: Run, indexed: Path) -> None:
    with writer_lock(indexed / "var"):
        check_refused(run("fees.md"), "Another process")
        check_refused(run(), "Another process")
        assert editions(run) == ["lanes/en-digest", "lanes/zh-Hant-digest"]
        assert run("--text", "lanes/en-digest")[0] == 0


@pytest.mark.parametrize("arguments", [["--list", "--remove", "x"], ["--kind", "copy", "fees.md"], ["--nosuch"]])
def test_wrong_flags_are_a_usage_error(run: Run, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2


# Taking out


def test_an_edition_then_the_whole_work_is_taken_out(run: Run) -> None:
    run("fees.md")
    assert run("--remove", "lanes/en-digest")[0] == 0
    assert editions(run) == ["fees/en-original", "lanes/zh-Hant-digest"]
    assert run("--remove", "lanes")[0] == 0
    assert editions(run) == ["fees/en-original"]
    assert run("--remove", "fees")[0] == 0
    assert editions(run) == []


# Printing


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize(("name", "text"), [("lanes/en-digest", LANES), ("lanes/zh-Hant-digest", CHINESE)])
def test_text_is_printed_to_the_last_character(run: Run, name: str, text: str) -> None:
    assert run("--text", name) == (0, text, "")


def test_an_outline_builds_nothing(run: Run, folder: Path) -> None:
    status, out, err = run("--outline", str(DATA / "second-report.zh-Hant.txt"), "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == json.loads((DATA / "second-report.outline.json").read_text(encoding="utf-8"))
    assert not (folder / "var").exists()


def test_an_outline_for_people_is_indented(run: Run) -> None:
    assert run("--outline", "corpus/lanes/en.md") == (
        0,
        "0  Lanes\n  0.title  Lanes\n  0.date  2025-09-03\n  0.author  Author: A Team\n"
        "1  Ships\n  1.p1  Freight fell by 60%\n  table-1  Rates\nleft out: lines none\n",
        "",
    )


# Mending and settings


def test_a_damaged_index_is_mended_by_the_flag_that_the_refusal_names(run: Run, indexed: Path) -> None:
    build = live(indexed)
    (indexed / f"var/builds/{build}/vectors/chroma.sqlite3").unlink()
    assert run()[2].startswith("Nothing has changed")
    assert run("--rebuild")[0] == 0
    assert live(indexed) != build


def test_home_and_catalogue_go_where_the_settings_say(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", "library")
    monkeypatch.setenv("FOOTNOTE_DATABASE_URL", f"sqlite:///{folder / 'catalogue.db'}")
    assert run()[0] == 0
    assert (folder / "catalogue.db").exists()
    assert {path.name for path in (folder / "library").iterdir()} == {"builds", "writer.lock"}
    assert not (folder / "var").exists()


# Backup and restore


@pytest.mark.case("S8")
def test_a_library_comes_back_from_its_backup(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("fees.md")
    listed = run("--list", "--json")[1]
    status, _, told = run("--backup", "library.backup")
    assert status == 0
    assert "library.backup" in told
    monkeypatch.setenv("FOOTNOTE_HOME", str(folder / "another"))
    assert run("--restore", "library.backup")[0] == 0
    assert run("--list", "--json")[1] == listed
    status, _, told = run("--restore", "library.backup")
    assert (status, "FOOTNOTE_HOME" in told) == (2, True)


# As a process


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--outline", "corpus/lanes/zh.txt", "--json"], 0), (["--text", "x/y"], 2)],
    ids=["outline", "unknown edition"],
)
def test_the_command_ends_with_its_status(folder: Path, arguments: list[str], status: int) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "ingest", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) == (status == 0)
    if status == 0:
        assert json.loads(done.stdout)["sections"]
