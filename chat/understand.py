"""What a question asks for: its language and script, what it leaves to earlier turns, the shape of its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import prompts
from chat.answer import Turn
from chat.numbers import figures
from ingest.document import Language
from vectorstore.words import chinese_script, content_words, fold, foreign_letters

_HAN = re.compile(r"[\u3400-\u9fff]")
_QUOTED = re.compile(r"[「『“\"《].*?[」』”\"》]|[（(][^（）()]*[)）]")
_FUNCTION_WORDS = re.compile(
    r"\b(what|which|who|whose|when|where|why|how|is|are|was|were|do|does|did|the|of|in|to|for|and|by|if|please|tell|"
    r"give|list|explain|compare|show|summari[sz]e|should|can|could|will|would|has|have)\b",
    re.IGNORECASE,
)
_CHINESE_FUNCTION = re.compile(
    r"[的了是嗎吗呢啊吧麼么怎哪誰谁何為为幾几多少在有會会對对與与和跟把被讓让請请給给從从到嘅喺咗係系邊边點点唔冇佢啲咁]"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question and what is known of it before anything is searched."""

    question: str
    text: str
    context: str
    language: Language
    asks: frozenset[str]
    """Keys of prompts/cues.toml: list, compare, definition, amount …"""

    captions: tuple[str, ...]
    """Anchors of the tables and figures it names, table-1."""

    count: int | None = None
    """How many things it asks for: three scenarios."""

    ordinal: int | None = None
    """Which of the things that the turn before was about: the second one."""

    sides: tuple[str, ...] = ()
    """What it asks of each of two things, apart."""


def understand(question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Query:
    """Reads a question in the light of the turns before it."""
    asked = _asked(question)
    return Query(
        question,
        question,
        _carried(question, history),
        language or reply_language(question, history),
        asked,
        _named_captions(question),
        _asked_count(question),
        _ordinal(question),
        () if "list" in asked else tuple(sides(question, compared="compare" in asked)),
    )


_CUES = (
    *("list", "compare", "definition", "amount", "money", "share", "when", "why"),
    *("caption", "outline", "author", "published", "title", "advice", "steer", "aftermath"),
    *("basis_points", "price", "level", "times", "counted", "day", "beside", "others", "across", "choice"),
)

_FRONT = frozenset({"author", "published", "title"})
_WHICH = r"(?:哪|边)(?:一|几|两|三)?(?:家|间|个|所|些|位|只|种)?[\u4e00-\u9fff]{0,4}?"
_WHICH_EN = r"\b(?:which|name the) (?:\w+ ){0,2}"
_NAME_CUES = {
    "organisation": re.compile(
        _WHICH + r"(?:公司|机构|交易所|银行|券商|托管商|监管|企业|厂商|投行)|(?:哪|边)(?:一|几|两|三)?(?:家|间)"
        rf"|{_WHICH_EN}(?:compan(?:y|ies)|exchanges?|banks?|custodians?|regulators?|firms?|institutions?|brokers?)\b"
    ),
    "person": re.compile(
        rf"哪(?:一)?位|{_WHICH_EN}(?:analyst|person|official|senator)|\bwho (?:sponsored|wrote|signed)"
    ),
    "asset": re.compile(
        _WHICH
        + rf"(?:币|代币|coin|token)|(?:哪|边)(?:一|几|两)?只|{_WHICH_EN}(?:coins?|tokens?|cryptocurrenc(?:y|ies))\b"
    ),
    "place": re.compile(_WHICH + rf"(?:国家|国|地区|城市)|{_WHICH_EN}(?:countr(?:y|ies)|regions?|cit(?:y|ies))\b"),
}
"""What asks for a name of a kind, in folded questions."""


def _asked(question: str) -> frozenset[str]:
    folded = fold(question)
    found = {key for key in _CUES if asks(key, question)}
    if "compare" in found and not asks("list", _cue_pattern("compare").sub(" ", folded)):
        found.discard("list")  # 有什麼不同 asks for no list
    named = {key for key, pattern in _NAME_CUES.items() if pattern.search(folded)}
    if named or "list" in found:
        found.discard("choice")
    found |= named
    if found & _FRONT and any(figure.kind != "date" for figure in figures(question)):
        found -= _FRONT  # of something in the document, not of the document
    return frozenset(found | ({"list"} if _WHICH_ONES.search(question) else set()))


_WHICH_ONES = re.compile(
    r"\bwhich (?:(?:two|three|four|five|other|of the) )?(?:(?!does|is|was|has|of|in|on)\w+ )?"
    r"(?!does|is|was|has)\w+[^s\W]s\b"
    r"|\bwhat (?:(?!does|is|was|has)\w+ ){0,2}(?!does|is|was|has)\w+[^s\W]s "
    r"(?:are|were|do|does|did|has|have|could|can|may|might)\b",
    re.IGNORECASE,
)
"""Which companies, what two scenarios does it see: a list; which scenario is not."""


def asks(key: str, question: str) -> bool:
    """Whether a question has a cue of prompts/cues.toml."""
    return _cue_pattern(key).search(fold(question)) is not None


def without(keys: Iterable[str], folded: str) -> str:
    """Folded words without the cues of prompts/cues.toml."""
    for key in keys:
        folded = _cue_pattern(key).sub(" ", folded)
    return folded


def found_by_meaning(text: str) -> bool:
    """Whether a text asks something without a word to look up: of the documents as such, or in another script."""
    return asks("document", text) or foreign_letters(text) > 1


_WHOSE = r"(?: (?:all|any|every|your|my|these|those|of|the|other))*"
_BEFORE = r"(?: (?:previous|prior|above|earlier|preceding))"
_ORDERED = r"(?:instructions?|prompts?|directions|guidelines|rules|messages|text)"
_STEERS = (
    rf"\b(?:ignore|disregard|forget){_WHOSE}(?:{_BEFORE}{_WHOSE} {_ORDERED}| (?:instructions|prompts?|guidelines))\b"
    r"(?! (?:of|from|by|given|on)\b)|"
    r"\b(?:is|print|show|give|reveal|repeat|output|leak)(?: me)? (?:the|its) system prompt\b|"
    r"(?:忽略|无视|忘记|不要理会)(?:掉|你|之前|以上|先前|前面|所有|上述|一切).{0,8}?(?:指示|指令|规则|提示|设定|限制)|"
    r"(?:你的|输出|显示|重复|告诉我|打印|泄露)(?:你的)?系统提示"
)
"""Attempts to steer by what they would have ignored or shown, in folded questions; none of the words is one alone."""


@cache
def _cue_pattern(key: str) -> re.Pattern[str]:
    cues = [fold(cue) for cue in prompts.cues(key)]
    literal = "|".join(rf"\b{re.escape(c)}\b" if c[0].isascii() else re.escape(c) for c in cues)
    return re.compile(f"{literal}|{_STEERS}" if key == "steer" else literal)


def reply_language(question: str, history: Sequence[Turn] = ()) -> Language:
    """The language of the question's grammar, not of its names; else that of the turns before, else zh-Hant.

    A question in a language that Footnote does not speak (mostly kana, Hangul, Cyrillic …) is answered in that of the
    turns before, else in English.
    """
    if foreign_letters(question) > max(1, len(_HAN.findall(question)), len(re.findall(r"[A-Za-z]", question))):
        return _last_language(history, "en")
    plain = _QUOTED.sub(" ", question)
    if not _HAN.search(plain) and not _HAN.search(question):
        return "en" if re.search(r"[A-Za-z]", question) else _last_language(history)
    english = len(_FUNCTION_WORDS.findall(plain))
    chinese = len(_CHINESE_FUNCTION.findall(plain))
    if english >= 2 and english > chinese and 2 * len(re.findall(r"[A-Za-z]+", plain)) >= len(_HAN.findall(plain)):
        return "en"
    return chinese_script(question) or _last_language(history)


def _last_language(history: Sequence[Turn], otherwise: Language = "zh-Hant") -> Language:
    for turn in reversed(history):
        if _HAN.search(turn.content):
            if script := chinese_script(turn.content):
                return script
        elif re.search(r"[A-Za-z]{2}", turn.content):
            return "en"
    return otherwise


def _carried(question: str, history: Sequence[Turn]) -> str:
    """The last question before this one that says anything, where this one cannot stand alone.

    It cannot if it begins as a continuation does, leans on a pronoun without naming a subject, or is a mere word or
    two. Anything else is a change of subject.
    """
    asked = (turn.content[:500] for turn in reversed(history) if turn.role == "user")
    earlier = next((text for text in asked if content_words(text) or found_by_meaning(text)), "")
    begins = _cue_pattern("goes_on").match(fold(question.lstrip()))
    leans = asks("leans", question) and not _SUBJECT.search(question)
    width = len(_HAN.findall(question)) + 2 * len(re.findall(r"[A-Za-z]+", question))
    return earlier if begins or leans or width <= 6 or _ordinal(question) else ""


_ORDINAL = re.compile(
    r"^\W*(?:那|咁|噉|哦|好)?\W*第([一二三四五六七八九]|[1-9])(?:条|点|项|个|种|家|样|则|件)(?!章|节)"
    r"|\b(?:the )?(first|second|third|fourth|fifth|last) (?:one|of (?:those|these|them)|point|item|way|option)\b"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}


def _ordinal(question: str) -> int | None:
    match = _ORDINAL.search(fold(question))
    if match is None:
        return None
    return _ORDINALS[match[2]] if match[2] else int(_NUMERALS.get(match[1], match[1]))


_SUBJECT = re.compile(r"(?<=[^.?!])[A-Z][A-Za-z0-9]+|[A-Z]{2,}|[「『“《]|\d{2,}")
"""A name, a quoted term or a figure."""


_NUMERALS = {numeral: str(value) for value, numeral in enumerate("一二三四五六七八九十", 1)}
_CAPTION = re.compile(
    r"((?<!代)表格?|图表?|table|figure|fig\.|chart|exhibit)\s*([0-9]{1,2}|[一二三四五六七八九十])(?![0-9])"
)


def _named_captions(question: str) -> tuple[str, ...]:
    """Anchors of the tables and figures that a question names by number."""
    anchors = []
    for match in _CAPTION.finditer(fold(question)):
        kind = "table" if match[1][0] in "表t" else "figure"
        anchors.append(f"{kind}-{_NUMERALS.get(match[2], match[2])}")
    return tuple(dict.fromkeys(anchors))


_COUNT = re.compile(
    r"(?<![第0-9.])([两二三四五六七八九]|[2-9])\s*(?:大|种|个|条|类|项|点|家|件|层|块|段|句|份|重|样|方面|部分|只|间)"
    r"|\b(two|three|four|five|six|seven|eight|nine)\b"
)
_COUNTS = dict(zip("two three four five six seven eight nine".split(), range(2, 10), strict=True))  # noqa: SIM905


def _asked_count(question: str) -> int | None:
    return next(_counts(question), None)


def counts(text: str, count: int) -> bool:
    """Whether a text speaks of so many things: three scenarios, 三條路."""
    return count in _counts(text)


def _counts(text: str) -> Iterator[int]:
    for match in _COUNT.finditer(fold(text)):
        yield _COUNTS[match[2]] if match[2] else int(_NUMERALS.get(match[1].replace("两", "二"), match[1]))


_BETWEEN = re.compile(
    r"(?<=[\u4e00-\u9fff])(?:和|与|跟|同(?![时样一步期])|及|对比)(?=[\u4e00-\u9fffA-Za-z])|\b(?:and|versus|vs\.?|against|or|with)\b|(?<=\w)vs(?=\w)"
)
_ENDS = re.compile(r"[在的对里,，、?？。;；:：]|\b(?:in|on|for|to|of|do|does|is|are|at|by)\b")
_ASKING = re.compile(
    r"什么|怎么|怎样|如何|哪|几|多少|点样|点解|为何|咩|乜|边(?:个|间|啲|度)|谁|\b(?:what|how|which|who|whose|where|when|why)\b"
)
_QUESTION_END = re.compile(r"\?+\s*(?:and\b|but\b|而|又|同埋)?")
_CLAUSE_END = re.compile(
    r"[,，;；、]\s*(?:and\b|but\b|而|又|同埋)?|\b(?:and|but)(?= (?:what|how|which|who|where|when|why)\b)"
)


def sides(question: str, *, compared: bool = True) -> list[str]:
    """What a question asks of each of two things, apart; none where it asks one thing.

    Two clauses that each ask something are two sides, with what stands before them both. Else, of a comparison, the
    sides stand about "and", "vs" and the like: the question without the other side; or they are its clauses.
    """
    if asked := _asking_clauses(question):
        return asked
    if not compared:
        return []
    folded = fold(question)
    joints = [
        match for match in _BETWEEN.finditer(folded) if _says(folded[: match.start()]) and _says(folded[match.end() :])
    ]
    if joints:
        joint = min(joints, key=lambda match: abs(match.start() - len(folded) / 2))
        end = _ENDS.search(folded, joint.end() + 2)
        opening = folded[: joint.start()].rfind(",")
        return [
            question[: joint.start()] + " " + (question[end.start() :] if end else ""),
            (question[: opening + 1] + " " if opening > 0 else "") + question[joint.end() :],
        ]
    clauses = [clause for clause in re.split(r"[,，;；:：]", question) if _says(clause)]
    return clauses if len(clauses) > 1 else []


def _asking_clauses(question: str) -> list[str]:
    """The two questions of a message, else the two clauses that ask, each after what stands before the first of them;
    none if only one asks. A question says enough by one word (where did the money go?), a clause by two."""
    folded = fold(question)
    return _two_that_ask(question, _QUESTION_END.finditer(folded), 1) or _two_that_ask(
        question, _CLAUSE_END.finditer(folded), 2
    )


def asking_parts(question: str) -> list[str]:
    """The two parts of a question that each ask something, however little: the most likely case, and how likely."""
    folded = fold(question)
    ends = sorted([*_QUESTION_END.finditer(folded), *_CLAUSE_END.finditer(folded)], key=lambda match: match.start())
    return _two_that_ask(question, ends, 1)


def _two_that_ask(question: str, ends: Iterable[re.Match[str]], words: int) -> list[str]:
    folded, at, parts = fold(question), 0, []
    for end in ends:
        parts.append((at, end.start()))
        at = end.end()
    parts.append((at, len(folded)))
    asking = [(a, b) for a, b in parts if _ASKING.search(folded[a:b]) and _says(_ASKING.sub(" ", folded[a:b]), words)]
    if len(asking) != 2:
        return []
    opening = question[: asking[0][0]]
    return [f"{opening} {question[a:b]}".strip() for a, b in asking]


def _says(text: str, words: int = 1) -> bool:
    return len(content_words(text)) >= words
