"""Figures of Chinese and English text as values that can be compared: money, shares, counts, dates and the like."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import isclose
from typing import Literal

import chat.units as words
from chat.numerals import Numeral, han_value, numerals, word_value
from chat.periods import NO_YEAR, Grain, blank, in_year, periods
from chat.units import Kind
from vectorstore.words import fold


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `low` and `high` differ in ranges (3%-5%, 2024-2026, 三到五成) and dates, else they are equal.

    money: currency units (17.8億美元 is 1.78e9, "USD"; "" where the currency is not told: 元); percent: 0-100;
    points: percentage points (25 bp is 0.25); multiple: 2 for 兩倍, twice, doubled; duration: months, days or hours;
    date: first and last day as `datetime.date.toordinal`, in the year 4 with the unit "no year" where none is printed.
    """

    kind: Kind
    low: float
    high: float
    unit: str = ""
    grain: Grain = ""
    bound: Literal["", "about", "over", "under"] = ""
    sign: Literal["", "+", "-"] = ""
    start: int = 0
    end: int = 0


@lru_cache(maxsize=2048)  # those of the same sentences are asked for again and again
def figures(text: str) -> tuple[Figure, ...]:
    """Every figure of a text, in order. Ordinals, numbered headings, references, names, times and links are none."""
    folded = _folded(text)
    rest = _strike(words.NO_FIGURES, folded)
    dates = [
        Figure("date", period.low, period.high, period.unit, period.grain, start=period.start, end=period.end)
        for period in periods(rest, text)
    ]
    rest = blank(rest, ((date.start, date.end) for date in dates))
    phrases: list[Figure] = []
    for number, (pattern, read) in enumerate(_PHRASES):
        found = [figure for match in pattern.finditer(rest) if (figure := read(match))]
        rest = blank(rest, ((figure.start, figure.end) for figure in found))
        rest = rest if number else _strike(words.REFERENCES, rest)
        phrases += found
    amounts = sorted([*(_Amount(phrase) for phrase in phrases), *_amounts(rest, text)], key=lambda a: a.figure.start)
    bounded = [_bounded(figure, folded) for figure in _ranges(amounts, folded)]
    return tuple(sorted([*dates, *bounded], key=lambda figure: figure.start))


def same(one: Figure, other: Figure) -> bool:
    """Whether two figures say the same, in either language: equal values of one kind, no more and no less precise.

    A unit that one of them leaves out agrees with any (17.8億 and US$1.78 billion), counts agree whatever is counted
    (三種 and three scenarios), signs and bounds unless they oppose each other.
    """
    if {one.bound, other.bound} == {"over", "under"} or {one.sign, other.sign} == {"+", "-"}:
        return False
    if one.kind != other.kind and not _is_plain(one, other) and not _is_plain(other, one):
        return False
    if one.kind == other.kind and not _units_agree(one, other):
        return False
    return isclose(one.low, other.low, rel_tol=1e-9) and isclose(one.high, other.high, rel_tol=1e-9)


def covers(coarse: Figure, fine: Figure) -> bool:
    """Whether a period contains another or equals it: 2026 the first half of 2026, that February 2026. Dates only."""
    are_dates = coarse.kind == fine.kind == "date" and coarse.unit == fine.unit
    return are_dates and coarse.low <= fine.low and fine.high <= coarse.high


def occurs(figure: Figure, among: Iterable[Figure]) -> bool:
    """Whether a figure is printed among others: the same, or, for a range, both of its ends (from 9 to 1.78)."""
    others = list(among)
    if any(same(figure, other) for other in others):
        return True
    ends = _ends(figure)
    return len(ends) > 1 and all(any(same(end, other) for other in others) for end in ends)


def without_year(figure: Figure) -> Figure:
    """A date as if its year were not printed, to compare with one whose year stands in a heading; others unchanged."""
    if figure.kind != "date" or figure.grain in ("year", "decade"):
        return figure
    moved = in_year(int(figure.low), int(figure.high), NO_YEAR)
    return replace(figure, low=moved[0], high=moved[1], unit="no year") if moved else figure


def _is_plain(one: Figure, other: Figure) -> bool:
    return one.kind == "number" and other.kind in ("money", "count", "level", "label")


def _units_agree(one: Figure, other: Figure) -> bool:
    if one.kind == "count":
        return one.unit == other.unit or not words.MEASURES & {one.unit, other.unit}
    if one.kind == "date":
        vague = {"early", "mid", "late"} & {one.grain, other.grain}
        return one.unit == other.unit and (one.grain == other.grain or not vague)
    return one.unit == other.unit or (one.kind == "money" and "" in (one.unit, other.unit))


def _ends(figure: Figure) -> list[Figure]:
    """The two ends of a range; of one of dates, the first and the last of its days, months or years."""
    if figure.kind != "date":
        ends = [replace(figure, high=figure.low), replace(figure, low=figure.high)]
        return ends if figure.low < figure.high else []
    first, last = (date.fromordinal(int(day)) for day in (figure.low, figure.high))
    if figure.grain == "day":
        return [replace(figure, high=figure.low), replace(figure, low=figure.high)]
    if figure.grain == "month":
        until = date(first.year, first.month, monthrange(first.year, first.month)[1])
        return [replace(figure, high=until.toordinal()), replace(figure, low=last.replace(day=1).toordinal())]
    if figure.grain == "year" and figure.unit != "no year":
        until = date(first.year, 12, 31)
        return [replace(figure, high=until.toordinal()), replace(figure, low=date(last.year, 1, 1).toordinal())]
    return []


def _folded(text: str) -> str:
    """Folded, but for marks that would read as part of a number: 。 is no decimal point, 、 no separator."""
    parted = re.sub(r"[、。]|(?<![０-９])，|，(?![０-９])", ";", text)
    return fold(parted)


def _strike(pattern: re.Pattern[str], text: str) -> str:
    return blank(text, (match.span() for match in pattern.finditer(text)))


@dataclass(frozen=True, slots=True)
class _Amount:
    """A figure on its way. `scale`: of its last words, `factor`: of its unit, for the number before it in a range;
    `weak`: a Chinese numeral alone, no figure unless it begins a range."""

    figure: Figure
    scale: float = 1
    factor: float = 1
    weak: bool = False


def _amounts(rest: str, text: str) -> Iterator[_Amount]:
    last = 0
    for numeral in numerals(rest):
        if numeral.start >= last and (amount := _amount(numeral, last, rest, text)):
            yield amount
            last = amount.figure.end


def _amount(numeral: Numeral, last: int, rest: str, text: str) -> _Amount | None:
    """A number with the unit around it, no further back than `last`, where the figure before ended; None for what is
    no figure (一家, 百家, 5G, the Magnificent Seven)."""
    suffix = words.UNIT.match(rest, numeral.end)
    assert suffix
    mark = words.CURRENCY.search(rest, max(last, numeral.start - 5), numeral.start)
    kind, unit, factor, end = _unit(suffix, numeral, rest)
    if mark and kind != "percent":
        is_suffixed = kind == "money" and unit
        unit, factor = unit if is_suffixed else words.currency(mark[1]), 1.0
        end = end if kind == "money" else max(numeral.end, suffix.end("more"))
        kind = "money"
    if not kind and re.match(r"[a-z0-9]", rest[end : end + 1]) and not _counts(numeral, text, end):
        return None
    if _is_no_figure(numeral, kind, unit, rest, text):
        return None
    start = mark.start() if mark else numeral.start
    sign = _SIGN.search(rest[max(0, start - 3) : start])
    half = 0.5 if suffix["half"] and end == suffix.end() and numeral.low % 1 == 0 else 0
    more: Literal["over", "about", ""] = "over" if suffix["more"] else "about" if numeral.low < numeral.high else ""
    figure = Figure(
        kind or "number",
        (numeral.low + half) * factor,
        (numeral.high + half) * factor,
        unit,
        bound=more,
        sign="" if not sign else "+" if sign[1] == "+" else "-",
        start=sign.start(1) + max(0, start - 3) if sign else start,
        end=end,
    )
    return _Amount(
        figure, numeral.scale, factor, weak=not kind and numeral.is_han and not _PLAIN_HAN.match(numeral.spelt)
    )


_SIGN = re.compile(r"(?:\A|[\s(\[:;,/~\"']|[^\x00-\x7f](?=\+))([+-])\s?\Z")
_PLAIN_HAN = re.compile(r"[^百千万亿兆]+[百千万亿兆]")
"""Chinese numerals that are figures without a unit: 三百, 五萬; not 十五, 百度."""


def _counts(numeral: Numeral, text: str, end: int) -> bool:
    """Whether a number right before letters counts something (70萬TEU, 2.5GW, 1,500BTC), and is no name (5G, 3D)."""
    letters = r"[A-Z]" if re.search(r"[,.]", numeral.spelt) else "[A-Z]{2}"
    return numeral.scale > 1 or re.match(letters, text[end:]) is not None


def _unit(suffix: re.Match[str], numeral: Numeral, rest: str) -> tuple[Kind | None, str, float, int]:
    """Kind, unit, factor and where the figure ends; no kind where the number has no unit."""
    index = next((int(name[1:]) for name, found in suffix.groupdict().items() if name[0] == "u" and found), None)
    if index is not None:
        kind, unit, factor, _ = words.UNITS[index]
        if kind == "level" and numeral.in_words and numeral.high < 10:  # 三點, two points: of a list
            kind, unit = "count", ""
        if kind == "count" and not unit:
            unit = suffix[f"u{index}"].strip()
        return kind, unit, factor, suffix.end()
    end = max(numeral.end, suffix.end("more"))
    noun = words.NOUN.match(rest, end)
    if noun or (numeral.in_words and not numeral.is_han):
        return "count", noun[1] if noun else "", 1, end
    return None, "", 1, end


def _is_no_figure(numeral: Numeral, kind: Kind | None, unit: str, rest: str, text: str) -> bool:
    """Words with a number in them (一家, one of, 百家, 數十, Magnificent Seven), 4K, 890m, serial numbers."""
    before, printed = rest[max(0, numeral.start - 1) : numeral.start], text[numeral.start : numeral.end]
    if not numeral.in_words:
        is_letter = re.search(r"[0-9 ][mbt]\Z", printed) is not None and kind != "money"
        is_name = re.fullmatch(r"[248]k|[0-9]{8,}", numeral.spelt) is not None and not kind
        return is_letter or is_name
    if numeral.low == 1 and kind in (None, "count", "level", "duration"):
        return kind != "duration" or unit != "month" or before in tuple("这那哪任整每同新前有上下另某头去今当")
    if not numeral.is_han:
        return (
            printed[0].isupper()
            and re.search(r"[A-Z][a-z]+ \Z", text[max(0, numeral.start - 20) : numeral.start]) is not None
        )
    if before in ("数", "几", "少") or rest[numeral.end : numeral.end + 1] == "几":
        return True
    has_digit = re.search(r"[^百千万亿兆]", numeral.spelt)
    return not has_digit and (
        kind not in ("money", "multiple") or before == "上" or numeral.spelt in ("万", "亿", "兆")
    )


def _label(match: re.Match[str]) -> Figure | None:
    first, last = int(match["first"]), int(match["last"])
    around = (
        match.string[max(0, match.start() - 1) : match.start()]
        + match.string[match.end("last") : match.end("last") + 1]
    )
    is_fraction = match["mark"] == "/" and first < last <= 10
    if not match["event"] and (is_fraction or (match["mark"] == "." and around != '""')):
        return None
    name = f"{first}.{last}"
    return Figure("label", float(name), float(name), name, start=match.start(), end=match.end("last"))


def _fraction(match: re.Match[str]) -> Figure | None:
    whole = _number(match["whole"])
    low = _number(match["low"])
    high = _number(match["high"]) if match["high"] else low
    return _percent(match, 100 * low / whole, 100 * high / whole) if whole else None


def _tenths(match: re.Match[str]) -> Figure | None:
    tenth = match["tenth"]
    rest = 5.0 if tenth == "半" else _number(tenth) if tenth else 0.0
    low = 10 * _number(match["low"])
    high = 10 * _number(match["high"]) if match["high"] else low
    return _percent(match, low + (0 if match["high"] else rest), high + rest, "over" if match["more"] else "")


def _english_fraction(match: re.Match[str]) -> Figure | None:
    if match["top"]:
        top, bottom = int(match["top"]), int(match["bottom"])
        return _percent(match, 100 * top / bottom, 100 * top / bottom) if top < bottom else None
    count = match["count"] or match["count2"] or match["count3"]
    part = match["part"] or match["part2"] or match["part3"]
    share = 100 * max(1, word_value(count)) / words.PARTS[part]
    return _percent(match, share, share)


def _half(match: re.Match[str]) -> Figure | None:
    is_over = match.string[max(0, match.start() - 1) : match.start()] == "过"
    return _percent(match, 50, 50, "over" if is_over else "")


def _multiple(value: float) -> Callable[[re.Match[str]], Figure | None]:
    return lambda match: Figure("multiple", value, value, "x", start=match.start(), end=match.end())


def _span(months: float) -> Callable[[re.Match[str]], Figure | None]:
    return lambda match: Figure("duration", months, months, "month", start=match.start(), end=match.end())


def _percent(match: re.Match[str], low: float, high: float, bound: Literal["", "over"] = "") -> Figure | None:
    if low > high:
        return None
    return Figure("percent", low, high, "%", bound=bound, start=match.start(), end=match.end())


def _number(printed: str) -> float:
    return float(printed.replace(",", "")) if printed[0].isascii() else han_value(printed) or 0.0


_PHRASES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Figure | None]]] = [
    (words.LABEL, _label),
    (words.HAN_FRACTION, _fraction),
    (words.TENTHS, _tenths),
    (words.ENGLISH_FRACTION, _english_fraction),
    *((re.compile(pattern), _span(months)) for months, pattern in words.SPANS.items()),
    (words.HALF, _half),
    *((re.compile(pattern), _multiple(value)) for value, pattern in words.MULTIPLES.items()),
]


def _ranges(amounts: Sequence[_Amount], folded: str) -> Iterator[Figure]:
    """The figures, those with "to" between them as one, a unit and a scale that are printed once meant for both."""
    waiting: _Amount | None = None
    for amount in amounts:
        pair = _pair(waiting, amount, folded) if waiting else None
        if waiting and pair:
            first, waiting = pair
            if first:
                yield first
            continue
        if waiting and not waiting.weak:
            yield waiting.figure
        waiting = amount
    if waiting and not waiting.weak:
        yield waiting.figure


def _pair(one: _Amount, other: _Amount, folded: str) -> tuple[Figure | None, _Amount] | None:
    """Two neighbours as a range, or, in "from 3 to 5%", the first with the unit of the second; None if unrelated."""
    first, second = one.figure, other.figure
    before = folded[max(0, first.start - 24) : first.start]
    link = _LINK.fullmatch(folded[first.end : second.start])
    if not link or (link["and"] and not _BETWEEN.search(before)):
        return None
    mantissa = second.high / other.factor / other.scale
    scale = other.scale if one.scale == 1 and first.low / one.factor < mantissa else 1
    if first.kind == "number":
        times = other.factor * scale
        first = replace(first, kind=second.kind, low=first.low * times, high=first.high * times, unit=second.unit)
    elif second.kind == "number" and first.kind == "money":
        first = replace(first, low=first.low * scale, high=first.high * scale)
        second = replace(second, kind="money", unit=first.unit)
    if first.kind != second.kind or not _units_agree(first, second):
        return None
    if _MOVED.search(before) or first.high >= second.low:
        return (None if one.weak and first.kind == "number" else first), replace(other, figure=second)
    merged = replace(first, high=second.high, unit=first.unit or second.unit, end=second.end)
    return None, replace(other, figure=merged, weak=other.weak)


_LINK = re.compile(r"\s?(?:(?:-{1,2}|[~〜]|[至到]|to)|(?P<and>and|和|与))\s?")
_BETWEEN = re.compile(r"(?:between|介[于乎])\s?(?:about |约)?\Z")
_MOVED = re.compile(
    r"(?:(?<![a-z])(?:from|rose|fell|dropped|grew|climbed|slid|plunged|surged|jumped|declined|shrank|rises?|falls?|down|up)"
    r"(?![a-z])[^.;,0-9%]{0,10}|[从由自][^,;0-9%]{0,3})\Z"
)


_BOUNDS: tuple[Literal["over", "under", "about"], ...] = ("over", "under", "about")


def _bounded(figure: Figure, folded: str) -> Figure:
    """The figure with what stands before or after it, unless its own words say so already."""
    if figure.bound == "over":
        return figure
    before = words.BEFORE.search(folded[max(0, figure.start - 20) : figure.start])
    after = words.AFTER.match(folded, figure.end)
    if before and before[0].strip() in _PREPOSITIONS and (figure.kind == "duration" or _is_small_word(figure, folded)):
        before = None
    for bound in _BOUNDS:
        if (after and after[bound]) or (before and before[bound]):
            return replace(figure, bound=bound)
    return figure


_PREPOSITIONS = {"近", "over", "about", "around", "above", "under", "below", "some"}
"""Over three years, about three scenarios: not always "more than" and "roughly"."""


def _is_small_word(figure: Figure, folded: str) -> bool:
    return figure.kind == "count" and figure.low <= 20 and folded[figure.start].isalpha()
