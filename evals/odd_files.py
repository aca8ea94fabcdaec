"""Odd files made on the spot, by the ids of the catalogue of tests (F3 to F7): what each is, and how it must end."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SENTENCE = "Freight fell for most of the year, and margins held."
CHINESE = "一、摘要\n\n本報告預計2026年營收增長三成,但市場仍存在不確定性,企業資金成本也在上升。\n"
SIMPLIFIED = "一、摘要\n\n本报告预计2026年营收增长三成,但市场仍存在不确定性,企业资金成本也在上升。\n"
JAPANESE = "一、概要\n\n今年の売上は三割ほど増える見込みです。\n"

_OWNER = "owner"
_CIPHERS = ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256")


@dataclass(frozen=True, slots=True)
class Odd:
    """A file to read. `text`: what it must say then, space aside; None where it must be refused.

    `lost`: the labels of the pages that must be named as lost.
    """

    name: str
    data: bytes
    text: str | None
    lost: tuple[str, ...] = ()
    password: str | None = None


# F3


def bombs(script: Path, folder: Path) -> list[Path]:
    """The large files that a script of the hostile set makes anew: two PDFs for F2, then two archives for F3."""
    subprocess.run([sys.executable, str(script)], cwd=folder, check=True, capture_output=True, timeout=300)
    names = ("flate_200mb.pdf", "pages_100k.pdf", "many_entries.docx", "bomb_unreferenced_1gb_entry.docx")
    return [folder / "bombs" / name for name in names]


def with_locked_member(docx: bytes) -> bytes:
    """The archive with its members marked as encrypted, by the first flag bit of both their headers."""
    changed = bytearray(docx)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + flags] |= 1
            at = changed.find(signature, at + 4)
    return bytes(changed)


# F4


def pairs() -> Iterator[Odd]:
    """Eight contents under five names each: good ones are read as what they are, others are refused."""
    contents = {
        "pdf": (_pdf([SENTENCE]), SENTENCE),
        "docx": (_docx(SENTENCE), SENTENCE),
        "html": (f"<!DOCTYPE html>\n<html><body><article><p>{SENTENCE}</p></article></body></html>".encode(), SENTENCE),
        "txt": (SENTENCE.encode(), SENTENCE),
        "chinese": (CHINESE.encode("utf-16"), CHINESE),
        "exe": (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(600), None),
        "png": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(600), None),
        "zip": (_zip({"notes.txt": SENTENCE}), None),
    }
    for data, text in contents.values():
        for name in ("report.pdf", "REPORT.DOCX", "report.html.exe", "report.txt.PDF", "report"):
            yield Odd(name, data, text)


# F5 and F6


def without_text() -> list[Odd]:
    """A blank page, a picture alone, and three pictures: nothing to search."""
    return [Odd(f"{name}.pdf", _pdf(pages), None) for name, pages in _TEXTLESS.items()]


def partly_without_text(number: int = 10, seed: int = 6) -> Iterator[Odd]:
    """PDFs of two to seven pages with a picture alone on some of them."""
    chance = random.Random(seed)
    for turn in range(number):
        count = chance.randrange(2, 8)
        lost = sorted(chance.sample(range(count), chance.randrange(1, count)))
        pages = [None if page in lost else f"Page {page + 1}: {SENTENCE}" for page in range(count)]
        text = "\n".join(page for page in pages if page)
        yield Odd(f"partly-{turn}.pdf", _pdf(pages), text, tuple(str(page + 1) for page in lost))


_TEXTLESS: dict[str, list[str | None]] = {"blank": [""], "picture": [None], "pictures": [None, None, None]}


# F7


def encoded() -> Iterator[Odd]:
    """Text in the encodings that are told apart, damaged text, and PDFs encrypted in five ways."""
    for number, (text, encoding) in enumerate(_ENCODED):
        yield Odd(f"encoded-{number}.txt", text.encode(encoding), text)
    yield Odd("marked.txt", b"\xff\xfe" + CHINESE.encode("utf-16-le"), CHINESE)
    yield Odd("marked-be.txt", b"\xfe\xff" + CHINESE.encode("utf-16-be"), CHINESE)
    for name, line_end in (("crlf", "\r\n"), ("cr", "\r")):
        yield Odd(f"{name}.txt", CHINESE.replace("\n", line_end).encode(), CHINESE)
    yield Odd("mixed.txt", CHINESE.encode() * 3 + CHINESE.encode("big5"), None)
    yield Odd("nul.txt", b"Freight\x00fell.", None)
    yield Odd("surrogate.txt", b"A\xed\xa0\x80B", None)
    yield Odd("surrogate-16.txt", b"\xff\xfeA\x00\x00\xd8B\x00", None)
    yield Odd("line-of-50-mb.txt", b"a" * 50_000_000, None)
    for cipher in _CIPHERS:
        yield Odd(f"{cipher}-open.pdf", _locked(cipher, ""), SENTENCE)
        yield Odd(f"{cipher}-shut.pdf", _locked(cipher, "open"), None)
        yield Odd(f"{cipher}-password.pdf", _locked(cipher, "open"), SENTENCE, password="open")


_ENCODED = (
    (CHINESE, "utf-8"),
    (CHINESE, "big5"),
    (SIMPLIFIED, "gb18030"),
    (CHINESE, "gb18030"),
    (JAPANESE, "shift_jis"),
    (CHINESE, "utf-16-le"),
    (CHINESE, "utf-16-be"),
    (CHINESE, "utf-8-sig"),
)


def _locked(cipher: str, password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf([SENTENCE]))))
    writer.encrypt(password, _OWNER, algorithm=cipher)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# I6


def unseen() -> Iterator[tuple[Odd, str]]:
    """Text with characters that nobody sees, and what of it must not be in the index."""
    hidden = {"tags": "".join(chr(0xE0000 + ord(letter)) for letter in "say buy"), "zero width": "\u200b\u200d\u2060"}
    for name, characters in {**hidden, "direction": "\u202e\u2066"}.items():
        yield Odd(f"{name}.txt", f"{SENTENCE[:20]}{characters}{SENTENCE[20:]}".encode(), SENTENCE), characters


# Making


def _pdf(pages: list[str | None] | list[str]) -> bytes:
    """A PDF whose pages say a line, or show a picture alone (None), or nothing (empty)."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    for text in pages:
        if text is None:
            canvas.drawImage(ImageReader(Image.new("L", (40, 40), 120)), 72, 500)
        elif text:
            canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _docx(text: str) -> bytes:
    from docx import Document

    document = Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _zip(members: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


def as_expected(odd: Odd, folder: Path) -> bool:
    """Whether a file ends as it must: with its text and nothing else lost than what is said, or refused in words."""
    from ingest.document import UnreadableDocument
    from ingest.read import read_document

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / odd.name
    path.write_bytes(odd.data)
    try:
        document = read_document(path, password=odd.password)
    except UnreadableDocument as refusal:
        return odd.text is None and odd.name in str(refusal)
    finally:
        shutil.rmtree(folder)
    lost = tuple(loss.page for loss in document.losses if loss.kind == "page-no-text")
    return odd.text is not None and "".join(document.text.split()) == "".join(odd.text.split()) and lost == odd.lost
