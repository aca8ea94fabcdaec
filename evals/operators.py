"""Operators that make a sentence say something else, and some that leave it saying the same, in Chinese and English.

Their words are lists of their own, apart from those that the checks use.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chat.names import Name, Names
from chat.numbers import figures
from vectorstore.words import to_simplified, to_traditional

Group = Literal[
    "number", "unit", "date", "entity", "direction", "negation", "hedge", "condition", "misplaced", "meaning", "true"
]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A sentence that an operator made of another."""

    group: Group
    operator: str
    text: str


def _replace(text: str, start: int, end: int, by: str) -> str:
    return text[:start] + by + text[end:]


# Numbers, units and dates


def digits(text: str) -> Iterator[Mutant]:
    """A digit of each figure that is no date changed; and the figure ten times as large."""
    for figure in figures(text):
        printed = text[figure.start : figure.end]
        number = re.search(r"\d[\d,.]*\d|\d", printed)
        if number is None or figure.kind in ("date", "label"):
            continue
        at = figure.start + number.start()
        for place, digit in enumerate(number[0]):
            if digit.isdigit() and (place or digit != "1" or len(number[0]) > 1):
                other = str((int(digit) + 3) % 10 or 4)
                yield Mutant("number", "digit", _replace(text, at + place, at + place + 1, other))
                break
        whole = number[0].replace(",", "")
        larger = f"{float(whole) * 10:.10g}"
        yield Mutant("number", "ten times", _replace(text, at, at + len(number[0]), larger))
        swapped = number[0][::-1]
        if swapped != number[0] and swapped[0] not in "0.," and "." not in number[0]:
            yield Mutant("number", "reversed", _replace(text, at, at + len(number[0]), swapped))


def exchanged(text: str) -> Iterator[Mutant]:
    """Two amounts of money, or two shares, of one sentence in each other's place."""
    found = [f for f in figures(text) if f.kind in ("money", "percent", "level")]
    for one, two in itertools.pairwise(found):
        if one.kind == two.kind and one.low != two.low:
            first, second = text[one.start : one.end], text[two.start : two.end]
            turned = text[: one.start] + second + text[one.end : two.start] + first + text[two.end :]
            yield Mutant("number", "exchanged", turned)


_UNITS = {
    "億": "萬",
    "亿": "万",
    "萬": "億",
    "billion": "million",
    "million": "billion",
    "trillion": "billion",
    "%": "個百分點",
    "美元": "港元",
    "US$": "HK$",
    "成": "倍",
    "倍": "成",
    "個基點": "%",
    "個百分點": "%",
    "basis points": "percent",
    "percentage points": "percent",
    "個月": "年",
    "months": "years",
    "GW": "MW",
    "GWh": "MWh",
    "點": "%",
    "points": "percent",
    "天": "個月",
    "days": "months",
}


def units(text: str) -> Iterator[Mutant]:
    """The unit of each figure replaced by another."""
    english = not re.search(r"[\u4e00-\u9fff]", text)
    for figure in figures(text):
        if figure.kind in ("date", "label"):
            continue
        printed = text[figure.start : figure.end]
        for unit, other in _UNITS.items():
            at = printed.find(unit)
            if at >= 0 and (unit != "成" or printed.endswith("成")):
                by = " percentage points" if english and unit == "%" else other
                yield Mutant(
                    "unit", f"{unit}→{by.strip()}", _replace(text, figure.start + at, figure.start + at + len(unit), by)
                )
                break


def dates(text: str) -> Iterator[Mutant]:
    """A year, month, half or quarter replaced by another."""
    for figure in figures(text):
        if figure.kind != "date":
            continue
        printed = text[figure.start : figure.end]
        for pattern, other in _DATES:
            match = re.search(pattern, printed)
            if match and (by := other(match)) != match[0]:
                yield Mutant(
                    "date", "date", _replace(text, figure.start + match.start(), figure.start + match.end(), by)
                )


_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def _month(match: re.Match[str]) -> str:
    return _MONTHS[(_MONTHS.index(match[0]) + 5) % 12]


_DATES: list[tuple[str, Callable[[re.Match[str]], str]]] = [
    (r"20\d\d", lambda m: str(int(m[0]) + 1)),
    (r"20\d\d", lambda m: str(int(m[0]) - 2)),
    (r"\d{1,2}(?=月)", lambda m: str((int(m[0]) + 4) % 12 + 1)),
    ("|".join(_MONTHS), _month),
    (r"[上下](?=半年)", lambda m: "下" if m[0] == "上" else "上"),
    (r"first half", lambda _: "second half"),
    (r"second half", lambda _: "first half"),
    (r"H1", lambda _: "H2"),
    (r"(?<=第)[一二三四](?=季)", lambda m: "一" if m[0] != "一" else "三"),
    (r"(?:first|second|third|fourth)(?= quarter)", lambda m: "first" if m[0] != "first" else "third"),
]


# Who


def entities(text: str, names: Names, others: dict[str, list[str]]) -> Iterator[Mutant]:
    """A name replaced by others of its kind: one that the documents use elsewhere, and one from outside."""
    for name in names.find(text):
        if any(f.start < name.end and name.start < f.end for f in figures(text)):
            continue
        side = "zh" if re.search(r"[\u4e00-\u9fff]", text[name.start : name.end]) else "en"
        if name.kind not in _NAMED or (
            text[name.start : name.end].isupper() != (name.kind == "cryptocurrencies" and side == "en")
            and name.kind == "word"
        ):
            continue
        kind = name.kind if name.kind in _OUTSIDE else "companies"
        for label, pool in (
            ("of the documents", others.get(f"{name.kind}-{side}", [])),
            ("outside", _OUTSIDE[kind][side]),
        ):
            fresh = [
                other
                for other in pool
                if other not in text and names.find(other)[:1] and _key(other, names) != name.key
            ]
            if fresh:
                other = fresh[name.start % len(fresh)]
                yield Mutant("entity", label, _replace(text, name.start, name.end, other))


_NAMED = (
    "companies",
    "indices",
    "exchanges",
    "cryptocurrencies",
    "institutions",
    "people",
    "countries",
    "proper",
    "word",
)


def _key(name: str, names: Names) -> str:
    found: tuple[Name, ...] = names.find(name)
    return found[0].key if found else ""


_OUTSIDE: dict[str, dict[str, list[str]]] = {
    "companies": {"zh": ["三星", "高盛", "台積電"], "en": ["Samsung", "Goldman Sachs", "TSMC"]},
    "institutions": {"zh": ["歐洲央行", "日本央行"], "en": ["ECB", "BOJ"]},
    "exchanges": {"zh": ["幣安", "Kraken"], "en": ["Binance", "Kraken"]},
    "indices": {"zh": ["KOSDAQ", "恒生指數"], "en": ["KOSDAQ", "Nikkei"]},
    "cryptocurrencies": {"zh": ["XRP", "狗狗幣"], "en": ["XRP", "Dogecoin"]},
    "people": {"zh": ["拜登", "馬斯克"], "en": ["Biden", "Musk"]},
    "countries": {"zh": ["巴西", "加拿大"], "en": ["Brazil", "Canada"]},
}


# Which way, whether, how sure, on what terms

_OPPOSITES = (Path(__file__).parent / "opposites.txt").read_text(encoding="utf-8").splitlines()
"""Pairs of words; a Chinese pair works both ways, in an English word "\\ " is a space."""

_PAIRS = [tuple(line.replace("\\ ", "~").split()) for line in _OPPOSITES if line.strip()]


def directions(text: str) -> Iterator[Mutant]:
    """A word replaced by its opposite, the other way round for Chinese pairs too."""
    for found in re.finditer(r"\b(up|down)(?= (?:about )?\d)", text):
        yield Mutant("direction", "up, down", _replace(text, *found.span(), "down" if found[0] == "up" else "up"))
    for one, two in ((a.replace("~", " "), b.replace("~", " ")) for a, b in _PAIRS):
        for word, other in ((one, two), (two, one)) if not one.isascii() else ((one, two),):
            pattern = rf"\b{word}\b" if word.isascii() else f"{word}|{to_simplified(word)}"
            match = re.search(pattern, text)
            if match:
                yield Mutant("direction", f"{word}→{other}", _replace(text, *match.span(), other))


_DENY = [
    (r"\bwill (?!not|find it)", "will not "),
    (r"\b(is|are|was|were) (?!not|no )", r"\1 not "),
    (r"\bhas (?=\w+ed\b)", "has not "),
    (r"\bhave (?=\w+ed\b)", "have not "),
    (r"(?<![不未難無必])將(?!於)(?=[\u4e00-\u9fff])", "將不會"),
    (r"(?<![不未])會(?=[\u4e00-\u9fff])(?<![社機])", "不會"),
    (r"已(?=[\u4e00-\u9fff])", "並未"),
    (r"(?<![不也就都而])是(?=[\u4e00-\u9fff「\"])", "不是"),
    (r"正在", "並未"),
]
_AFFIRM = [
    (r"\bnot (?!only|necessarily|just)", ""),
    (r"\bno longer\b", "still"),
    (r"\bhas not\b", "has"),
    (r"尚未|並未|仍未", "已"),
    (r"並非|不是|不能(?=簡)", "是"),
    (r"不再(?=是|單)", "仍"),
    (r"而非|而不是", "以及"),
    (r"不肯或無力|不願或無法", "願意"),
    (r"\bunwilling or unable\b", "willing"),
    (r"難以(?=[\u4e00-\u9fff])", "可以"),
]


def negations(text: str) -> Iterator[Mutant]:
    for pattern, by in (*_DENY, *_AFFIRM):
        match = re.search(pattern, text)
        if match:
            yield Mutant("negation", pattern, text[: match.start()] + match.expand(by) + text[match.end() :])


_HEDGES = [
    (r"(?<!有)可能會|(?<!有)可能(?!性)", "", "可能"),
    (r"(?<!有)可能會|(?<!有)可能(?!性)", "必將", "可能"),
    (r"或將", "將", "或將"),
    (r"大概率(?:會)?", "", "大概率"),
    (r"預計(?:將|會)?", "", "預計"),
    (r"預料", "", "預料"),
    (r"\bmay\b", "will", "may"),
    (r"\bmay\b", "will certainly", "may"),
    (r"\bcould\b", "will", "could"),
    (r"\bwill most probably\b", "will", "probably"),
    (r"\bis expected to\b", "will", "expected"),
    (r"\bare expected to\b", "will", "expected"),
    (r"\bexpected to be\b", "", "expected"),
    (r"\bwill not necessarily\b", "will not", "not necessarily"),
    (r"未必|不一定", "不會", "未必"),
    (r"更可能", "", "更可能"),
    (r"\bare more likely to\b", "will", "likely"),
]


def hedges(text: str) -> Iterator[Mutant]:
    """A hedge taken out, or made certain; an attribution taken out."""
    for pattern, by, label in _HEDGES:
        match = re.search(pattern, text)
        if match:
            yield Mutant("hedge", label + ("→" + by if by else " dropped"), _replace(text, *match.span(), by))
    for pattern in (
        r"[\w\u4e00-\u9fff]{2,8}?(?:指出|預測|估計)[，,:：]?(?:到|會|其)?",
        r"[A-Z][\w]*(?: [A-Z]\w+)*,? (?:for example, )?(?:notes|points out|forecasts|puts)(?: that)? ",
        r" that [A-Z]\w+ forecasts",
    ):
        match = re.search(pattern, text)
        if match and names_a_source(match[0]):
            yield Mutant("hedge", "attribution dropped", _replace(text, *match.span(), ""))


def names_a_source(printed: str) -> bool:
    return bool(Names().find(printed))


_CONDITIONS = [
    r"(?:若|如果|一旦)[^，,。]{3,30}[，,]",
    r"只有[^。]{6,60}?[，,](?=機構|加密|市場才)",
    r"\b[Ii]f [^,.]{8,120}, (?=[a-z])",
    r"\bonly once [^.]{10,140}?, (?=may|will)",
    r"(?<=[\u4e00-\u9fff])若(?=奏效|成功)[^，]{0,6}，",
]


def conditions(text: str) -> Iterator[Mutant]:
    """The condition taken out."""
    for pattern in _CONDITIONS:
        match = re.search(pattern, text)
        if match:
            yield Mutant("condition", "dropped", _replace(text, *match.span(), ""))


# The same in other words


def same(text: str) -> Iterator[Mutant]:
    """Statements that say the same: other script and width, a frame, figures in other units."""
    if re.search(r"[\u4e00-\u9fff]", text):
        yield Mutant("true", "simplified", to_simplified(text))
        yield Mutant("true", "traditional", to_traditional(to_simplified(text)))
        yield Mutant("true", "framed", f"報告指出，{text}")
        yield Mutant("true", "full width", re.sub(r"\d", lambda m: chr(ord(m[0]) + 0xFEE0), text))
    else:
        yield Mutant(
            "true",
            "framed",
            f"According to the report, {text[0].lower() if not text[:2].isupper() else text[0]}{text[1:]}",
        )
        yield Mutant("true", "spaced", re.sub(r"(?<=\d)%", " percent", text))
    yield Mutant("true", "verbatim", text)
    if (other := _other_units(text)) != text:
        yield Mutant("true", "other units", other)


def _other_units(text: str) -> str:
    text = re.sub(
        r"(\d+(?:\.\d+)?)億美元",
        lambda m: f"{float(m[1]) / 10:g}0億美元"[:0] + f"US${float(m[1]) / 10:g} billion",
        text,
    )
    text = re.sub(r"US\$(\d+(?:\.\d+)?) billion", lambda m: f"US${float(m[1]) * 1000:,.0f} million", text)
    return re.sub(
        r"(?<![\d.])([1-9])0%",
        lambda m: (
            f"{'零一二三四五六七八九'[int(m[1])]}成" if re.search(r"[\u4e00-\u9fff]", text) else f"{m[1]}0 per cent"
        ),
        text,
    )
