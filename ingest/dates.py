"""The date line of a document: 2025-03-04, 2025年3月4日, 4 March 2025, March 4, 2025, with a label or without."""

from __future__ import annotations

import calendar
import datetime
import re

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}

_LABEL = (
    r"(?:(?:[^\W\d]+[ ])?(?:dated?|published|issued|updated)(?:[ ]on)?|\w{0,4}(?:日期|時間|时间)|[發发]布|出版)"
    r"\s*[:：]?\s*"
)
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})[.]?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_END = r"(?=\s*(?:$|[,，(（|]))"  # a title may begin with a month: "March 2025 outlook"
_YEAR_FIRST = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})(?:\s*[-/.月]\s*(?P<day>\d{1,2}))?"
_DAY_FIRST = rf"{_DAY}[ ]{_MONTH},?[ ](?P<year>\d{{4}})"
_MONTH_FIRST = rf"{_MONTH}[ ]{_DAY},?[ ](?P<year>\d{{4}})"
_FORMS = (
    _YEAR_FIRST,
    rf"{_DAY_FIRST}{_END}",
    rf"{_MONTH_FIRST}{_END}",
    rf"{_MONTH}(?P<day>)[ ](?P<year>\d{{4}})\s*$",
)
_LINES = [re.compile(rf"(?:{_LABEL})?{form}", re.IGNORECASE) for form in _FORMS]
_WITHIN = [
    re.compile(rf"(?:{_LABEL}|(?<![\w.-])){form}日?(?![\w-])", re.IGNORECASE)
    for form in (_YEAR_FIRST, _DAY_FIRST, _MONTH_FIRST)
]


def is_date_line(text: str) -> bool:
    """Whether a line of front matter begins with a date, or with a label for one and then the date."""
    return _found(text) is not None


def date_of(text: str) -> datetime.date | None:
    """The day that a date line names; none where it names a month alone or no day that there is."""
    found = _found(text)
    return _day(found) if found else None


def _day(found: re.Match[str]) -> datetime.date | None:
    if not found["day"]:
        return None
    month = _MONTHS.get(found["month"].lower()) or int(found["month"])
    try:
        return datetime.date(int(found["year"]), month, int(found["day"]))
    except ValueError:
        return None


def date_within(text: str) -> tuple[int, datetime.date] | None:
    """The first day that a line names, and where that, or its label, begins: `A Team, 4 March 2025`."""
    found = [(match.start(), day) for form in _WITHIN for match in form.finditer(text) if (day := _day(match))]
    return min(found, default=None)


def _found(text: str) -> re.Match[str] | None:
    return next((found for line in _LINES if (found := line.match(text.strip()))), None)
