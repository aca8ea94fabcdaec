"""Dates and periods in Chinese and English text: days, months, quarters, halves, years, early, mid and late.

Reads folded text (`vectorstore.words.fold`) beside the text itself, which tells May from may.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from chat.numerals import DIGITS, han_value

Grain = Literal["", "day", "month", "quarter", "half", "year", "decade", "early", "mid", "late"]

NO_YEAR = 4
"""The year in which dates printed without one are kept: a leap year, so that it has a 29 February."""

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_SHORT = {name[:3]: number for name, number in _MONTHS.items() if name != "may"} | {"sept": 9}
_ALSO_WORDS = {"may", "march", "august"}
_ORDER = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "final": 4}
_ORDER |= {"latter": 2, "上": 1, "下": 2, "首": 1, "末": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_PARTS: dict[Grain, str] = {
    "early": r"early|(?:the[ ])?(?:beginning|start)[ ]of|初|上旬",
    "mid": r"mid|(?:the[ ])?middle[ ]of|中旬?",
    "late": r"late|(?:the[ ])?end[ ]of|(?:year[ -])?end|年?[底末终]|下旬",
}

# Pieces of the patterns. Group names less their digits say what they hold; `_read` needs no more.
_Y4 = r"(?:19|20)[0-9]{2}"
_HAN_Y4 = r"[一二][九〇零][零〇一二三四五六七八九]{2}"
_ALONE = r"(?<![0-9a-z_.])"
_OVER = r"(?![0-9a-z%]|[.,][0-9])"
_HAN_YEAR = rf"(?:{_ALONE}(?P<year>{_Y4}|{_HAN_Y4}|[0-9]{{2}}(?=\s?年))\s?年?的?\s?)"
_HAN_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_HAN_DAY = r"(?:[12][0-9]|3[01]|0?[1-9]|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
_ENGLISH_MONTH = (
    rf"(?P<month>{'|'.join(sorted([*_MONTHS, *_SHORT], key=len, reverse=True))})(?![a-z])(?:[.](?=[ ][0-9]))?"
)
_ENGLISH_PART = rf"(?P<part>{_PARTS['early']}|{_PARTS['mid']}|{_PARTS['late']})"
_YEAR_BEFORE = rf"(?:{_ALONE}(?P<year>{_Y4})(?:'s)?[ -]?|{_ALONE})"
_YEAR_AFTER = (
    rf"(?:(?:[ ](?:of|in|for))?[ ](?:the[ ])?(?P<fiscal>fiscal[ ](?:year[ ])?|fy[ ]?)?(?P<year2>{_Y4}){_OVER})"
)
_YEAR_GLUED = rf"(?:[ ]?(?P<fiscal>fy)?(?:[ ]?(?P<year2>{_Y4})|(?P<year3>[12][0-9]|3[0-5])){_OVER})"
_COUNTED = r"""\s?(?:%|[百千万亿兆倍点家个种名位枚吨元]|美元|美金|港元|日元|韩元|欧元|英镑|人(?!工|民|口|均)
    |(?:per[ ]?cent|pct|bps?|points?|thousand|[mbtr]+illion|[mbt]n|dollars?|won|yen|euros?|times)(?![a-z]))"""

_PATTERNS = {
    "2026-02-10, 2026/2": rf"""(?<![0-9a-z./-])(?P<year>{_Y4})(?P<mark>[-/.])(?P<month>1[0-2]|0?[1-9])
        (?:(?P=mark)(?P<day>[0-9]{{1,2}})|(?<![.][0-9])(?<![.][0-9]{{2}}))(?![0-9]|[-/.][0-9])""",
    "2024-26": rf"(?<![0-9a-z.,$])(?P<year>{_Y4})[-/](?P<until>[0-9]{{2}})(?:\s?年|{_OVER})",
    "02-10": r"(?<![0-9a-z-])(?P<month>0[1-9])-(?P<day>0[1-9]|[12][0-9]|3[01])(?![0-9a-z-])",
    "2025財年": rf"{_ALONE}(?P<year>{_Y4})\s?年?(?P<fiscal>财年|财政年度|会计年度)",
    "late 2026, end of October": rf"""(?<![a-z]){_ENGLISH_PART}[ -](?:the[ ])?
        (?:{_ENGLISH_MONTH}(?:,?[ ](?:of[ ])?(?P<year>{_Y4}){_OVER})?|(?P<year2>{_Y4}){_OVER})""",
    "10 February 2026, Dec. 2025, October": rf"""(?<![a-z0-9])
        (?:(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[ -](?:of[ ])?)?{_ENGLISH_MONTH}
        (?:[ ](?P<day2>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9a-z]|[.,][0-9]|{_COUNTED}))?
        (?:(?:,?[ ]?(?:of[ ])?|-)(?P<year>{_Y4})(?![0-9])|(?:[ ]?'|-)(?P<year2>[0-9]{{2}})(?![0-9a-z]))?""",
    "2026年2月10日, 10-12月, 十月底": rf"""{_HAN_YEAR}?(?<![0-9十百几数])(?<![0-9][.])
        (?:(?P<from>{_HAN_MONTH})\s?月?\s?[-~至到]\s?)?(?P<month>{_HAN_MONTH})\s?月份?(?!均)
        (?:\s?(?P<day>{_HAN_DAY})\s?(?:[日号]?\s?[-~至到]\s?(?P<last>{_HAN_DAY})\s?)?[日号](?!均|本|元)|(?P<part>[上中下]旬|[初底末]|中(?!国)))?""",
    "2026年上半年, 下半年": rf"{_HAN_YEAR}?(?P<half>[上下])半年",
    "2026年上半": rf"{_HAN_YEAR}(?P<half>[上下])半",
    "第一季度, 首季": rf"""{_HAN_YEAR}?(?:第?(?P<quarter>[一二三四1-4首末])季度
        |第(?P<quarter2>[一二三四1-4])季|(?P<quarter3>首)季)""",
    "2026年一季": rf"{_HAN_YEAR}(?P<quarter>[一二三四1-4末])季",
    "2026年底, 年中": rf"""(?:{_ALONE}(?P<year>{_Y4}|{_HAN_Y4}|[0-9]{{2}})\s?
        |(?<![0-9零一二三四五六七八九十百两半几数这那全多每近]))年(?P<part>[初底末终]|中旬?(?![期国美央小东西产共文的等]))""",
    "2020年代, 1990s": rf"{_ALONE}(?P<decade>(?:19|20)[0-9]0)(?:'?s(?![a-z])|\s?年代)",
    "Q1 2026, 1H26, 2026Q1": rf"""{_YEAR_BEFORE}
        (?:(?:q(?P<quarter>[1-4])|h(?P<half>[12]))(?![0-9])[-/']?|(?:(?P<quarter2>[1-4])q|(?P<half2>[12])h)[-/']?)
        (?:{_YEAR_GLUED}|[ ]of[ ](?P<year4>{_Y4})|(?![0-9a-z]|[-.][0-9a-z]))""",
    "2026年Q1": rf"{_HAN_YEAR}(?:q(?P<quarter>[1-4])|h(?P<half>[12]))(?![0-9a-z])",
    "first half of 2026": rf"""{_YEAR_BEFORE}(?:the[ ])?(?:(?P<half>first|second|latter|1st|2nd)[ -]half
        |(?P<quarter>first|second|third|fourth|final|1st|2nd|3rd|4th)[ -]quarter)(?![a-z]){_YEAR_AFTER}?""",
    "FY25": rf"(?<![a-z0-9])(?P<fiscal>fy|fiscal(?:[ ]year)?)[ ]?'?(?P<year>{_Y4}|[0-9]{{2}}){_OVER}",
    "year-end 2026, mid-year": rf"""{_YEAR_BEFORE}(?P<part>year[ -]?end|(?:the[ ])?end[ -]of[ -](?:the[ -])?year
        |mid-?[ ]?year)(?![a-z]){_YEAR_AFTER}?""",
    "2026, 2025年, 二〇二六年": rf"""(?<![0-9a-z_$€£¥₩])(?<![0-9][.])
        (?:(?P<year>{_Y4})(?:\s?年度?|(?![0-9a-z_]|[.,][0-9]|{_COUNTED}))|(?P<year2>{_HAN_Y4})年)""",
    "'25": r"(?<![a-z0-9'])'(?P<year>[12][0-9]|3[0-5])(?![0-9a-z%']|[.,][0-9])",
}
_COMPILED = [re.compile(pattern, re.VERBOSE) for pattern in _PATTERNS.values()]

_JOINED = re.compile(r"\s*(?:-{1,2}|[~〜]|[至到]|to|through|until|till)\s*(?:the\s)?")
_AND = re.compile(r"\s*(?:and|和|与)\s*(?:the\s)?")
_BETWEEN = re.compile(r"(?:between (?:the )?|介于\s?)\Z")
_MONTH_WANTED = re.compile(r"(?<![a-z])(?:in|by|since|until|of|from|to|through|during|last|next|this|before|after) \Z")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `low` to `high`, both included, as `datetime.date.toordinal` counts them."""

    low: int
    high: int
    grain: Grain
    unit: Literal["", "FY", "no year"]
    start: int
    end: int


def periods(folded: str, text: str) -> list[Period]:
    """Every date and period, in order; "2024-2026" and "December 2024 to November 2025" are one each."""
    found: list[Period] = []
    rest = folded
    for pattern in _COMPILED:
        matches = [(match, period) for match in pattern.finditer(rest) if (period := _read(match, text))]
        found.extend(period for _, period in matches)
        rest = blank(rest, ((period.start, period.end) for _, period in matches))
    return list(_join(sorted(found, key=lambda period: period.start), folded))


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with its spans (in order) struck out; every other character keeps its place."""
    pieces, last = [], 0
    for start, end in spans:
        pieces += [text[last:start], "\0" * (end - start)]
        last = end
    return "".join([*pieces, text[last:]])


def in_year(low: int, high: int, year: int) -> tuple[int, int] | None:
    """The same days of another year; None for what lies in more than one, or on a day which that year lacks."""
    first, last = datetime.date.fromordinal(low), datetime.date.fromordinal(high)
    whole_month = last.day == calendar.monthrange(last.year, last.month)[1]
    day = calendar.monthrange(year, last.month)[1] if whole_month and low != high else last.day
    try:
        moved = first.replace(year=year).toordinal(), last.replace(year=year, day=day).toordinal()
    except ValueError:
        return None
    return moved if first.year == last.year else None


def _read(match: re.Match[str], text: str) -> Period | None:
    """What the named groups of a pattern say; None for no such day (31 February) and for words (may, H2)."""
    parts = {name.rstrip("0123456789"): found for name, found in match.groupdict().items() if found}
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    if _is_word(parts, text[start : match.end()], match.string[max(0, start - 8) : start]):
        return None
    year = _year(parts.get("year") or parts.get("decade"))
    unit: Literal["", "FY", "no year"] = "FY" if "fiscal" in parts else "no year" if year == NO_YEAR else ""
    try:
        low, high, grain = _days(year, parts)
    except ValueError:
        return None
    return Period(low.toordinal(), high.toordinal(), grain, unit, start, match.end())


def _is_word(parts: dict[str, str], printed: str, before: str) -> bool:
    """Whether a month's name is a verb or too short to tell, or H2 and 1h no half of a year."""
    if parts.keys() & {"year", "day", "part"}:
        return (
            "day" in parts and not parts.keys() & {"year"} and parts.get("month") in _ALSO_WORDS and printed.islower()
        )
    if parts.get("month") in _SHORT:
        return True
    if parts.get("month") in _ALSO_WORDS:
        return not printed[0].isupper() or not _MONTH_WANTED.search(before)
    return len(printed) == 2 and printed.isascii() and not printed.isupper()


def _year(printed: str | None) -> int:
    if not printed:
        return NO_YEAR
    if printed.isdigit() and printed.isascii():
        return int(printed) if len(printed) == 4 else 2000 + int(printed)
    return int("".join(str(DIGITS[digit]) for digit in printed))


def _days(year: int, parts: dict[str, str]) -> tuple[datetime.date, datetime.date, Grain]:
    """First and last day. The early, mid and late of a year are four months each, those of a month ten days."""
    part: Grain = next((grain for grain, words in _PARTS.items() if _matches(words, parts.get("part", ""))), "")
    if "month" in parts:
        last = _month(parts["month"])
        first = _month(parts["from"]) if "from" in parts else last
        end = calendar.monthrange(year, last)[1]
        if "day" in parts:
            days = [int(han_value(parts[name]) or 0) for name in ("day", "last") if name in parts]
            return datetime.date(year, first, days[0]), datetime.date(year, last, days[-1]), "day"
        tenth = {"early": (1, 10), "mid": (11, 20), "late": (21, end)}.get(part, (1, end))
        return datetime.date(year, first, tenth[0]), datetime.date(year, last, tenth[1]), part or "month"
    if "quarter" in parts or "half" in parts:
        grain: Grain = "quarter" if "quarter" in parts else "half"
        printed, length = parts[grain], 3 if grain == "quarter" else 6
        last = length * (int(printed) if printed.isdigit() else _ORDER[printed])
    elif part:
        grain, length, last = part, 4, {"early": 4, "mid": 8, "late": 12}[part]
    else:
        grain, length, last = "decade" if "decade" in parts else "year", 12, 12
    until = year + 9 if "decade" in parts else year // 100 * 100 + int(parts["until"]) if "until" in parts else year
    first_day, last_day = datetime.date(year, last - length + 1, 1), calendar.monthrange(until, last)[1]
    if until < year:
        raise ValueError(f"{year} to {until}")
    return first_day, datetime.date(until, last, last_day), grain


def _matches(words: str, printed: str) -> bool:
    plain = "mid" if printed.startswith("mid") else "late" if "end" in printed else printed
    return re.fullmatch(words, plain, re.VERBOSE) is not None


def _month(printed: str) -> int:
    number = _MONTHS.get(printed) or _SHORT.get(printed) or int(han_value(printed) or 0)
    if not 1 <= number <= 12:
        raise ValueError(printed)
    return number


def _join(found: list[Period], folded: str) -> Iterator[Period]:
    """Neighbours with "to" between them as one, a year that is printed once meant for both."""
    waiting: Period | None = None
    for period in found:
        joined = _joined(waiting, period, folded) if waiting else None
        if waiting and not joined:
            yield waiting
        waiting = joined or period
    if waiting:
        yield waiting


def _joined(one: Period, other: Period, folded: str) -> Period | None:
    between = folded[one.end : other.start]
    is_pair = _AND.fullmatch(between) and _BETWEEN.search(folded[max(0, one.start - 12) : one.start])
    if len(between) > 16 or not (_JOINED.fullmatch(between) or is_pair):
        return None
    low, high, unit = one.low, other.high, one.unit
    if one.unit != other.unit:
        if "FY" in (one.unit, other.unit):
            return None
        known = datetime.date.fromordinal(other.low if one.unit else one.low).year
        moved = in_year(one.low, one.high, known) if one.unit else in_year(other.low, other.high, known)
        if not moved:
            return None
        low, high, unit = (moved[0], high, "") if one.unit else (low, moved[1], "")
    grain = one.grain if one.grain == other.grain else min(one.grain, other.grain, key=_FINENESS.index)
    return Period(low, high, grain, unit, one.start, other.end) if low < high else None


_FINENESS = ["day", "early", "mid", "late", "month", "quarter", "half", "year", "decade", ""]
