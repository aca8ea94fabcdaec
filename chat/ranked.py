"""The hits that travel with an answer: enough of them to judge the search by."""

from __future__ import annotations

from collections.abc import Sequence

from chat.answer import HitText, RankedHit
from vectorstore.retrieve import Hit

HIT_CHARACTERS = 1_500
"""Of original text that the hits of an answer carry (DESIGN §5)."""


def ranked(hits: Sequence[Hit]) -> list[RankedHit]:
    """The first hits, until their originals (else their shortest editions) hold enough characters."""
    found: list[RankedHit] = []
    characters = 0
    for hit in hits:
        texts: dict[str, HitText] = {}
        for place in hit.places:
            edition, text = place.edition, place.passage.text
            before = texts.get(edition.id)
            texts[edition.id] = HitText(
                edition.id, edition.lang, edition.kind, f"{before.text} {text}" if before else text
            )
        found.append(RankedHit(hit.work, hit.anchor, round(hit.score, 4), tuple(texts.values())))
        originals = [text for text in texts.values() if text.kind == "original"]
        characters += min(len(text.text) for text in originals or texts.values())
        if characters >= HIT_CHARACTERS:
            break
    return found
