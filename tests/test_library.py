"""The library: whose edition a file is, what work.toml may say, and what taking out leaves."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from ingest.document import LANGUAGES, Document, Edition, UnknownDocument, UnreadableDocument, Work
from ingest.outline import outline_sections
from ingest.work_file import read_work
from tests.bigrams import NAME, Bigrams
from tests.conftest import DATA, ROOT
from vectorstore.build import publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.intake import pair_name
from vectorstore.library import (
    Shelf,
    live_shelf,
    new_work,
    read_corpus,
    read_edition,
    read_folder,
    recognize,
)

EMPTY = Shelf({}, {})


# Recognition


@pytest.fixture(scope="module")
def corpus() -> Shelf:
    return read_corpus(ROOT / "corpus", EMPTY)


def edition_of(text: str, file: str = "a.md", lang: str = "en") -> Edition:
    document = Document(text, "markdown")
    return Edition("w", lang, "original", file, document, outline_sections(document))


def outlined(title: str, paragraphs: int) -> Edition:
    """An edition with three anchors (0, 0.title, 1) more than it has paragraphs."""
    return edition_of(f"# {title}\n\n## One\n\n" + "A sentence.\n\n" * paragraphs)


def test_a_renamed_report_is_the_original_of_the_digest(shared: Path, corpus: Shelf, tmp_path: Path) -> None:
    shutil.copy(shared / "corpus/report.txt", tmp_path / "Download (3).bin")
    found = recognize(read_edition(tmp_path / "Download (3).bin", "", None, "original"), corpus)
    assert found is not None
    assert (found.work.id, found.kind, found.agreeing, found.anchors) == ("triple-game", "original", 90, 90)


def test_a_renamed_translation_is_recognized_beside_its_original(second_report: Shelf, tmp_path: Path) -> None:
    original = second_report.without("second-report", "en-translation")
    shutil.copy(DATA / "second-report.en.md", tmp_path / "x.txt")
    edition = read_edition(tmp_path / "x.txt", "", None, "original")
    work = Work("second-report", {"en": edition.outline.sections[1].title})
    shelf = original.with_edition(work, original.editions["second-report", "zh-Hant-original"])
    found = recognize(edition, shelf)
    assert found is not None
    assert (found.work.id, found.kind) == ("second-report", "translation")


def test_a_new_copy_of_an_original_is_recognized_by_its_own_title(second_report: Shelf) -> None:
    edition = read_edition(DATA / "second-report.zh-Hant.txt", "", None, "original")
    found = recognize(edition, second_report)
    assert found is not None
    assert (found.work.id, found.kind) == ("second-report", "original")


def test_a_copy_of_a_digest_is_still_the_digest(second_report: Shelf) -> None:
    edition = read_edition(DATA / "second-report.en.md", "", None, "original")
    known = next(e for e in second_report.editions.values() if e.lang == "en")
    found = recognize(edition, second_report)
    assert found is not None
    assert known.kind != "original"
    assert found.kind == known.kind


def test_a_title_is_recognized_in_the_other_script_and_without_its_marks() -> None:
    shelf = EMPTY.with_edition(Work("w", {"zh-Hant": "資本——變奏"}), outlined("資本——變奏", 5))
    assert recognize(outlined("资本 · 变奏", 5), shelf) is not None


@pytest.mark.parametrize(
    ("known", "new", "recognized"),
    [(17, 17, True), (17, 15, True), (17, 14, False), (15, 17, True), (14, 17, False)],
    ids=["same", "nine in ten", "fewer", "nine in ten, the other way", "more"],
)
def test_nine_in_ten_anchors_must_agree_both_ways(known: int, new: int, recognized: bool) -> None:
    shelf = EMPTY.with_edition(Work("w", {"en": "T"}), outlined("T", known))
    assert (recognize(outlined("T", new), shelf) is not None) == recognized


@pytest.mark.parametrize(
    "text",
    ["# Another\n\n## One\n\nA sentence.\n", "## One\n\nA sentence.\n", "A sentence.\n"],
    ids=["another title", "no title", "no heading"],
)
def test_another_document_is_not_recognized(text: str) -> None:
    shelf = EMPTY.with_edition(Work("w", {"en": "T"}), edition_of("# T\n\n## One\n\nA sentence.\n"))
    assert recognize(edition_of(text), shelf) is None


# New works


@pytest.mark.parametrize(
    ("file", "work"),
    [("Q3 Outlook.md", "q3-outlook"), ("a_b--c.txt", "a-b-c"), ("x" * 99 + ".md", "x" * 64)],
)
def test_a_new_work_is_named_after_its_file(file: str, work: str) -> None:
    assert new_work(edition_of("# T\n", file), None, None).id == work


@pytest.mark.parametrize(
    "file",
    [
        *("ferry.en.md", "ferry.zh.md", "ferry.zh-Hant.md", "ferry.zh-Hans.md", "ferry.zh_TW.md", "ferry.en-US.md"),
        *("ferry_en.pdf", "ferry_zh.pdf", "Ferry-en.pdf", "ferry-zh.pdf", "ferry-zh-Hant-HK.pdf", "ferry_zhHans.pdf"),
        *(
            "Ferry EN.docx",
            "ferry (EN).docx",
            "ferry（英文）.docx",
            "ferry_中文版.docx",
            "ferry 繁體.docx",
            "en_ferry.docx",
        ),
    ],
)
def test_a_name_without_its_language_is_that_of_the_pair(file: str) -> None:
    assert pair_name(Path(file)) == "ferry"


@pytest.mark.parametrize("file", ["ferry.md", "chosen.md", "ferry-zhu.md", "en.md", "ferryen.md"])
def test_a_name_that_says_no_language_is_no_pair_s(file: str) -> None:
    assert pair_name(Path(file)) == ""


def test_a_file_name_without_latin_letters_gives_a_stable_name() -> None:
    one, again, other = (
        new_work(edition_of("# T\n", file), None, None).id for file in ("報告.md", "報告.md", "月報.md")
    )
    assert one == again != other
    assert one.startswith("document-")


def test_a_new_work_takes_title_author_and_date_from_its_front_matter() -> None:
    edition = edition_of("# Lanes\n\n2025-09-03 08:00\n\nAuthor: A Team\n\n## One\n\nText.\n")
    work = new_work(edition, None, None)
    assert (work.titles, work.author, work.date) == ({"en": "Lanes"}, "A Team", datetime.date(2025, 9, 3))


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Maud Penhallow – 3 September 2025 · 6 min read", "Maud Penhallow"),
        ("Author: A Team, September 3, 2025", "A Team"),
        ("作者：林口研究室 2025年9月3日", "林口研究室"),
        ("编制：北岸咨询 日期：2025年9月3日", "北岸咨询"),
        ("Harbour Institute, 2025-09-03", ""),
        ("---\nauthor: A Team\ndate: 2025-09-03\n---", "A Team"),
    ],
    ids=["web page", "comma", "space", "labels", "no label", "front matter of Markdown"],
)
def test_author_and_date_may_stand_in_one_line(line: str, author: str) -> None:
    text = f"{line}\n\n# Lanes\n\n## One\n" if line.startswith("---") else f"# Lanes\n\n{line}\n\n## One\n\nText.\n"
    work = new_work(edition_of(text), None, None)
    assert (work.titles, work.author, work.date) == ({"en": "Lanes"}, author, datetime.date(2025, 9, 3))


@pytest.mark.parametrize("body", ["# Lanes\n\n## One\n\nText.\n", "## One\n\nText.\n\n## Two\n\nText.\n"])
def test_the_front_matter_of_markdown_is_no_text(body: str) -> None:
    edition = edition_of(f"---\ntitle: Lanes\nlayout: post\ndate: 2025-09-03\n---\n\n{body}")
    assert new_work(edition, None, None).titles == {"en": "Lanes"}
    said = [edition.document.text[s.start : s.end] for s in edition.outline.sections]
    assert not any("layout" in text or "---" in text for text in said)
    assert sum("Lanes" in text for text in said) == 1


def test_a_given_name_and_title_win() -> None:
    work = new_work(edition_of("# Lanes\n"), "lanes-2025", "Three lanes")
    assert (work.id, work.titles) == ("lanes-2025", {"en": "Three lanes"})


def test_a_file_without_a_title_is_called_by_its_name() -> None:
    assert new_work(edition_of("A sentence.\n", "note.md"), None, None).titles == {"en": "note"}


DATE_LINES = [
    "Date: 2025-09-03",
    "日期：2025年9月3日",
    "發布日期: 2025/9/3",
    "3 September 2025",
    "September 3rd, 2025",
    "Published on 3 Sept. 2025, Taipei",
]


@pytest.mark.parametrize("line", DATE_LINES)
def test_a_date_line_is_read_as_people_write_it(line: str) -> None:
    assert new_work(edition_of(f"# T\n\n{line}\n\n## One\n"), None, None).date == datetime.date(2025, 9, 3)


@pytest.mark.parametrize("title", ["September 2025 outlook", "3 September 2025 and after", "Update: no date at all"])
def test_a_title_that_begins_as_a_date_does_is_a_title(title: str) -> None:
    work = new_work(edition_of(f"{title}\n\n4 May 2025\n\n# One\n\nText.\n"), None, None)
    assert (work.titles, work.date) == ({"en": title}, datetime.date(2025, 5, 4))


def test_a_date_that_is_none_is_left_out() -> None:
    assert new_work(edition_of("# T\n\n2025-19-93\n\n## One\n"), None, None).date is None


# Adding and taking out


def test_the_same_work_language_and_kind_is_replaced() -> None:
    work = Work("w", {"en": "T"})
    shelf = EMPTY.with_edition(work, edition_of("# T\n\nOld.\n")).with_edition(work, edition_of("# T\n\nNew.\n"))
    assert [edition.document.text for edition in shelf.editions.values()] == ["# T\n\nNew.\n"]


def test_taking_out_an_edition_leaves_the_others(corpus: Shelf) -> None:
    shelf = corpus.without("triple-game", "en-digest")
    assert ("triple-game", "zh-Hant-digest") in shelf.editions
    assert len(shelf.editions) == len(corpus.editions) - 1
    assert set(shelf.works) == set(corpus.works)


def test_taking_out_a_work_takes_all_its_editions(corpus: Shelf) -> None:
    shelf = corpus.without("triple-game", None)
    assert {work for work, _ in shelf.editions} == set(shelf.works) == {"glossary"}


@pytest.mark.parametrize(("work", "edition"), [("nosuch", None), ("triple-game", "en-original"), ("", None)])
def test_what_is_not_there_cannot_be_taken_out(corpus: Shelf, work: str, edition: str | None) -> None:
    with pytest.raises(UnknownDocument) as caught:
        corpus.without(work, edition)
    name = f"{work}/{edition}" if edition else work
    assert all(name in caught.value.in_language(language) for language in LANGUAGES)


def test_what_is_published_comes_back_as_it_was(corpus: Shelf, second_report: Shelf, tmp_path: Path) -> None:
    shelf = Shelf({**corpus.works, **second_report.works}, {**corpus.editions, **second_report.editions})
    catalogue = Catalogue.at(tmp_path)
    assert live_shelf(catalogue) == EMPTY
    publish_build(tmp_path, catalogue, NAME, Bigrams, shelf.works, list(shelf.editions.values()))
    back = live_shelf(catalogue)
    assert back.works == shelf.works
    assert back.editions == shelf.editions
    assert not publish_build(tmp_path, catalogue, NAME, Bigrams, back.works, list(back.editions.values()))
    catalogue.close()


# work.toml

WORK = """
id = "lanes"
author = "A Team"
date = 2025-09-03

[titles]
en = "Lanes"
zh-Hant = "航道"

[[editions]]
lang = "en"
kind = "original"
file = "en.md"

[themes]
"1" = ["macro", "ai"]
"""


def folder_with(tmp_path: Path, work: str) -> Path:
    folder = tmp_path / "lanes"
    folder.mkdir()
    (folder / "work.toml").write_text(work, encoding="utf-8")
    (folder / "en.md").write_text("# Lanes\n\n## One\n\nText.\n", encoding="utf-8")
    return folder


def test_a_work_file_names_the_work_and_its_editions(tmp_path: Path) -> None:
    shelf = read_folder(folder_with(tmp_path, WORK), EMPTY)
    (work,), (edition,) = shelf.works.values(), shelf.editions.values()
    assert (work.id, work.author, work.date) == ("lanes", "A Team", datetime.date(2025, 9, 3))
    assert (work.title("en"), work.title("zh-Hant"), work.title("zh-Hans")) == ("Lanes", "航道", "航道")
    assert (work.themes, work.role) == ({"1": ["macro", "ai"]}, "document")
    assert (edition.work, edition.id, edition.file) == ("lanes", "en-original", "en.md")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "lanes"', 'id = "Lanes!"', "id"),
        ('id = "lanes"', 'id = "../lanes"', "id"),
        ('id = "lanes"', "", "id"),
        ('lang = "en"', 'lang = "fr"', "editions.0.lang"),
        ('kind = "original"', 'kind = "copy"', "editions.0.kind"),
        ('file = "en.md"', 'file = "../en.md"', "editions.0.file"),
        ('file = "en.md"', 'file = "/etc/passwd"', "editions.0.file"),
        ('file = "en.md"', r'file = "..\\en.md"', "editions.0.file"),
        ('"macro", "ai"', '"sports"', "themes.1.0"),
        ("2025-09-03", '"soon"', "date"),
        ("author", "writer", "writer"),
        ("[titles]", "[titles", "line"),
        ('en = "Lanes"', 'de = "Spuren"', "titles.de"),
    ],
)
def test_a_wrong_work_file_is_refused_with_the_place(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in WORK
    folder = folder_with(tmp_path, WORK.replace(old, new))
    with pytest.raises(UnreadableDocument) as caught:
        read_work(folder)
    assert caught.value.key == "work-file-wrong"
    for language in LANGUAGES:
        assert "work.toml" in caught.value.in_language(language)
        assert reason in caught.value.in_language(language)


def test_a_work_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, WORK)
    (folder / "work.toml").write_bytes(WORK.encode("utf-16"))
    with pytest.raises(UnreadableDocument) as caught:
        read_work(folder)
    assert caught.value.key == "work-file-wrong"


def test_a_folder_without_a_work_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_work(tmp_path)
    assert caught.value.key == "work-file-missing"


def test_a_named_edition_that_is_missing_is_refused_by_name(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, WORK.replace("en.md", "gone.md"))
    with pytest.raises(UnreadableDocument) as caught:
        read_folder(folder, EMPTY)
    assert (caught.value.key, caught.value.values["file"]) == ("file-missing", "gone.md")
