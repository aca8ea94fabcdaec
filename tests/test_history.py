"""Conversations are kept whole, found again, and are their owner's alone."""

from __future__ import annotations

import inspect
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from chat.__main__ import main
from chat.answer import Answer, Citation, Quote, RankedHit, SectionLink, Statement, Turn
from chat.conversation import REASONS, TITLE_LENGTH, Exchange, Feedback, title_from, turns_before
from chat.history import History
from ingest.document import Language, Refusal

QUOTE = Quote("zh-Hant-original", "1.p1", "原文", 4, 6)
CITATION = Citation(1, "w", "en-digest", "en", "digest", "1.p1", "Title", "plums", 3, 8, "iv", QUOTE)
ANSWER = Answer(
    "How many plums?",
    "en",
    "partial",
    "Forty tonnes of plums. [1]",
    (Statement("Forty tonnes of plums.", (1,)), Statement("Or so.", (), "unverified", ("no-citation",))),
    (CITATION,),
    (SectionLink("w", "2", "Pears"),),
    (RankedHit("w", "1.p1", 0.5, ()),),
    notice="A notice",
    build="b1",
    ms={"total": 1.5},
    tokens={"in": 0, "out": 0},
)
HOSTILE = "%_\\'\";--<img src=x>{0}\u202e"


@pytest.fixture
def history(url: str) -> Iterator[History]:
    history = History(url)
    yield history
    history.close()


def answered(history: History, owner: str, question: str, answer: Answer = ANSWER) -> tuple[str, str]:
    conversation = history.begin(owner, question).id
    turn = history.ask(owner, conversation, question).id
    history.save(owner, turn, "whole", answer)
    return conversation, turn


def test_an_answer_comes_back_as_it_was_but_for_what_the_search_found(history: History) -> None:
    conversation, turn = answered(history, "ann", "How many plums?")
    (exchange,) = history.exchanges("ann", conversation)
    assert exchange.answer == replace(ANSWER, hits=())
    assert (exchange.id, exchange.state, exchange.question) == (turn, "whole", "How many plums?")
    assert history.exchange("ann", turn) == exchange


def test_an_answer_grows_and_what_was_there_stays_until_then(history: History) -> None:
    conversation = history.begin("ann", "Q").id
    turn = history.ask("ann", conversation, "Q").id
    assert history.exchanges("ann", conversation)[0].state == "writing"
    first = replace(ANSWER, statements=ANSWER.statements[:1], hits=())
    history.save("ann", turn, "writing", first)
    assert history.exchange("ann", turn).answer == first
    history.save("ann", turn, "stopped")
    assert history.exchange("ann", turn).answer == first
    assert history.exchange("ann", turn).state == "stopped"


def test_a_refusal_comes_back_in_every_language(history: History) -> None:
    conversation = history.begin("ann", "Q").id
    turn = history.ask("ann", conversation, "Q").id
    history.save("ann", turn, "failed", refusal=Refusal("question-too-long", length=5000, limit=4000))
    refusal = history.exchange("ann", turn).refusal
    assert refusal
    assert "4,000" in refusal.in_language("zh-Hant")


def test_turns_keep_their_order_and_conversations_the_last_first(history: History) -> None:
    first = history.begin("ann", "First").id
    second = history.begin("ann", "Second").id
    for question in ("a", "b", "c"):
        history.ask("ann", first, question)
    assert [e.question for e in history.exchanges("ann", first)] == ["a", "b", "c"]
    assert [c.id for c in history.conversations("ann")] == [first, second]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", {"plums", "gold"}),
        ("PLUMS", {"plums"}),
        ("tonnes", {"plums"}),
        ("黄金需求", {"gold"}),
        ("黃金 需求", {"gold"}),
        ("黃金 plums", set()),
        ("%", set()),
        ("_", set()),
        ("\\", set()),
    ],
)
def test_a_search_reads_titles_questions_and_answers_in_either_script(
    history: History, search: str, found: set[str]
) -> None:
    named = {
        answered(history, "ann", "How many plums?")[0]: "plums",
        answered(history, "ann", "黃金需求如何？", replace(ANSWER, text="很強"))[0]: "gold",
    }
    answered(history, "ben", "黃金 plums tonnes % _ \\")
    assert {named[c.id] for c in history.conversations("ann", search)} == found


def test_a_renamed_conversation_is_found_by_its_new_name(history: History) -> None:
    conversation, _ = answered(history, "ann", "How many plums?")
    history.rename("ann", conversation, "  Orchard \n notes  ")
    assert history.conversation("ann", conversation).title == "Orchard notes"
    assert [c.id for c in history.conversations("ann", "orchard")] == [conversation]
    history.rename("ann", conversation, "   ")
    assert history.conversation("ann", conversation).title == "Orchard notes"


def everything(url: str) -> str:
    """All that a database holds."""
    engine, tables = sa.create_engine(url), sa.MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = [str(row) for table in tables.sorted_tables for row in connection.execute(sa.select(table))]
    engine.dispose()
    return "\n".join(found)


@pytest.mark.case("S6")
def test_what_is_deleted_is_gone_with_its_turns_and_feedback(history: History, url: str) -> None:
    conversation, turn = answered(history, "ann", "A canary question")
    kept, _ = answered(history, "ann", "Kept")
    history.give_feedback("ann", turn, Feedback("bad", "other", "a canary note"))
    history.delete("ann", conversation)
    assert [c.id for c in history.conversations("ann")] == [kept]
    assert list(history.feedback_rows()) == []
    with pytest.raises(Refusal):
        history.exchange("ann", turn)
    assert "Kept" in everything(url)
    assert "canary" not in everything(url)


def test_feedback_is_kept_replaced_and_exported(history: History) -> None:
    _, turn = answered(history, "ann", "How many plums?")
    history.give_feedback("ann", turn, Feedback("good"))
    history.give_feedback("ann", turn, Feedback("bad", "citation-wrong", HOSTILE))
    assert history.exchange("ann", turn).feedback == Feedback("bad", "citation-wrong", HOSTILE)
    (row,) = history.feedback_rows("ann")
    assert (row["verdict"], row["reason"], row["note"]) == ("bad", "citation-wrong", HOSTILE)
    assert (row["question"], row["build"], row["outcome"]) == ("How many plums?", "b1", "partial")
    assert list(history.feedback_rows("ben")) == []
    assert len(list(history.feedback_rows())) == 1


def test_the_citation_is_wrong_is_a_reason() -> None:
    assert "citation-wrong" in REASONS


CALLS = {
    "conversation": lambda h, owner, c, _t: h.conversation(owner, c),
    "exchanges": lambda h, owner, c, _t: h.exchanges(owner, c),
    "ask": lambda h, owner, c, _t: h.ask(owner, c, "Q"),
    "rename": lambda h, owner, c, _t: h.rename(owner, c, "Mine now"),
    "choose_works": lambda h, owner, c, _t: h.choose_works(owner, c, ["x"]),
    "delete": lambda h, owner, c, _t: h.delete(owner, c),
    "exchange": lambda h, owner, _c, t: h.exchange(owner, t),
    "save": lambda h, owner, _c, t: h.save(owner, t, "whole", ANSWER),
    "offer": lambda h, owner, _c, t: h.offer(owner, t, ["Q?"]),
    "give_feedback": lambda h, owner, _c, t: h.give_feedback(owner, t, Feedback("good")),
}
BY_OWNER_ALONE = {"as_seen", "conversations", "begin", "feedback_rows"}
"""Calls that name no row: they see and make the owner's own."""


def test_every_function_that_names_a_row_is_in_the_table() -> None:
    functions = {name for name, _ in inspect.getmembers(History, inspect.isfunction) if not name.startswith("_")}
    assert functions - {"close"} == set(CALLS) | BY_OWNER_ALONE


OTHERS = ("ben", "", "ANN", "ann ", "%", HOSTILE)


@pytest.mark.case("A1")
@pytest.mark.parametrize("name", CALLS)
def test_another_owner_gets_what_an_unknown_row_gets_and_changes_nothing(
    history: History, name: str, record_property: Callable[[str, object], None]
) -> None:
    conversation, turn = answered(history, "ann", "How many plums?")
    before = history.exchanges("ann", conversation)
    for owner in OTHERS:
        messages = []
        for c, t in ((conversation, turn), ("no-such", "no-such"), (HOSTILE, HOSTILE)):
            with pytest.raises(Refusal) as refusal:
                CALLS[name](history, owner, c, t)
            messages.append(str(refusal.value))
        assert len(set(messages)) == 1, owner
        assert history.exchanges("ann", conversation) == before
        assert history.conversation("ann", conversation).title == "How many plums?"
    record_property("tried", len(OTHERS))


@pytest.mark.case("A1")
@pytest.mark.parametrize("owner", ["ben", "%"])
def test_another_owner_lists_nothing(history: History, owner: str) -> None:
    _, turn = answered(history, "ann", "How many plums?")
    history.give_feedback("ann", turn, Feedback("good"))
    assert history.conversations(owner) == []
    assert history.conversations(owner, "plums") == []
    assert list(history.feedback_rows(owner)) == []


@pytest.mark.case("A7")
def test_ids_cannot_be_guessed(history: History) -> None:
    ids = {history.begin("ann", "Q").id for _ in range(50)}
    assert len(ids) == 50
    assert all(len(id_) >= 21 for id_ in ids), "at least 122 random bits"


@pytest.mark.case("C4")
def test_many_write_at_once_and_nothing_is_lost(history: History) -> None:
    conversation = history.begin("ann", "Q").id

    def asks() -> None:
        for _ in range(5):
            history.begin("ben", "Q")

    threads = [threading.Thread(target=asks) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(10):
        history.ask("ann", conversation, str(number))
    for thread in threads:
        thread.join()
    assert [e.question for e in history.exchanges("ann", conversation)] == [str(n) for n in range(10)]
    assert len(history.conversations("ben")) == 20


@pytest.mark.case("C4")
def test_two_questions_at_once_both_find_a_place(history: History) -> None:
    conversation = history.begin("ann", "Q").id
    threads = [threading.Thread(target=history.ask, args=("ann", conversation, str(n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(e.question for e in history.exchanges("ann", conversation)) == [str(n) for n in range(8)]


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"], ids=["NUL", "half a pair"])
def test_characters_that_no_database_takes_are_replaced(history: History, text: str) -> None:
    conversation = history.begin("ann", text).id
    turn = history.ask("ann", conversation, text).id
    history.rename("ann", conversation, text)
    history.save("ann", turn, "whole", replace(ANSWER, text="c\0d", question="a\0b"))
    history.give_feedback("ann", turn, Feedback("bad", "other", text))
    (exchange,) = history.exchanges("ann", conversation)
    assert exchange.question in ("a b", "a?b")
    assert exchange.answer is not None
    assert exchange.feedback is not None
    assert [c.id for c in history.conversations("ann", "c")] == [conversation]


@pytest.mark.case("C4")
def test_a_conversation_deleted_amid_questions_is_gone_or_was_never_asked(history: History) -> None:
    for _ in range(5):
        conversation = history.begin("ann", "Q").id

        def asks(conversation: str = conversation) -> None:
            with suppress(Refusal):
                for number in range(20):
                    history.ask("ann", conversation, str(number))

        threads = [threading.Thread(target=asks) for _ in range(3)]
        for thread in threads:
            thread.start()
        history.delete("ann", conversation)
        for thread in threads:
            thread.join()
    assert history.conversations("ann") == []


def test_a_failed_question_is_no_part_of_what_was_said() -> None:
    said = turns_before([Exchange("1", 0, "A?", "whole", ANSWER), Exchange("2", 1, "B?", "failed")])
    assert said == [Turn("user", "A?"), Turn("assistant", ANSWER.text)]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Short?", "Short?"),
        ("two\n lines\t of  it", "two lines of it"),
        ("word " * 40, ("word " * 11).strip() + "…"),
        ("字" * 100, "字" * (TITLE_LENGTH - 1) + "…"),
    ],
    ids=["short", "lines", "words", "characters"],
)
def test_a_conversation_is_named_by_its_first_question(question: str, title: str) -> None:
    assert title_from(question) == title
    assert len(title_from(question)) <= TITLE_LENGTH


@pytest.mark.parametrize("to_file", [False, True], ids=["stdout", "file"])
def test_feedback_leaves_as_json_lines(
    history: History,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    to_file: bool,
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    monkeypatch.setenv("FOOTNOTE_DATABASE_URL", url)
    for owner, question in (("ann", "How many plums?"), ("ben", HOSTILE)):
        _, turn = answered(history, owner, question)
        history.give_feedback(owner, turn, Feedback("bad", "citation-wrong", f"line one\n{question}"))
    out = tmp_path / "out.jsonl"
    assert main(["feedback", *(["--out", str(out)] if to_file else [])]) == 0
    lines = (out.read_text("utf-8") if to_file else capsys.readouterr().out).rstrip("\n").split("\n")
    rows = [json.loads(line) for line in lines]
    assert [(row["question"], row["reason"], row["note"]) for row in rows] == [
        (question, "citation-wrong", f"line one\n{question}") for question in ("How many plums?", HOSTILE)
    ]
    assert rows[0]["citations"][0]["quote"] == "plums"
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("language", "question", "note"),
    [
        ("en", "How many “plums”?", "It’s the other year’s figure."),
        ("zh-Hant", "梅子收成有多少？", "引用的是「前一年」的數字，裡面還有𠮷字。"),
        ("zh-Hans", "梅子收成有多少？", "引用的是“前一年”的数字，里面还有emoji🙂。"),
    ],
)
def test_feedback_in_each_language_leaves_as_it_was_written(
    history: History,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: Language,
    question: str,
    note: str,
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    monkeypatch.setenv("FOOTNOTE_DATABASE_URL", url)
    for reason in REASONS:
        _, turn = answered(history, "ann", question, replace(ANSWER, language=language))
        history.give_feedback("ann", turn, Feedback("bad", reason, note))
    assert main(["feedback"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["reason"] for line in lines] == list(REASONS)
    assert {json.loads(line)["language"] for line in lines} == {language}
    for line in lines:
        assert note in line, "as people read it, not as escapes"
        assert question in line


def test_without_feedback_there_are_no_rows(
    history: History,  # noqa: ARG001 - the database is there
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    assert main(["feedback"]) == 0
    assert capsys.readouterr().out == ""
