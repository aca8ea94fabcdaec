"""Replacement texts of a PDF page (ActualText): pdfium gives them out for the letters that stand there.

They are kept where they serve: where the fonts do not say what a letter is, for the same words written otherwise, and
in scripts whose letters change their order and form. What says something else than is shown is hidden words.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.radicals import without_radicals

_KEY = b"ActualText"
_MAX_DEPTH = 4
"""Forms within forms that are looked into."""

_MEANINGLESS = re.compile(r"[\x00-\x1f\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_SHAPED = re.compile(r"[^\u0590-\u08ff\u0900-\u109f\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufeff]")
"""What belongs to no script that is shaped (Hebrew to Arabic, India to Burma, Khmer)."""

_LETTERS_A_SIZE = 6.0
"""Letters of a replacement in a square of the font's size, more than which no type sets: i is 0.28 wide, of a ligature
0.2. Where the shown letters are without meaning, a longer replacement cannot be what stands there."""


@dataclass
class _Marked:
    """What one replacement stands for: its mark in pdfium, and the text objects under it."""

    mark: Any
    value: bytes
    objects: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        return _decoded(self.value)


def drop_replacements(document: Any, page: Any) -> list[str]:
    """Takes out of a page, as it is held in memory, what replaces its letters by other words; gives these words."""
    import pypdfium2.raw as pdfium

    found: dict[int, _Marked] = {}
    for thing in _objects(page, pdfium):
        for mark in _marks(thing, pdfium):
            held = found.setdefault(ctypes.addressof(mark.contents), _Marked(mark, _value(mark, pdfium)))
            held.objects.append(thing)
    if not found:
        return []
    for held in found.values():
        for thing in held.objects:
            pdfium.FPDFPageObjMark_RemoveParam(thing, held.mark, _KEY)
    textpage = page.get_textpage()
    try:
        honest = [held for held in found.values() if _serves(held, textpage, pdfium)]
    finally:
        textpage.close()
    for held in honest:
        blob = (ctypes.c_ubyte * len(held.value)).from_buffer_copy(held.value)
        for thing in held.objects[:1]:
            pdfium.FPDFPageObjMark_SetBlobParam(document, thing, held.mark, _KEY, blob, len(held.value))
    words = [held.text.strip() for held in found.values() if held not in honest]
    return [text for text in words if text]


def says_the_same(shown: str, replacement: str) -> bool:
    """Whether a replacement says what is shown: the same letters, or such as are only shaped otherwise."""
    if _folded(shown) == _folded(replacement):
        return True
    return bool(replacement) and not any(_SHAPED.search(_folded(text)) for text in (shown, replacement))


def _serves(held: _Marked, textpage: Any, pdfium: Any) -> bool:
    shown = "".join(_text(thing, textpage, pdfium) for thing in held.objects)
    meaning = _MEANINGLESS.sub("", shown).strip()
    if meaning:
        return says_the_same(shown, held.text)
    return len(_folded(held.text)) <= sum(_room(thing, pdfium) for thing in held.objects)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", without_radicals(text))
    return "".join(c for c in plain if not c.isspace() and c not in "\u00ad\u200b\u200d")


# pdfium


def _objects(page: Any, pdfium: Any) -> Iterator[Any]:
    """The text objects of a page and of the forms on it."""
    open_: list[tuple[Any, int]] = [(page, 0)]
    while open_:
        holder, depth = open_.pop(0)
        count = pdfium.FPDFFormObj_CountObjects if depth else pdfium.FPDFPage_CountObjects
        at = pdfium.FPDFFormObj_GetObject if depth else pdfium.FPDFPage_GetObject
        for place in range(count(holder)):
            thing = at(holder, place)
            kind = pdfium.FPDFPageObj_GetType(thing)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                yield thing
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
                open_.append((thing, depth + 1))


def _marks(thing: Any, pdfium: Any) -> Iterator[Any]:
    for place in range(max(0, pdfium.FPDFPageObj_CountMarks(thing))):
        mark = pdfium.FPDFPageObj_GetMark(thing, place)
        if mark and pdfium.FPDFPageObjMark_GetParamValueType(mark, _KEY) != pdfium.FPDF_OBJECT_UNKNOWN:
            yield mark


def _value(mark: Any, pdfium: Any) -> bytes:
    """The replacement as it stands in the file; nothing where that is a stream, as no program writes it."""
    size = ctypes.c_ulong()
    pdfium.FPDFPageObjMark_GetParamBlobValue(mark, _KEY, None, 0, ctypes.byref(size))
    buffer = (ctypes.c_ubyte * size.value)()
    pdfium.FPDFPageObjMark_GetParamBlobValue(mark, _KEY, buffer, size.value, ctypes.byref(size))
    return bytes(buffer)


def _decoded(value: bytes) -> str:
    """A text string of PDF 32000, 7.9.2.2."""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "replace")
    return value.decode("latin-1")


def _text(thing: Any, textpage: Any, pdfium: Any) -> str:
    count = pdfium.FPDFTextObj_GetText(thing, textpage, None, 0)
    buffer = (pdfium.FPDF_WCHAR * (count // 2 + 1))()
    pdfium.FPDFTextObj_GetText(thing, textpage, buffer, count)
    return bytes(buffer)[:count].decode("utf-16-le", "replace").rstrip("\0")


def _room(thing: Any, pdfium: Any) -> float:
    """How many letters have room where an object stands."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return 1.0
    short, long = sorted((right.value - left.value, top.value - bottom.value))
    return 1.0 + (_LETTERS_A_SIZE * long / short if short > 0 else 0.0)
