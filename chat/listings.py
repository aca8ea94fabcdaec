"""Lists that a text gives: names in a row under what they are called, and as many things as it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chat.names import Names
from chat.numerals import word_value
from chat.span import Span
from ingest.document import Edition, Section
from ingest.passages import sentence_spans
from vectorstore.words import content_words, fold, has_han


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in a sentence: what it is called, its members, and the words as printed."""

    labels: frozenset[str]
    members: tuple[str, ...]
    printed: str
    span: Span
    count: int = 0
    """How many it says there are; 0 for names in a row."""

    opens: bool = False
    """It stands in a title or a paragraph right under a chapter, so it is a list of the whole."""


def section_listings(edition: Edition, section: Section, names: Names) -> Iterator[Listing]:
    """The lists in the sentences of a section, in order."""
    at = section.start
    text = edition.document.text[at : section.end]
    opens = section.kind not in ("bullet", "item") and (section.parent is None or "." not in section.parent)
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        span = Span(edition, section.anchor, at + start, at + end, sentence)
        yield from _named(sentence, span, names)
        yield from _counted(sentence, span, opens=opens)


def labels_at(span: Span, names: Names) -> frozenset[str]:
    """What the lists in a sentence are called, folded."""
    found = (*_named(span.quote, span, names), *_counted(span.quote, span, opens=False))
    return frozenset(label for listing in found for label in listing.labels)


def differ(one: Listing, other: Listing) -> bool:
    """Whether two lists are of the same thing, and each has a member that the other lacks.

    Names in a row must share one to be of the same thing; then any that only one has counts.
    """
    if bool(one.count) != bool(other.count) or one.span == other.span:
        return False
    if not one.count:
        mine, theirs = set(one.members), set(other.members)
        return bool(one.labels & other.labels and mine & theirs and mine != theirs)
    if one.count != other.count or not (one.opens and other.opens):
        return False
    same = one.labels & other.labels or _heads(one.span, other.span) or _heads(other.span, one.span)
    return bool(same) and _lacks(one, other) and _lacks(other, one)


def _heads(title: Span, below: Span) -> bool:
    """Whether one span lies in a heading right above the section of the other."""
    sections = {section.anchor: section for section in title.edition.outline.sections}
    return sections[below.anchor].parent == title.anchor


# Names in a row

_JOINT = re.compile(r"\s*(?:、|,|，|/|and|和|與|与|及|以及|, and)\s*")
_NO_MEMBERS = ("term", "technologies", "events")


def _named(sentence: str, span: Span, names: Names) -> Iterator[Listing]:
    """Names in a row, with the words right before them or the heading as what they are: core assets such as A, B."""
    run: list[tuple[int, int, str]] = []
    listed = [(n.start, n.end, n.key) for n in names.find(sentence) if n.kind not in _NO_MEMBERS]
    for name in [*listed, (len(sentence) + 1, len(sentence) + 1, "")]:
        if run and not _JOINT.fullmatch(sentence[run[-1][1] : name[0]]):
            if len(run) > 1:
                printed = sentence[run[0][0] : run[-1][1]]
                members = tuple(dict.fromkeys(key for _, _, key in run))
                yield Listing(_labels(sentence, run[0][0]), members, printed, span)
            run = []
        run.append(name)


_SUCH = re.compile(r"[\s(（:：,，\"]*(?:如|例如|包括|包含|such as|like|including|include)?[\s(（:：,，\"]*\Z")


_LIKE = re.compile(r"\s(?:with|that|which|having)\s")
"""Between a noun and what sets it apart: core assets with a clear value (such as A and B)."""


def _labels(sentence: str, start: int) -> frozenset[str]:
    """What is listed: the noun right before the list or before what it is said to be like, and the heading of the
    sentence."""
    head = re.split(r"[:：]", sentence, maxsplit=1)
    before = _SUCH.sub("", sentence[:start])
    nouns = (before, *(before[: like.start()] for like in _LIKE.finditer(before)))
    found = {*map(_noun, nouns), _noun(head[0]) if len(head) > 1 else ""}
    return frozenset(label for label in found if label)


def _noun(text: str) -> str:
    """The last noun phrase of a text: four Chinese characters or two English words."""
    folded = fold(text).rstrip(" ,.;:\"'()的")
    if match := re.search(r"[\u4e00-\u9fff]{4}\Z", folded):
        return match[0]
    words = re.findall(r"[a-z-]+", folded)[-2:]
    return " ".join(words) if len(words) == 2 else ""


# As many things as are counted

_COUNTED = re.compile(
    r"(?P<han>[两二三四五六七八])(?:条|大|个|项|重|股|种)(?![年月季度周天])(?P<noun>[^,:、;()。]{2,12})"
    r"|\b(?P<latin>two|three|four|five|six|seven|eight)(?P<way>-way)?"
    r"(?! (?:years|quarters|months|weeks|days|hours|times)\b)(?P<en>(?: [a-z]+){1,3})"
)
_AFTER = re.compile(r":|-{2,}|—+|(?<![就便因以认作称])(?:是|为)|包括|即|\b(?:are|of|namely|include|including)\b")
_BEFORE = re.compile(r"\A|[:,]|围绕|聚焦|来自|\b(?:around|on|from|by)\b")
_STOP = re.compile(r"[。;]|\.(?=\s|\Z)")
_PARTS = re.compile(r"、|,\s*(?:以及|and\s)?|\s*以及\s*|\s+and\s+|与|和(?!平)|及")
_FROM_TO = re.compile(r"\A(?:从|from\s)(.+)(?:到|\sto\s)(.+)\Z", re.DOTALL)
_NEAR, _LONGEST = 60, 80
"""Characters within which a list begins after its count, and of a member: more is a sentence of its own."""

_HAN_COUNTS = "零一二三四五六七八"
_SAME = {"thread": "line", "主轴": "主线", "脉络": "主线"}
"""What lists are called in other words."""


def _counted(sentence: str, span: Span, *, opens: bool) -> Iterator[Listing]:
    """Counted lists with as many members beside the count: three main lines: A, B and C."""
    folded = fold(sentence)
    for match in _COUNTED.finditer(folded):
        latin = match["latin"]
        count = int(word_value(latin)) if latin else _HAN_COUNTS.index(match["han"].replace("两", "二"))
        noun_start = match.start("en" if latin else "noun")
        members = _members_after(folded[noun_start:], count) or _members_before(folded[: match.start()], count)
        if members:
            labels = _english_labels(match["en"], bool(match["way"])) if latin else _chinese_labels(match["noun"])
            yield Listing(labels, members, sentence, span, count, opens)


def _chinese_labels(noun: str) -> frozenset[str]:
    """The first and the last two characters of what is counted: 主线 of 三大主线展开, and of 三条正在交织的主线."""
    return frozenset(_SAME.get(label, label) for label in (noun[:2], noun[-2:]))


def _english_labels(words: str, way: bool) -> frozenset[str]:
    """The plurals among the words counted, in the singular; of three-way game the game."""
    found = words.split()[:1] if way else [word[:-1] for word in words.split() if word.endswith("s")]
    return frozenset(_SAME.get(label, label) for label in found)


def _members_after(text: str, count: int) -> tuple[str, ...]:
    stop = _STOP.search(text)
    text = text[: stop.start()] if stop else text
    for begun in _AFTER.finditer(text, 0, min(len(text), _NEAR)):
        if members := _members(text[begun.end() :], count):
            return members
    return ()


def _members_before(text: str, count: int) -> tuple[str, ...]:
    for begun in reversed(list(_BEFORE.finditer(text))):
        beside = text[begun.end() :]
        if not (has_han(beside) and "," in beside) and (members := _members(beside, count)):
            return members
    return ()


def _members(text: str, count: int) -> tuple[str, ...]:
    """So many parts of a text, parted by commas and "and", or from … to; none if there are not as many."""
    text = text.strip(" \"'的")
    if route := _FROM_TO.match(text):
        text = f"{route[1]}、{route[2]}"
    members = tuple(part.strip(" \"'") for part in _PARTS.split(text))
    whole = all(1 < len(m) <= _LONGEST and m.count("(") == m.count(")") for m in members)
    return members if whole and len(members) == count else ()


def _lacks(one: Listing, other: Listing) -> bool:
    """Whether a list has a member that shares no word with any of the other."""
    return any(not any(_words(member) & _words(theirs) for theirs in other.members) for member in one.members)


def _words(member: str) -> frozenset[str]:
    return frozenset(word for word in content_words(member) if len(word) > 1)
