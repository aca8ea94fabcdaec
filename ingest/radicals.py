"""Kangxi radicals that browser-made PDFs give in place of ideographs, mapped back character for character."""

from __future__ import annotations

import unicodedata
from functools import cache

_SUPPLEMENT = (
    "\0\0\0乛\0亻冂几刀刂卜㔾小小兀尣尢尢巳幺彑彐忄心扌攵\0旡日月歹母民氵氺灬爫爫丬牛犭王疋罒示礻竹糹纟罓罒㓁冈羊羊羊羊耂肀聿月臼"
    "艹艹艹虎衤覀西见角角讠贝足车辶辶辶阝钅長镸长门阜阝雨青韦页风飞食食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
"""U+2E80 to U+2EF3 in order, for the block has no compatibility mappings of its own; \\0 where none is meant."""


@cache
def _table() -> dict[int, str]:
    table = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    table |= {0x2E80 + place: sign for place, sign in enumerate(_SUPPLEMENT) if sign != "\0"}
    return table


def without_radicals(text: str) -> str:
    """The text with ideographs for radicals; as long as before, so that places in one are places in the other."""
    return text.translate(_table())
