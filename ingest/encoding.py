"""Bytes become characters: UTF-8, UTF-16, Big5, GB18030, Shift-JIS and Western files, told apart by what they say."""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")

_COMMON = frozenset(
    "的一是不了在人有我他這这中大來来上個个國国和地也子時时道出而要于於就下得可你年生會会那後后能對对著着事其里所去行過过家十用發发"
    "天如然作方成者多日都三小軍军二無无同麼么經经法當当起與与好看學学進进種种將将還还分此心前面又定見见只主沒没公從从為为以及等"
    "市場场資资金報报告業业務务投融經济濟產产增長长美元全球政策預预計计風险險收入企業新月第章表圖图高低"
)
"""The most frequent characters of Chinese prose and of reports, in both scripts."""

_KANA = re.compile(r"[\u3041-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_RARE = re.compile(r"[\u3400-\u4dbf\ue000-\uf8ff\uff61-\uff9f\u0370-\u04ff\u2500-\u257f]|[\U00020000-\U0003ffff]")
"""What a wrong decoding is full of: rare ideographs, private use, half-width kana, Greek and Cyrillic, box drawing."""

_ENOUGH = 0.3
"""Score from which a decoding is believed: right ones of Chinese prose reach 0.5 to 1, wrong ones stay under 0.15."""

_WESTERN = re.compile(r"[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff€£§°·«»–—‘’“”…•©®™½¼±×µ\u00a0¡¿]")


def decode_text(data: bytes) -> str | None:
    """The characters of a text file, line ends kept; None where its encoding cannot be told or is broken."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding)
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return None
    text = _strict(data, "utf-8")
    if text is not None or data.isascii():
        return text
    if b"\x00" in data:
        return _unmarked_utf16(data)
    return None if _is_damaged_utf8(data) else _best(data)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: line ends and ASCII have their zero on one side."""
    if len(data) % 2:
        return None
    even, odd = data[::2].count(0), data[1::2].count(0)
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > others:
            text = _strict(data, encoding)
            if text is not None and (_share_of_plain(text) > 0.9):
                return text
    return None


def _share_of_plain(text: str) -> float:
    """Share of characters that are ASCII, Han, kana, general or Chinese punctuation, or full-width forms."""
    plain = re.findall(
        r"[\t\n\r\x20-\x7e\u00a0-\u024f\u2000-\u206f\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e\ufeff]", text
    )
    return len(plain) / max(1, len(text))


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether nearly all of what is not ASCII is UTF-8: then other encodings would only fit by chance."""
    kept = data.decode("utf-8", "ignore")
    beyond = sum(len(character.encode()) for character in kept if ord(character) > 127)
    return beyond > 0.8 * sum(byte > 127 for byte in data)


def _best(data: bytes) -> str | None:
    """The decoding that reads most like prose, if one does."""
    found: list[tuple[float, str]] = []
    for encoding in ("big5hkscs", "gb18030", "shift_jis"):
        text = _strict(data, encoding)
        if text is not None:
            found.append((_score(text), text))
    best = max(found, key=lambda pair: pair[0], default=(0.0, ""))
    if best[0] >= _ENOUGH:
        return best[1]
    western = _strict(data, "cp1252")
    if western is not None and _is_western(western):
        return western
    return _second_opinion(data, found)


def _score(text: str) -> float:
    """How much of what is not ASCII is prose: frequent ideographs and kana count for it, rare ones against."""
    beyond = [character for character in text if ord(character) > 127]
    if not beyond:
        return 0.0
    han, kana = len(_HAN.findall(text)), len(_KANA.findall(text))
    common = sum(character in _COMMON for character in beyond)
    punctuation = sum("\u3000" <= character <= "\u303f" or "\uff01" <= character <= "\uff5e" for character in beyond)
    prose = kana + common if kana > 0.2 * (han + kana) else 2 * common + 0.5 * punctuation
    return (prose - 2 * len(_RARE.findall(text))) / len(beyond)


def _is_western(text: str) -> bool:
    """Latin letters with some accents: nearly all ASCII, and what is not is a letter or a mark that such texts have."""
    beyond = [character for character in text if ord(character) > 127]
    return len(beyond) < 0.12 * len(text) and all(_WESTERN.match(character) for character in beyond)


def _second_opinion(data: bytes, found: list[tuple[float, str]]) -> str | None:
    """The decoding among ours that charset-normalizer finds as well, for texts too short or too odd for our score."""
    from charset_normalizer import from_bytes

    match = from_bytes(data, cp_isolation=["big5hkscs", "big5", "gb18030", "shift_jis", "cp932"]).best()
    text = str(match) if match else ""
    return next((mine for score, mine in found if mine == text and score > 0), None)
