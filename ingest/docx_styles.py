"""What the styles and lists of a DOCX say of a paragraph: its level as a heading, its number, whether it is hidden."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from xml.etree.ElementTree import Element

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAX_PARENTS = 20
_TINY = 4
"""Half-points at or below which letters cannot be read: 2 pt."""

_CHINESE = "零一二三四五六七八九十"


def w(name: str) -> str:
    """A name in the namespace of WordprocessingML."""
    return f"{{{_NAMESPACE}}}{name}"


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph has from its style: the level of a heading (0 for the title), a list, hidden letters."""

    name: str = ""
    level: int | None = None
    list_id: str = ""
    list_level: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list: which list, and how deep."""

    list_id: str
    level: int


class Styles:
    """The paragraph styles of a document by id."""

    def __init__(self, elements: dict[str, Element]) -> None:
        self._elements = elements
        self._known: dict[str, Style] = {}

    @classmethod
    def of(cls, root: Element | None) -> Styles:
        found = [] if root is None else root.findall(w("style"))
        return cls({element.get(w("styleId"), ""): element for element in found})

    def of_paragraph(self, paragraph: Element) -> Style:
        properties = paragraph.find(w("pPr"))
        if properties is None:
            return Style()
        named = properties.find(w("pStyle"))
        style = self._style(named.get(w("val"), "")) if named is not None else Style()
        outline = properties.find(w("outlineLvl"))
        if outline is not None and (level := _number(outline)) is not None and level < 9:
            return Style(style.name, level + 1, style.list_id, style.list_level, style.hidden)
        return style

    def hides(self, run: Element) -> bool:
        """Whether nobody sees the letters of a run: marked hidden, white on white, or too small."""
        properties = run.find(w("rPr"))
        if properties is None:
            return False
        named = properties.find(w("rStyle"))
        base = self._elements.get(named.get(w("val"), "")) if named is not None else None
        inherited = base.find(w("rPr")) if base is not None else None
        return _hides(properties) or (inherited is not None and _hides(inherited))

    def _style(self, identity: str) -> Style:
        if identity not in self._known:
            self._known[identity] = self._resolve(identity)
        return self._known[identity]

    def _resolve(self, identity: str) -> Style:
        name, level, list_id, list_level, hidden = "", None, "", 0, False
        current = identity
        for _ in range(_MAX_PARENTS):
            element = self._elements.get(current)
            if element is None:
                break
            called = _value(element, "name").lower()
            name = name or called
            if level is None:
                level = _heading_level(called, element)
            number = element.find(f"{w('pPr')}/{w('numPr')}")
            if number is not None and not list_id:
                list_id, list_level = _value(number, "numId"), _number(number.find(w("ilvl"))) or 0
            letters = element.find(w("rPr"))
            hidden = hidden or (letters is not None and _hides(letters))
            current = _value(element, "basedOn")
        if not self._elements and (match := re.fullmatch(r"(?i)heading\s*(\d)", identity)):
            level = int(match[1])
        return Style(name, level, list_id, list_level, hidden)


def _heading_level(name: str, element: Element) -> int | None:
    if name == "title":
        return 0
    if match := re.fullmatch(r"(?:heading|標題|标题)\s*(\d)", name):
        return int(match[1])
    outline = element.find(f"{w('pPr')}/{w('outlineLvl')}")
    level = _number(outline) if outline is not None else None
    return level + 1 if level is not None and level < 9 else None


def _hides(letters: Element) -> bool:
    vanish = letters.find(w("vanish"))
    if vanish is not None and vanish.get(w("val"), "1") not in ("0", "false", "off"):
        return True
    size = _number(letters.find(w("sz")))
    if size is not None and size <= _TINY:
        return True
    colour = _value(letters, "color").lower()
    shade = letters.find(w("shd"))
    paper = shade.get(w("fill"), "auto").lower() if shade is not None else "auto"
    mark = _value(letters, "highlight").lower()
    white = re.fullmatch(r"f[a-f0-9]f[a-f0-9]f[a-f0-9]", colour) is not None
    return bool(colour) and (
        colour == paper or (white and paper in ("auto", "ffffff") and mark in ("", "none", "white"))
    )


class Numbering:
    """The lists of a document, counting as they are read."""

    def __init__(self, formats: dict[tuple[str, int], tuple[str, str, int]]) -> None:
        self._formats = formats
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)

    @classmethod
    def of(cls, root: Element | None) -> Numbering:
        formats: dict[tuple[str, int], tuple[str, str, int]] = {}
        if root is None:
            return cls(formats)
        kinds = {kind.get(w("abstractNumId"), ""): kind for kind in root.findall(w("abstractNum"))}
        for number in root.findall(w("num")):
            kind = kinds.get(_value(number, "abstractNumId"))
            for level in [] if kind is None else kind.findall(w("lvl")):
                depth = int(level.get(w("ilvl"), "0") or 0)
                start = _number(level.find(w("start")))
                formats[number.get(w("numId"), ""), depth] = (
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText"),
                    1 if start is None else start,
                )
        return cls(formats)

    def entry(self, paragraph: Element, style: Style) -> Entry | None:
        """The list item that a paragraph is, if it is one."""
        own = paragraph.find(f"{w('pPr')}/{w('numPr')}")
        identity = (_value(own, "numId") if own is not None else "") or style.list_id
        if identity in ("", "0"):
            return None
        level = _number(own.find(w("ilvl"))) if own is not None else None
        entry = Entry(identity, style.list_level if level is None else min(max(level, 0), 8))
        return entry if (entry.list_id, entry.level) in self._formats else None

    def is_bullet(self, entry: Entry) -> bool:
        return self._formats[entry.list_id, entry.level][0] == "bullet"

    def next_number(self, entry: Entry) -> str:
        """The printed mark of the next item: `1.`, `一、`, `第二章`; empty where the list prints none."""
        style, pattern, start = self._formats[entry.list_id, entry.level]
        counts = self._counts[entry.list_id]
        for deeper in [level for level in counts if level > entry.level]:
            del counts[deeper]
        counts[entry.level] = counts.get(entry.level, start - 1) + 1
        if style == "none":
            return ""

        def fill(match: re.Match[str]) -> str:
            level = int(match[1]) - 1
            kind = self._formats.get((entry.list_id, level), ("decimal", "", 1))[0]
            return _in_format(counts.get(level, 1), kind)

        return re.sub(r"%([1-9])", fill, pattern)


def number_text(numbering: Numbering, entry: Entry) -> str:
    """The mark of an item as it stands before its words."""
    if numbering.is_bullet(entry):
        return ""
    mark = numbering.next_number(entry)
    return mark if not mark or mark.endswith(tuple("、）)：:")) else f"{mark} "


def _in_format(number: int, style: str) -> str:
    if "hinese" in style or style.startswith(("taiwanese", "ideograph", "japanese")):
        tens, ones = divmod(number, 10)
        if number > 99:
            return str(number)
        return (("" if tens == 1 else _CHINESE[tens]) + "十" if tens else "") + (_CHINESE[ones] if ones else "")
    if style in ("upperRoman", "lowerRoman"):
        return _roman(number) if style == "upperRoman" else _roman(number).lower()
    if style in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26)
        return letter if style == "upperLetter" else letter.lower()
    return str(number)


def _roman(number: int) -> str:
    signs = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, sign in signs:
        while number >= value and len(text) < 12:
            text, number = text + sign, number - value
    return text


def _value(element: Element | None, name: str) -> str:
    child = element.find(w(name)) if element is not None else None
    return child.get(w("val"), "") if child is not None else ""


def _number(element: Element | None) -> int | None:
    value = element.get(w("val"), "") if element is not None else ""
    return int(value) if re.fullmatch(r"\d{1,6}", value) else None
