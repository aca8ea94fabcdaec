"""Numbers as they are spelt: digits with separators and scales, Chinese numerals, English number words.

Everything here reads folded text (`vectorstore.words.fold`): Simplified, lower case, ASCII digits and marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
DIGITS |= {digit: value for value, digit in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
_STEPS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8, "兆": 10**12}
_UNITS = _STEPS | _MYRIADS

_SMALL_WORDS = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty"""
_TENS_WORDS = "thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: value for value, word in enumerate(_SMALL_WORDS.split(), 1)}
_WORDS |= {word: value for value, word in enumerate(_TENS_WORDS.split(), 3)}
_WORDS |= {word: 10 * _WORDS[word] for word in _TENS_WORDS.split()}
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12, "mm": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9}
_SHORT |= {"bln": 10**9, "tn": 10**12, "trn": 10**12, "tln": 10**12}


def any_of(words: Iterator[str] | list[str] | dict[str, int]) -> str:
    """A group that matches one of the words, the longest that fits."""
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]{1,15}+(?![0-9]))(?:\.[0-9]{1,9}+(?![0-9]))?+"
ARABIC = rf"(?:{ARABIC}|(?<![0-9a-z)])\.[0-9]{{1,9}}+(?![0-9]))"
HAN_DIGIT = f"[{''.join(DIGITS)}]"
_HAN_UNIT = r"(?:[十百千万亿拾佰仟]|兆(?!瓦|赫|字节|帕))"
_SMALL, _SCALE = any_of(_WORDS), any_of(_SCALES)

NUMERAL = re.compile(
    rf"""
    (?:(?<![a-z0-9_])|(?<=usd|hkd|rmb|cny|eur|gbp|krw|jpy|twd))(?<![0-9]\.)(?<![a-z]-)
        (?P<arabic>{ARABIC})
        (?: (?P<tail>\s?(?=[千万亿兆仟]|百[万亿]){_HAN_UNIT}++(?:(?:{ARABIC}|{HAN_DIGIT}){_HAN_UNIT}++){{0,6}}+)
          | [ -]?(?P<scale>{_SCALE})(?![a-z])
          | [ ]?(?P<short>{any_of(_SHORT)})(?![a-z0-9'])
        )?
  | (?P<han>(?:{HAN_DIGIT}|{_HAN_UNIT}|[廿卅])++(?:点{HAN_DIGIT}++{_HAN_UNIT}*+)?)
  | (?<![a-z0-9_'])
        (?P<words>(?:{_SMALL}|(?:half[ ])?an?(?=[ ]{_SCALE}))(?![a-z])
        (?:(?:[ -]|(?<=hundred)[ ]and[ ]|(?<=thousand)[ ]and[ ])(?:{_SMALL}|{_SCALE})(?![a-z])){{0,12}}+
        (?:[ -]and[ -]a[ -]half(?:[ ]{_SCALE})?(?![a-z]))?)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as printed. `scale`: what its last words multiply by, so that 3 in "3至5億" can be read as 3億."""

    low: float
    high: float
    scale: float
    spelt: str
    start: int
    end: int

    @property
    def in_words(self) -> bool:
        return self.spelt[0] not in "0123456789."

    @property
    def is_han(self) -> bool:
        return not self.spelt[0].isascii()


def numerals(text: str) -> Iterator[Numeral]:
    """Every number of a folded text; words that only look like one (百度, 萬一) are the caller's to leave out."""
    for match in NUMERAL.finditer(text):
        low, high, scale = _value(match)
        if low is not None and high is not None:
            yield Numeral(low, high, scale, match[0], match.start(), match.end())


def han_value(text: str) -> float | None:
    """三百二十億, 1萬2千, 一點五, 廿五 as a number; None if the characters make none."""
    whole, _, rest = text.replace("廿", "二十").replace("卅", "三十").partition("点")
    if rest:
        digits = re.match(f"{HAN_DIGIT}+", rest)
        decimals = digits[0] if digits else ""
        base = han_value(whole)
        fraction = float("0." + "".join(str(DIGITS[digit]) for digit in decimals))
        return (
            None
            if base is None
            else (base + fraction) * prod((_UNITS[unit] for unit in rest[len(decimals) :]), start=1.0)
        )
    total = section = 0.0
    number: float | None = None
    last, previous = "", ""
    for part in re.findall(r"[0-9.][0-9.,]*|[^\s0-9]", whole):
        if part in _STEPS:
            section += (1 if number is None else number) * _STEPS[part]
            number = None
        elif part in _MYRIADS:
            section += number or 0
            if not section and not total:
                section = 1
            rising = not last or _MYRIADS[last] < _MYRIADS[part] or not section
            total = (total + section) * _MYRIADS[part] if rising else total + section * _MYRIADS[part]
            section, number, last = 0.0, None, part
        elif number:
            return None
        else:
            number = float(part.replace(",", "")) if part[0].isascii() else float(DIGITS[part])
        if part in _UNITS or part not in DIGITS:
            previous = part
        elif part in "零〇":
            previous = ""
    if number and previous in ("百", "千", "万", "亿"):  # 一萬二 is 12,000, 一萬零二 is 10,002
        number *= _UNITS[previous] / 10
    return total + section + (number or 0)


def word_value(text: str) -> float:
    """Three hundred and twenty billion, two and a half, a million as a number."""
    total = section = 0.0
    words = re.findall(r"[a-z]+", text)
    for position, word in enumerate(words):
        if word in _WORDS:
            section += _WORDS[word]
        elif word == "half":
            section += 0.5
        elif word in ("a", "an"):
            section += 1 if position == 0 else 0
        elif word == "hundred":
            section *= 100
        elif word in _SCALES:
            total, section = total + section * _SCALES[word], 0.0
    return total + section


def _value(match: re.Match[str]) -> tuple[float | None, float | None, float]:
    """Low, high (equal but for 七八) and the scale of the last words."""
    if match["arabic"]:
        scale = float(_SCALES.get(match["scale"] or "", 0) or _SHORT.get(match["short"] or "", 1))
        if match["tail"]:
            tail = match["tail"].strip()
            value = han_value(match["arabic"] + tail)
            return value, value, _trailing(tail)
        value = float(match["arabic"].replace(",", "")) * scale
        return value, value, scale
    if match["words"]:
        value = word_value(match["words"])
        words = re.findall(r"[a-z]+", match["words"])
        return value, value, prod((_SCALES.get(word, 1) for word in words[1:]), start=1.0)
    return _han(match["han"])


def _han(text: str) -> tuple[float | None, float | None, float]:
    scale = _trailing(text)
    pair = re.match(f"({HAN_DIGIT})({HAN_DIGIT})(?!{HAN_DIGIT})", text)
    if pair and set(text[2:]) <= set(_UNITS):  # 七八成, 三五百: between the two
        low, high = DIGITS[pair[1]], DIGITS[pair[2]]
        return (low * scale, high * scale, scale) if 1 < low < high and text[1] != "两" else (None, None, scale)
    value = han_value(text)
    return value, value, scale


def _trailing(text: str) -> float:
    units = re.search(r"[十百千万亿兆拾佰仟]*\Z", text)
    return prod((_UNITS[unit] for unit in (units[0] if units else "")), start=1.0)
