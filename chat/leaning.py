"""Whether a sentence stands alone: what leans on the one before or wants the next, and who says "we" in it."""

from __future__ import annotations

import re
from functools import cache

import prompts
from chat.modality import said_with
from vectorstore.words import fold

_TURNED = re.compile(r"\A(?:[^,;:。]{1,8},)?[^,;:。]*却|\A[^,.;:]*, (?:however|though|in turn|by contrast),")
"""A turn in a sentence's first words, away from what was said before."""

_LABEL = re.compile(r"\A[^,;:。!?]{2,60}:\s*")
"""A bullet's title before its words."""

_ADDED = re.compile(
    r"\A(?:(?!即使|即便|就算|哪怕|不仅|不只|连)[^,;:。])*(?:也(?!许)|亦|同样)"
    r"|\A(?:(?!not only|even if|even though)[^;:]){0,60}?\b(?:also|likewise|as well|went further|goes further)\b"
)
"""A sentence that adds to the one before: of the same there, also here."""

_SHOWN = re.compile(
    r"(?:(?<![应])该|这(?!意味|将|不|是|可|能|会|使|令|也|就|样|为|对|说)(?:一|些|种|类|次|个|场|项|轮|波)?|此(?:类|次|种|轮|项|等))"
    r"(?P<han>[一-鿿]{2,8})"
    r"|\b(?:this|these)\s+(?P<latin>[a-z-]+(?:\s+[a-z-]+){0,2})"
)
"""Something pointed at by its name."""

_TIMES = re.compile(r"\A(?:year|month|quarter|decade|week|time|century|cycle)\b|\A(?:年|月|季|周)")
_VERBS = re.compile(
    r"\A(?:is|was|are|were|has|have|had|will|would|may|might|can|could|should|must|does|did|not|in turn|again|also)\b"
)


def leans(folded: str, *, first: bool) -> bool:
    """Whether only the sentence before explains a folded one; `first`: there is none before it in its passage."""
    words = _bare(folded)
    label = _LABEL.match(words)
    if begins("unexplained", words) or (label is not None and begins("unexplained", words[label.end() :])):
        return True
    if begins("leaning", words) or _TURNED.match(words) is not None:
        return True
    return not first and (_ADDED.match(words) is not None or _points_back(words))


def turns(folded: str) -> bool:
    """Whether a sentence begins with a turn away from what was said before it: but, 然而."""
    words = _bare(folded)
    return begins("turning", words) or _TURNED.match(words) is not None


def wants_next(folded: str) -> bool:
    """Whether a sentence says what should have come, and leaves it to the next to say that it did not."""
    found = said_with("unfulfilled", folded)
    return found is not None and not asks_turn(folded[found.end() :])


def asks_turn(folded: str) -> bool:
    """Whether a text has a turn anywhere in it."""
    return _anywhere("contrast").search(folded) is not None


def is_first_person(folded: str) -> bool:
    """Whether the authors speak of themselves."""
    return said_with("ourselves", folded) is not None


def begins(key: str, folded: str) -> bool:
    """Whether a folded text begins with a cue of prompts/cues.toml."""
    return _beginning(key).match(folded) is not None


def _points_back(words: str) -> bool:
    """Whether a sentence points at something by a name that it has not used before."""
    for found in _SHOWN.finditer(words):
        before = words[: found.start()]
        if (name := found["han"]) is not None:
            known = _TIMES.match(name) or any(name[n : n + 2] in before for n in range(len(name) - 1))
        else:
            name = found["latin"]
            known = _TIMES.match(name) or _VERBS.match(name) or any(w[:5] in before for w in name.split() if len(w) > 3)
        if not known:
            return True
    return False


def _bare(folded: str) -> str:
    return folded.lstrip("\"'「『“‘( ")


@cache
def _beginning(key: str) -> re.Pattern[str]:
    cues = [fold(cue) for cue in prompts.cues(key)]
    return re.compile("|".join(rf"{re.escape(cue)}\b" if cue[0].isascii() else re.escape(cue) for cue in cues))


@cache
def _anywhere(key: str) -> re.Pattern[str]:
    cues = [fold(cue) for cue in prompts.cues(key)]
    return re.compile("|".join(rf"\b{re.escape(cue)}\b" if cue[0].isascii() else re.escape(cue) for cue in cues))
