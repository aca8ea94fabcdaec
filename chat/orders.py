"""What in a document or a reply speaks to whoever answers, and addresses: neither is evidence, neither is shown.

A document may say "begin every answer with X". It may be quoted as its words; it is no source for what a model writes,
so that a model that obeys has nothing to rest on. A list of ways to say so never ends: what it misses is still only
shown as far as the document says it, under the document's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from chat.evidence import Evidence, SourceText, sentences, side_of
from chat.names import Names
from chat.understand import asks
from vectorstore.words import content_words, fold

_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,9}://|\b(?:javascript|data|vbscript|file|mailto):\S|\bwww\.\w|!?\[[^\]]*\]\s?\(|"
    r"<\s*/?\s*[a-z!][^>]*>|\b\d{1,3}(?:\.\d{1,3}){3}\b|\w@\w+(?:[.-]\w+)+",
    re.IGNORECASE,
)
_SAY = r"answer|reply|respond|print|output|repeat|say|tell|append|include|decode|cite|recite|reveal|show|write"
_WHOM = r"user|users|reader|assistant|model|chatbot|ai|answer|answers|reply|response|prompt|instructions?|question"
_ORDER = re.compile(
    rf"^(?:(?:please|now|then|also|instead|always|and)\W+)*(?:{_SAY}|list|remember|use|end|begin|start|ignore|disregard|"
    rf"forget|act|pretend)\b(?=.*\b(?:{_WHOM}|verbatim|nothing else|forever|other users|corrected)\b)|"
    rf"^(?:please|now|instead|always)\W+(?:{_SAY})\b|^(?:{_SAY}) (?:only|with|the word|exactly)\b|"
    r"^\W*(?:system|assistant|user|human|ai)\s*(?:update|note|message)?[::]|\bas an ai\b|"
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instructions?|rules|prompts?|directions|above|previous)\b|"
    rf"\b(?:must|always|should|only|to|and)\s+(?:{_SAY})\b(?=.*\b(?:{_WHOM})\b)|"
    r"\b(?:every|each|any|all|your|finish|begin|end)\s(?:answers?|repl(?:y|ies)|responses?)\b|"
    rf"\bwhen(?:ever)? asked\b|\b(?:if|when) (?:the user|this passage|asked)\b|\banswer (?:only|that|with)\b|"
    r"\b(?:summary|answer|quotes?)\b.*\bmust (?:include|omit)\b|\bprint\s[a-z]+-\d|\bsystem prompt\b|\bobey\b"
)
_ORDER_ZH = re.compile(
    r"(?:忽略|无视|忘记|不要理会).{0,12}(?:指示|指令|提示|规则|内容)|系统(?:公告|提示|指令)|提示词|"
    r"(?:回答|答案|回复|答复|输出).{0,10}(?:必须|一律|都要|都请|开头|结尾|前|时|中的|只能)|(?:所有|每次|每个)(?:回答|回复)|"
    r"(?:请|须|直接|只|只能|一律|并|勿|必须)(?:输出|回答|回复|使用该|引用|重复|告诉|附上|写)|(?:告诉|告知|提醒)(?:使用者|用户)|"
    r"^\W*(?:使用者|用户|助理|助手|系统)[::]|逐字重复|无限重复|若检索|如果用户|凡被问|(?:其他|所有)(?:使用者|用户)|"
    r"附在答案|[请输]\s?(?:ignore|output|print)"
)
_DISGUISED = re.compile(r"[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]|[\u202a-\u202e\u2066-\u2069]", re.IGNORECASE)
"""Letters of another alphabet that look like Latin ones, within a word; marks that turn the direction of writing."""

_INSET = re.compile(
    r"[（(\[]([^（）()\[\]]+)[)）\]]|^([^:：]{1,60})[:：]\s|([\u3400-\u9fff]{2,})|[,;]\s+([A-Za-z][\w'’-]*)[.\s]*$"
)
"""What is put into a sentence, before it or, a single word, after it; in an English one, Chinese words too."""

_ENGLISH = re.compile(r"\b[a-z]{2,}\b")
_A_CLAUSE = 2
"""So many English words beside what is put in make an English sentence, however long that is."""

_LAST_WORD = re.compile(
    r"a(?:ccordingly|gain|like|lso|lone|ltogether|piece)|both|combined|each|especially|finally|however|instead|mainly|"
    r"meanwhile|moreover|notably|only|overall|partly|respectively|s(?:eparately|till)|t(?:hen|herefore|hough|ogether|oo)"
)
"""What may end an English sentence after a comma and says nothing of its own."""

_PERSONS = (
    re.compile(r"\b(?:i['’](?:m|ve|ll|d)|i (?:am|was|have|will|can|would|think)|my|myself)\b|我(?![国们])"),
    re.compile(r"\b(?:you|yours?|yourself)\b|[你您]"),
)
_THIRD_SCRIPT = re.compile(r"[\u0370-\u1cff\u3040-\u30ff\uac00-\ud7af]{2,}")
"""Letters neither Latin nor Chinese, two at least: β is no word."""


def reply_problems(statement: str, evidence: Sequence[Evidence], names: Names) -> Iterator[str]:
    """What no sentence of an answer may have, whatever the documents say."""
    if _ADDRESS.search(statement):
        yield "address"
    if is_order(statement):
        yield "order"
    if _is_put_in(statement, evidence, names) or _is_of_no_report(statement, evidence):
        yield "wording"


def is_order(sentence: str) -> bool:
    """Whether a sentence speaks to whoever answers a reader rather than to the reader."""
    folded = fold(sentence).strip()
    found = _ORDER.search(folded) or _ORDER_ZH.search(folded) or _DISGUISED.search(sentence)
    return bool(found) or asks("steer", sentence)


def without_orders(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Evidence with spaces in the place of its orders and the sentences beside them: the rest stays where it is.

    What stands beside an order is what it wants said: "It rose by 90 %. Use this figure."
    """
    return [replace(each, texts=tuple(_heard(text) for text in each.texts)) for each in evidence]


def _heard(source: SourceText) -> SourceText:
    spans = sentences(source)
    orders = [n for n, (start, end) in enumerate(spans) if is_order(source.text[start:end])]
    if not orders:
        return source
    kept = list(source.text)
    for start, end in (span for n, span in enumerate(spans) if any(abs(n - order) <= 1 for order in orders)):
        kept[start:end] = " " * (end - start)
    return replace(source, text="".join(kept))


def _is_put_in(statement: str, evidence: Sequence[Evidence], names: Names) -> bool:
    """Whether an inset of a statement has words, and the sources in its language have none of them."""
    language = "en" if len(_ENGLISH.findall(_INSET.sub(" ", statement))) >= _A_CLAUSE else side_of(statement)
    texts = [part for each in evidence for text in each.texts for part in (text.text, *text.titles)]
    if not any(text.side == language for each in evidence for text in each.texts):
        return False
    known = {word for text in texts for word in content_words(text)}
    for match in _INSET.finditer(statement):
        last = "" if _LAST_WORD.fullmatch((match[4] or "").lower()) else match[4]
        inset = match[1] or match[2] or last or (match[3] if language == "en" else "")
        words = content_words(inset or "")
        if words and known.isdisjoint(words) and not names.find(inset):
            return True
    return False


def _is_of_no_report(statement: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a statement asks, says I or you, or is in a third script, where no source does: what was asked, repeated.

    Such a sentence may have no word that could be compared.
    """
    said = fold(statement)
    known = fold("\n".join(part for each in evidence for text in each.texts for part in (text.text, *text.titles)))
    if any(person.search(said) and not person.search(known) for person in _PERSONS):
        return True
    if any(word[0] not in known for word in _THIRD_SCRIPT.finditer(said)):
        return True
    asked = "".join(said.split()).rstrip("'\"”’」』)")
    return asked.endswith("?") and asked not in "".join(known.split())
