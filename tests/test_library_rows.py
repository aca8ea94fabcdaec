"""What the Library page shows of files and works, before a browser draws it."""

from __future__ import annotations

import pytest

from chat.selfcheck import READ_WHOLE
from ingest.document import LANGUAGES, Language
from tests.bigrams import NAME, Bigrams
from tests.test_cautions import HIDDEN, WHOLE, lossy_pdf
from ui.library_rows import self_check, shelf_data, staged_data
from vectorstore.build import Build, open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.intake import Intake
from vectorstore.library import Shelf
from vectorstore.uploads import Staged

ODD = "Cider sales fell from $4.2 million to $2.52 million, a decline of 46%."


@pytest.fixture(scope="module")
def intake(tmp_path_factory) -> Intake:
    """Four files: whole, with losses, broken, and one with a percentage that its figures do not give."""
    folder = tmp_path_factory.mktemp("rows")
    (folder / "orchards.md").write_text(WHOLE, encoding="utf-8")
    lossy_pdf(folder / "ferries.pdf", folder)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "cider.md").write_text(f"# Cider\n\n## 1. Sales\n\n{ODD}\n\n## 2. Trees\n\nThey grew.\n")
    found = Intake(Shelf({}, {}), Bigrams().embed_documents)
    found.take([folder / name for name in ("orchards.md", "ferries.pdf", "broken.pdf", "cider.md")])
    return found


@pytest.fixture(scope="module")
def build(intake: Intake, tmp_path_factory) -> Build:
    home = tmp_path_factory.mktemp("rows-home")
    catalogue = Catalogue.at(home)
    publish_build(home, catalogue, NAME, Bigrams, intake.shelf.works, list(intake.shelf.editions.values()))
    return open_build(home, catalogue)


@pytest.mark.parametrize(
    ("language", "labels", "lost"),
    [
        ("en", ["Ready", "Ready, but not all of it", "Refused"], "Pages without text"),
        ("zh-Hant", ["就緒", "就緒，但有缺漏", "未採用"], "沒有文字的頁"),
        ("zh-Hans", ["就绪", "就绪，但有缺漏", "未采用"], "没有文字的页"),
    ],
)
def test_each_file_is_shown_in_its_one_state_with_what_was_lost(
    intake: Intake, language: Language, labels: list[str], lost: str
) -> None:
    whole, lossy, broken = (
        staged_data(Staged(str(n), state), None, Shelf({}, {}), language) for n, state in enumerate(intake.states[:3])
    )
    assert [row["label"] for row in (whole, lossy, broken)] == labels
    assert whole["losses"] == broken["losses"] == []
    assert any(lost in loss for loss in lossy["losses"])
    assert any(HIDDEN in loss for loss in lossy["losses"])
    assert (broken["preview"], len(broken["remarks"])) == (None, 1)
    assert any(
        "Plum harvests in Norrby rose by 12%" in text for s in whole["preview"]["sections"] for text in s["texts"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_editor_is_shown_what_does_not_fit_together_with_the_quote(build: Build, language: Language) -> None:
    found = self_check(build, "cider", language)
    assert "1" in found["label"]
    ((row),) = found["rows"]
    assert ("46%" in row["text"], "40.0%" in row["text"]) == (True, True)
    assert row["quotes"] == [[ODD, "en"]]
    assert self_check(build, "orchards", language) is None


def test_a_work_too_long_for_the_page_is_said_to_be_that(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.library_rows.READ_WHOLE", 20)
    assert READ_WHOLE > 20
    found = self_check(build, "cider", "en")
    assert found["rows"] == []
    assert "python -m chat selfcheck cider" in found["label"]


def test_the_findings_stand_with_their_work(build: Build) -> None:
    from ui.documents import Documents

    editions = {id_: tuple(e for e in build.editions.values() if e.work == id_) for id_ in build.works}
    found = {"cider": self_check(build, "cider", "en")}
    rows = shelf_data(Documents(build.works, editions), build, "en", found)["works"]
    assert {row["id"]: bool(row["findings"]) for row in rows} == {"cider": True, "orchards": False, "ferries": False}
