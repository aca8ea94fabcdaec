"""Reading: a file is judged by its content, read to the last character, or refused with its name and the remedy."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

import ingest.read
from ingest.document import LANGUAGES, Page, UnreadableDocument
from ingest.outline import outline_sections
from ingest.read import read_document
from tests.pdf import pdf_file

CHINESE = "一、摘要\n\n本報告預計2026年營收增長三成,但存在不確定性。\n"
JAPANESE = "一、概要\n\n今年の売上は三割ほど増える見込みです。\n"


def _archive(member: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(member, "<w:document/>")
    return out.getvalue()


PDF = pdf_file(["Freight fell."])
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
EXE = b"MZ\x90\x00\x03\x00\x00\x00"
HTML = b"<!DOCTYPE html>\n<html><body><p>Freight fell.</p></body></html>"

REFUSED = {
    "empty": ("report.txt", b"", "file-empty"),
    "white space only": ("report.txt", b" \n\t\r\n ", "file-empty"),
    "ideographic spaces only": ("report.md", "\u3000\n\u3000".encode(), "file-empty"),
    "a mark of UTF-8 and nothing else": ("report.txt", b"\xef\xbb\xbf", "file-empty"),
    "UTF-8 cut within a character": ("report.txt", CHINESE.rstrip().encode()[:-1], "file-encoding"),
    "UTF-16 of an odd length": ("report.txt", b"\xff\xfe" + CHINESE.encode("utf-16-le")[:-1], "file-encoding"),
    "UTF-16 with a lone surrogate": ("report.txt", b"\xff\xfeA\x00\x00\xd8B\x00", "file-encoding"),
    "UTF-8 with a lone surrogate": ("report.txt", b"A\xed\xa0\x80B", "file-encoding"),
    "UTF-32": ("report.txt", CHINESE.encode("utf-32"), "file-encoding"),
    "NUL": ("report.txt", b"Freight\x00fell.", "file-encoding"),
    "replacement characters": ("report.txt", "Freight \ufffd fell.".encode(), "file-encoding"),
    "zip as txt": ("report.txt", _archive("notes.txt"), "file-unsupported"),
    "zip as docx": ("report.docx", _archive("xl/workbook.xml"), "file-unsupported"),
    "docx without a body, as pdf": ("report.pdf", _archive("word/document.xml"), "file-broken"),
    "png as md": ("report.md", PNG, "file-unsupported"),
    "png as pdf": ("report.pdf", PNG, "file-unsupported"),
    "exe as txt": ("report.txt", EXE, "file-unsupported"),
    "exe as pdf": ("report.pdf", EXE, "file-unsupported"),
    "UTF-8 cut amid Chinese": ("report.txt", CHINESE.encode()[:40], "file-encoding"),
    "two encodings in one": ("report.txt", (CHINESE * 3).encode() + CHINESE.encode("big5"), "file-encoding"),
    "rtf": ("report.docx", b"{\\rtf1\\ansi Freight fell.}", "file-unsupported"),
    "old Word": ("report.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file-unsupported"),
    "locked Word": (
        "report.docx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "file-protected",
    ),
    "html without words": ("report.html", b"<html><body><script>1</script></body></html>", "file-empty"),
    "html of hidden words": ("a.html", b"<html><body><p hidden>Freight fell.</p></body></html>", "file-hidden-only"),
    "xml without an extension": ("report", b'<?xml version="1.0"?><a/>', "file-unsupported"),
    "pdf cut in half": ("report.pdf", PDF[: len(PDF) // 2], "file-broken"),
    "pdf cut before its end": ("report.pdf", PDF[:-30], "file-broken"),
    "pdf of a header": ("report.pdf", b"%PDF-1.7\n", "file-broken"),
    "pdf with a password": ("report.pdf", pdf_file(["Freight fell."], password="open"), "file-protected"),
    "pdf without text": ("report.pdf", pdf_file(["", ""]), "file-no-text"),
    "pdf without text as txt": ("report.txt", pdf_file([""]), "file-no-text"),
}


@pytest.mark.parametrize(("name", "content", "key"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, name: str, content: bytes, key: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    check_refusal(path, key)


def check_refusal(path: Path, key: str) -> None:
    """That a file is refused for this reason, in a sentence of each language with its name and a next step."""
    with pytest.raises(UnreadableDocument) as caught:
        read_document(path)
    assert caught.value.key == key
    sentences = [caught.value.in_language(language) for language in LANGUAGES]
    assert len(set(sentences)) == len(LANGUAGES)
    for sentence in sentences:
        assert path.name in sentence
        assert str(path.parent) not in sentence
        assert sentence.endswith((".", "。"))
        assert "{" not in sentence


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    check_refusal(tmp_path / "report.txt", "file-missing")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    check_refusal(tmp_path, "file-is-folder")


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("Freight fell.")
    check_refusal(tmp_path / "report.txt" / "more.txt", "file-unreadable")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "report.txt")
    check_refusal(tmp_path / "report.txt", "file-unreadable")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("Freight fell.")
    (tmp_path / "report.txt").chmod(0)
    check_refusal(tmp_path / "report.txt", "file-unreadable")


@pytest.mark.case("R1")
@pytest.mark.parametrize(("size", "taken"), [(999, True), (1000, True), (1001, False)])
def test_the_limit_of_size_is_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, taken: bool) -> None:
    monkeypatch.setattr(ingest.read, "MAX_BYTES", 1000)
    path = tmp_path / "report.txt"
    path.write_bytes(b"a" * size)
    if taken:
        assert len(read_document(path).text) == size
    else:
        check_refusal(path, "file-too-large")


# What is read exactly

LINES = "一、摘要\r\n\r\n  • 資本‑互鎖“核心”\ufeff。 \r\nAI…\n末行 𠮷 𝕏\r\n"


@pytest.mark.case("F7")
@pytest.mark.parametrize(
    "content",
    [
        LINES.encode(),
        b"\xef\xbb\xbf" + LINES.encode(),
        b"\xff\xfe" + LINES.encode("utf-16-le"),
        b"\xfe\xff" + LINES.encode("utf-16-be"),
    ],
    ids=["UTF-8", "UTF-8 with a mark", "UTF-16 LE with a mark", "UTF-16 BE with a mark"],
)
@pytest.mark.parametrize("name", ["report.txt", "report.md", "report", "report.pdf", "報告.TXT.exe"])
def test_text_is_read_to_the_last_character(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    document = read_document(path)
    assert document.text == LINES
    assert document.pages == ()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", ["report.txt", "report.md"])
def test_line_ends_do_not_change_the_outline(tmp_path: Path, name: str, line_end: str) -> None:
    lines = ["## 一、甲", "", "說完了。", "", "## 二、乙", "", "1. 項一:說完了。", "2. 項二:說完了。", ""]
    path = tmp_path / name
    path.write_bytes(line_end.join(lines if name == "report.md" else [line.lstrip("# ") for line in lines]).encode())
    document = read_document(path)
    sections = outline_sections(document).sections
    assert [(s.anchor, s.first_line, s.last_line) for s in sections] == [
        ("1", 1, 3),
        ("1.p1", 3, 3),
        ("2", 5, 8),
        ("2.1", 7, 7),
        ("2.2", 8, 8),
    ]
    assert [document.text[s.start : s.end] for s in sections if s.kind == "paragraph"] == ["說完了。"]


@pytest.mark.parametrize(
    ("name", "text", "format"),
    [
        ("a.md", "# One\n\nText.", "markdown"),
        ("a.txt", "# One\n\nText.", "text"),
        ("a.txt", "# One\n\n## Two\n\n## Three\n", "markdown"),
        ("a", "# One\n\n## Two\n\n## Three\n", "markdown"),
        ("a.md", "#1 in its market.\n", "text"),
    ],
    ids=["md", "one # in txt", "three headings in txt", "three headings, no extension", "md without a heading"],
)
def test_markdown_is_told_by_its_headings(tmp_path: Path, name: str, text: str, format: str) -> None:  # noqa: A002
    (tmp_path / name).write_text(text)
    assert read_document(tmp_path / name).format == format


# PDF

PAGES = [
    "Freight rates on the long routes fell for most of the year.\nOwners saw it coming.\nMargins held.",
    "Second page.",
]


@pytest.mark.parametrize("name", ["report.pdf", "report.txt", "report"])
def test_a_pdf_is_its_pages_and_their_paragraphs(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(pdf_file(PAGES))
    document = read_document(tmp_path / name)
    assert document.format == "pdf"
    first = PAGES[0].replace("year.\nOwners", "year. Owners").replace("\n", "\n\n")
    assert document.text == f"{first}\n\n{PAGES[1]}\n\n"
    assert document.pages == (Page("1", 0), Page("2", len(first) + 2))
    sections = outline_sections(document).sections
    assert [(s.anchor, s.parent, document.text[s.start : s.end]) for s in sections] == [
        ("p1", None, ""),
        ("p1.1", "p1", "Freight rates on the long routes fell for most of the year. Owners saw it coming."),
        ("p1.2", "p1", "Margins held."),
        ("p2", None, ""),
        ("p2.1", "p2", "Second page."),
    ]


def test_a_page_is_named_by_its_printed_label(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf_file(["Preface.", *PAGES], roman=1))
    document = read_document(tmp_path / "report.pdf")
    assert [page.label for page in document.pages] == ["i", "1", "2"]
    assert [s.anchor for s in outline_sections(document).sections if s.kind == "page"] == ["pi", "p1", "p2"]


def test_an_empty_page_among_others_has_no_section(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf_file(["Preface.", "", "End."]))
    document = read_document(tmp_path / "report.pdf")
    assert [s.anchor for s in outline_sections(document).sections] == ["p1", "p1.1", "p3", "p3.1"]


@pytest.mark.case("F7")
def test_a_pdf_encrypted_without_a_password_is_read(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf_file(["Freight fell."], password=""))
    assert read_document(tmp_path / "report.pdf").text == "Freight fell.\n\n"
