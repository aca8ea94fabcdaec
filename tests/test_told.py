"""What a reader is told of a refusal names no command, no setting and no folder; whoever runs the service gets them."""

from __future__ import annotations

import re

import pytest

import prompts
from chat.told import _ON_PAGES, OPERATORS, told
from ingest.document import LANGUAGES, Language, Refusal

TECHNICAL = re.compile(r"`|FOOTNOTE_|python -m| --\w|\.toml|\.env|\{home\}|\{database\}")
ELSEWHERE = {
    # said by commands, at the start and in the log only
    *("file-is-folder", "work-file-missing", "work-file-wrong", "one-file-only", "work-taken"),
    *("move-nothing", "move-not-empty", "restore-not-empty", "forget-whom", "ingest-pair", "library-mended"),
    *("ask-usage", "points-usage", "check-usage", "completion-other", "completion-missing"),
    *("sign-in-missing", "sign-in-incomplete", "sign-in-unreadable", "open-without-sign-in"),
    # tells people outside why they are not let in, and whom to ask
    "access-unreadable",
}


def filled(key: str) -> Refusal:
    names = set().union(*(prompts.placeholders(text) for text in prompts.entries("messages")[key].values()))
    return Refusal(key, **{name.split(".")[0]: f"<{name}>" for name in names})


def test_every_message_with_a_command_or_a_setting_is_for_whoever_runs_the_service() -> None:
    known = OPERATORS | set(_ON_PAGES) | ELSEWHERE
    messages = prompts.entries("messages")
    technical = {key for key, entry in messages.items() if any(TECHNICAL.search(text) for text in entry.values())}
    assert technical <= known
    assert known <= set(messages)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(OPERATORS))
def test_a_reader_hears_whom_to_tell_and_an_operator_what_to_mend(key: str, language: Language) -> None:
    refusal = filled(key)
    assert told(refusal, language, operates=False) == prompts.message("unavailable", language)
    assert told(refusal, language, operates=True) == refusal.in_language(language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("operates", [False, True])
@pytest.mark.parametrize("key", sorted(_ON_PAGES))
def test_what_is_not_in_the_library_is_said_on_a_page_without_a_command(
    key: str, language: Language, operates: bool
) -> None:
    refusal = filled(key)
    page = told(refusal, language, operates=operates)
    assert not TECHNICAL.search(page)
    assert all(str(value) in page for value in refusal.values.values())
    assert "python -m ingest --list" in refusal.in_language(language)
