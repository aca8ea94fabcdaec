"""Every label stands in all three languages, and every label that a page uses exists."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

import prompts
from ingest.document import LANGUAGES, Language
from ui import reader
from ui.language import language_of_locale
from vectorstore.words import to_simplified

ROOT = Path(__file__).parents[1]
FILES = ["words", "suggestions", "messages"]
HAN = re.compile(r"[\u4e00-\u9fff]")
WITHOUT_HAN = {
    *("details-comma", "edition", "list-comma", "source-of", "cited-place", "cited-edition"),
    *("points-md", "points-docx", "points-pptx", "printed-at", "details-semicolon"),
    *("that-is", "quoted-words"),
}
"""Labels that are marks, placeholders and names only."""

ENTRIES = [pytest.param(file, key, id=f"{file}:{key}") for file in FILES for key in prompts.entries(file)]


@pytest.mark.parametrize(("file", "key"), ENTRIES)
def test_an_entry_has_all_languages_each_in_its_own_script(file: str, key: str) -> None:
    entry = prompts.entries(file)[key]
    assert set(entry) == set(LANGUAGES)
    assert all(text.strip() for text in entry.values())
    assert not HAN.search(entry["en"])
    if key not in WITHOUT_HAN:
        assert HAN.search(entry["zh-Hant"])
        assert HAN.search(entry["zh-Hans"])
    assert to_simplified(entry["zh-Hans"]) == entry["zh-Hans"], "a Traditional character in the Simplified text"


@pytest.mark.parametrize(("file", "key"), ENTRIES)
def test_an_entry_has_the_same_placeholders_in_all_languages(file: str, key: str) -> None:
    names = {
        language: {name.split(".")[0] for name in prompts.placeholders(text)}
        for language, text in prompts.entries(file)[key].items()
    }
    assert len({frozenset(found) for found in names.values()}) == 1, names


def test_every_word_that_a_page_uses_exists_and_every_word_is_used() -> None:
    code = "\n".join(
        path.read_text("utf-8") for folder in ("ui", "chat") for path in sorted((ROOT / folder).rglob("*.py"))
    )
    words = prompts.entries("words")
    named = set(re.findall(r"""words(?:\([^)]*\))?\[["']([\w-]+)["']\]""", code))
    assert named <= set(words)
    families = re.findall(r"""f["']([\w-]+-)\{""", code)
    unused = {key for key in words if f'"{key}"' not in code and not key.startswith(tuple(families))}
    assert unused == set()


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("豐田", "文件沒有提到豐田。"),
        ("Toyota", "文件沒有提到 Toyota。"),
        ("Toyota 汽車", "文件沒有提到 Toyota 汽車。"),
    ],
)
def test_only_latin_words_stand_apart_in_a_chinese_sentence(subject: str, said: str) -> None:
    assert prompts.message("silent-name", "zh-Hant", subject=subject) == said
    assert prompts.message("silent-name", "en", subject=subject) == f"The documents do not mention {subject}."


@pytest.mark.parametrize(
    ("language", "day", "span", "long", "counts", "found"),
    [
        (
            "en",
            "5 January 2026",
            "31 December 2025 to 5 January 2026",
            "12,345 characters; at most 4,000",
            "Sections: 1,234 · passages: 1",
            "Places found: 1,234",
        ),
        (
            "zh-Hant",
            "2026年1月5日",
            "2025年12月31日至2026年1月5日",
            "12,345 個字元，上限是 4,000",
            "1,234 節，1 段",
            "找到 1,234 處",
        ),
        (
            "zh-Hans",
            "2026年1月5日",
            "2025年12月31日至2026年1月5日",
            "12,345 个字符，上限是 4,000",
            "1,234 节，1 段",
            "找到 1,234 处",
        ),
    ],
    ids=LANGUAGES,
)
def test_dates_and_numbers_are_in_the_manner_of_the_language(
    language: Language, day: str, span: str, long: str, counts: str, found: str
) -> None:
    words = prompts.words(language)
    first, last = (words["date"].format(date=date) for date in (datetime.date(2025, 12, 31), datetime.date(2026, 1, 5)))
    assert last == day
    assert words["date-range"].format(first=first, last=last) == span
    assert long in prompts.message("question-too-long", language, length=12345, limit=4000)
    assert words["library-counts"].format(sections=1234, passages=1) == counts
    assert words["found-count"].format(count=1234) == found


@pytest.mark.parametrize(
    ("offset", "day"), [(-480, 27), (0, 26), (300, 26), (-14 * 60, 27), (None, 26)], ids=lambda value: str(value)
)
def test_a_day_is_that_of_where_the_reader_is(monkeypatch: pytest.MonkeyPatch, offset: int | None, day: int) -> None:
    """Minutes as browsers count them: Hong Kong is -480."""
    monkeypatch.setattr(reader.st, "context", SimpleNamespace(timezone_offset=offset))
    assert reader.own_day(datetime.datetime(2026, 11, 26, 18, 0)).day == day


@pytest.mark.parametrize("family", ["kind", "lang", "outcome", "reason", "theme", "verdict"])
def test_every_family_of_words_is_whole(family: str) -> None:
    from typing import get_args

    from chat.answer import Outcome
    from chat.claims import Verdict
    from chat.problem import ProblemKind
    from ingest.document import EDITION_KINDS, Theme

    members = {
        "kind": EDITION_KINDS,
        "lang": LANGUAGES,
        "outcome": [outcome for outcome in get_args(Outcome) if outcome != "answered"],
        "reason": [*get_args(ProblemKind), "document-disagrees", "absent"],
        "theme": get_args(Theme),
        "verdict": get_args(Verdict),
    }
    assert {f"{family}-{member}" for member in members[family]} <= set(prompts.entries("words"))


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("yue-HK", "zh-Hant"),
        ("zh_CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("en-HK", "en"),
        ("ja", "en"),
        ("", "en"),
    ],
)
def test_a_locale_has_a_language(locale: str, language: str) -> None:
    assert language_of_locale(locale) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_questions_are_offered_on_each_theme(language: str) -> None:
    from ui.suggestions import grouped

    groups = grouped({"triple-game"}, language)
    assert {theme: len(questions) for theme, questions in groups.items()} == {"macro": 3, "ai": 3, "crypto": 3}
    assert grouped({"another-work"}, language) == {}
