"""Days of the year as questions write them (October 11, 10月11日), in the short form of events' names (10.11)."""

from __future__ import annotations

import calendar
import re

from ingest.blocks import numeral
from vectorstore.words import fold

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_NAMED = {**_MONTHS, **{name[:3]: number for name, number in _MONTHS.items()}, "sept": 9}
_NAME = "|".join(sorted(_NAMED, key=len, reverse=True))
_NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_DAY = re.compile(
    rf"\b(?P<month>{_NAME})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month2>{_NAME})\b"
    rf"|(?<![\d一二三四五六七八九十])(?P<month3>{_NUMBER})月(?P<day3>{_NUMBER})(?:日|号)"
)


def short_days(text: str) -> list[str]:
    """The days that a text names, as month and day: 10.11."""
    found = []
    for match in _DAY.finditer(fold(text)):
        groups = {key.rstrip("23"): value for key, value in match.groupdict().items() if value}
        month, day = (_NAMED.get(groups[key]) or numeral(groups[key]) for key in ("month", "day"))
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2024, month)[1]:
            found.append(f"{month}.{day}")
    return found
