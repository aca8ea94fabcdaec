"""What a list of contents calls a section."""

from __future__ import annotations

import re

from ingest.blocks import caption, printed_number
from ingest.document import CAPTIONS, SectionKind

_TITLE_WIDTH = 28


def section_title(text: str, kind: SectionKind, *, whole: bool = False) -> str:
    """What a list of contents calls a section: its heading, its label before a colon, or how it begins.

    `whole`: the text is a heading and nothing else.
    """
    text = " ".join(text.split())
    if found := caption(text, known=kind in CAPTIONS):
        return found[2]
    if kind in ("chapter", "item") and (mark := printed_number(text)):
        text = text[mark[1] :]
    if kind == "row":
        kind = "paragraph"
    if whole or kind not in ("item", "bullet", "paragraph"):
        return text
    if kind == "bullet" and not re.search(r"[。;；]|[.!?](\s|$)", text):
        return text.rstrip(":：")
    label, _, rest = re.sub(r"[:：]", "\0", text, count=1).partition("\0")
    if kind != "paragraph" and rest and len(label) < _columns(24, text) and len(rest) > (8 if kind == "bullet" else 30):
        return label.strip()
    if kind == "item":
        return text.rstrip(":：")
    mark = printed_number(text)
    lead = text[: mark[1]] if mark else ""
    head = lead + re.split(r"[。;；]|[.!?](?=\s|$)", text[len(lead) :])[0].rstrip(":：")
    width = _columns(_TITLE_WIDTH, head)
    return head if len(head) <= width else head[:width].rstrip() + "…"


def _columns(han: int, text: str) -> int:
    """A width in Chinese characters, as characters of this text: Latin letters are less than half as wide."""
    return han if re.search(r"[\u4e00-\u9fff]", text) else han * 5 // 2
