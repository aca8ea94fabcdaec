"""Lists, comparisons and follow-ups by place in a list, over the invented report."""

from __future__ import annotations

import pytest
from langchain_core.embeddings import Embeddings

from chat.answer import Turn
from chat.assistant import Assistant
from chat.understand import understand
from tests.shelf import assistant_of


def cited(assistant: Assistant, question: str, *before: str) -> list[str]:
    """The sections that an answer cites, in its order; `before` are the questions of earlier turns."""
    history = [turn for text in before for turn in (Turn("user", text), Turn("assistant", "…"))]
    answer = assistant.ask(question, history=history)
    assert answer.outcome == "answered"
    return [citation.anchor for citation in answer.citations]


SOURCES = ["3.b1", "3.b2", "3.b3"]
RISKS = ["6.3.b1", "6.3.b2", "6.3.b3"]
REDUCED = ["1.b2.b1", "1.b2.b2"]


@pytest.mark.parametrize(
    ("question", "members"),
    [
        ("併網瓶頸有哪三個來源？", SOURCES),
        ("并网瓶颈有哪些来源？", SOURCES),
        ("What are the three sources of the grid bottleneck?", SOURCES),
        ("主要風險有哪些？", RISKS),
        ("主要風險有邊啲？", RISKS),
        ("List the main risks.", RISKS),
        ("報告要減碼哪兩類資產？", REDUCED),
        ("Which two asset classes should be reduced?", REDUCED),
        ("加碼的方向有哪些？", ["1.b1.b1", "1.b1.b2"]),
    ],
    ids=["heading", "heading hans", "heading en", "item", "item yue", "item en", "count", "count en", "lead bullet"],
)
def test_a_list_is_given_whole_by_what_announces_it(
    second_assistant: Assistant, question: str, members: list[str]
) -> None:
    assert cited(second_assistant, question) == members


@pytest.mark.parametrize(
    ("question", "members"),
    [
        ("併網瓶頸有哪四個來源？", SOURCES),
        ("What are the five sources of the grid bottleneck?", SOURCES),
        ("What are the seven main risks?", RISKS),
        ("Which three asset classes should be reduced?", REDUCED),
    ],
)
def test_a_list_of_another_length_than_asked_for_is_not_passed_off_as_it(
    second_assistant: Assistant, question: str, members: list[str]
) -> None:
    assert cited(second_assistant, question) != members


@pytest.mark.parametrize(
    ("question", "members"),
    [("Which companies are the sources of the grid bottleneck?", SOURCES), ("併網瓶頸的來源是哪些公司？", SOURCES)],
)
def test_a_list_that_names_none_of_what_is_asked_for_is_not_given(
    second_assistant: Assistant, question: str, members: list[str]
) -> None:
    assert not set(members) <= {citation.anchor for citation in second_assistant.ask(question).citations}


@pytest.mark.parametrize("question", ["審批為什麼冗長？", "Why are permits slow?"])
def test_a_question_about_one_member_gives_no_list(second_assistant: Assistant, question: str) -> None:
    assert not set(SOURCES) <= set(cited(second_assistant, question))


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("比較湄岸銀行和蘇鐵銀行的淨利差", {"4.1.b1.b1", "4.1.b2.b2"}),
        ("比较磐电储能的毛利率与群岛商业银行的派息率", {"3.b4", "4.3.b2"}),
        ("情境A同情境B嘅機率有咩分別？", {"5.1.p1", "5.2.p1"}),
        (
            "Compare the net profit of Hailan Shipping and the gross margin of Pandian Storage",
            {"2.2.b2", "3.b4"},
        ),
        ("How do the cost of green hydrogen and the Eastring freight index differ?", {"3.b5", "2.2.b1"}),
    ],
)
def test_both_sides_of_a_comparison_are_cited(second_assistant: Assistant, question: str, sides: set[str]) -> None:
    assert sides <= set(cited(second_assistant, question))


@pytest.mark.parametrize(
    ("before", "question", "anchor"),
    [
        ("併網瓶頸有哪三個來源？", "第二個呢？", "3.b2"),
        ("併網瓶頸有哪三個來源？", "第三點呢？", "3.b3"),
        ("并网瓶颈有哪三个来源？", "那第一个呢？", "3.b1"),
        ("主要風險有邊啲？", "咁第三樣係咩？", "6.3.b3"),
        ("What are the three main risks?", "And the last one?", "6.3.b3"),
        ("What are the three main risks?", "What about the first one?", "6.3.b1"),
        ("報告要減碼哪兩類資產？", "那第二種呢？", "1.b2.b2"),
    ],
)
def test_a_follow_up_by_place_in_the_list_gets_that_member(
    second_assistant: Assistant, before: str, question: str, anchor: str
) -> None:
    assert cited(second_assistant, question, before) == [anchor]


@pytest.mark.parametrize(
    ("before", "question", "others"),
    [
        ("匯率風險是什麼？", "其他兩個呢？", RISKS[:2]),
        ("What is the currency risk?", "What about the others?", RISKS[:2]),
        ("菲律賓的補貼法案如果沒過會怎樣？", "其他的呢？", SOURCES[:2]),
    ],
)
def test_the_others_are_those_of_the_same_list_up_to_where_it_breaks(
    second_assistant: Assistant, before: str, question: str, others: list[str]
) -> None:
    assert cited(second_assistant, question, before) == others


def test_a_place_beyond_the_list_gets_no_member(second_assistant: Assistant) -> None:
    assert cited(second_assistant, "第九個呢？", "主要風險有哪些？") != [RISKS[-1]]


@pytest.mark.parametrize(
    "question",
    ["哪個情境裡息差會先見底？", "哪个情境里息差会先见底？", "In which scenario do margins bottom first?"],
)
def test_asked_which_of_several_the_heading_that_names_it_is_quoted(second_assistant: Assistant, question: str) -> None:
    assert cited(second_assistant, question)[0] == "5.1"


@pytest.mark.parametrize(
    ("lang", "asking"), [("zh-Hant", "報告怎麼看{}？"), ("en", "What does the report say about {}?")]
)
def test_what_stands_beneath_a_heading_is_quoted_and_not_the_heading(
    second_assistant: Assistant, lang: str, asking: str
) -> None:
    places = [place for place in second_assistant.build.places if place.edition.lang == lang and place.is_heading]
    headings = {place.section.anchor: place.section.title for place in places}
    assert len(headings) > 10
    quoted = {
        title: citation.anchor
        for title in headings.values()
        if not understand(asking.format(title)).count  # a counted list may be one of headings
        for citation in second_assistant.ask(asking.format(title)).citations
        if citation.anchor in headings
    }
    assert quoted == {}


def test_of_two_questions_in_one_message_both_are_answered(second_assistant: Assistant) -> None:
    answer = second_assistant.ask("How long does a grid permit take? By how much did the Eastring freight index fall?")
    assert "27" in answer.text
    assert "60%" in answer.text


def test_a_line_that_announces_what_is_not_quoted_stands_first_or_not_at_all(second_assistant: Assistant) -> None:
    questions = ["有哪些風險？", "併網為什麼慢？", "減碼什麼？", "What limits the grid?", "Where does the report cut?"]
    for question in questions:
        statements = [statement.text for statement in second_assistant.ask(question).statements]
        assert not [text for text in statements[1:] if text.endswith((":", "："))], question


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("哪個情境是2026年的基準情境？", "5.1"),
        ("哪种情境是基准？", "5.1"),
        ("Which scenario is the base case in 2026?", "5.1"),
        ("哪個情境講運價崩跌？", "5.2"),
    ],
)
def test_of_several_the_one_whose_title_has_the_words_asked_for_is_meant(
    second_assistant: Assistant, question: str, heading: str
) -> None:
    anchors = cited(second_assistant, question)
    assert anchors[0] == heading
    assert all(anchor.startswith(heading) for anchor in anchors)


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("哪個情境是基準情境，機率多少？", "5.1"),
        ("Which bank is the first choice and what is its price target in dollars?", "1.b1.b2"),
        ("On which day did margins peak? How does it see hydrogen?", "3.b5"),
    ],
)
def test_a_question_in_two_parts_is_answered_in_the_part_that_the_documents_answer(
    second_assistant: Assistant, question: str, answered: str
) -> None:
    answer = second_assistant.ask(question)
    assert answer.outcome == "partial"
    assert answer.notice
    assert answer.citations[0].anchor.startswith(answered)


def test_a_question_of_which_no_part_is_answered_stays_so(second_assistant: Assistant) -> None:
    answer = second_assistant.ask("What is the price target, and on which day was it set?")
    assert answer.outcome == "not_covered"


def test_words_that_only_lead_on_are_not_quoted_alone(second_assistant: Assistant) -> None:
    for question in ("Which scenario is the base case?", "What does chapter 5 say?"):
        assert all(len(statement.text) > 14 for statement in second_assistant.ask(question).statements)


@pytest.mark.parametrize("question", ["報告的作者和日期？", "Who is the author and date of the report?"])
def test_author_and_date_are_both_told(second_assistant: Assistant, question: str) -> None:
    assert cited(second_assistant, question) == ["0.date", "0.author"]


BOARD = """# The harbour of Sundholm

## 1. Outlook

Trade revolves around three main lines, timber, tin and wool.

## 2. The board

How the board's appointments move the harbour can be seen from this timeline:

Figure 1: Appointments to the harbour board and their effect on the port

A stricter board may close the northern quay before winter and raise what ships pay. Tin may then go by rail.

## 3. Coasts

On the coast there are three main lines of work on the quays:

- Dredging of the northern channel;
- Repairs of the eastern mole;
- New lamps on the old light.
"""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory, bundled_engine: Embeddings) -> Assistant:
    return assistant_of(tmp_path_factory.mktemp("harbour"), bundled_engine, {"harbour.md": BOARD})


def test_a_list_within_a_sentence_is_not_answered_with_another_one(harbour: Assistant) -> None:
    assert cited(harbour, "What are the three main lines?")[0] == "1.p1"


def test_beside_what_is_said_a_caption_and_the_line_that_announces_it_are_no_answer(harbour: Assistant) -> None:
    answer = harbour.ask("How will appointments to the harbour board affect the port?")
    assert answer.outcome == "answered"
    assert answer.statements[0].text.startswith("A stricter board may close")
    assert not any(citation.anchor.startswith("figure") for citation in answer.citations)


def test_what_is_said_of_a_matter_is_not_its_definition(second_assistant: Assistant) -> None:
    for question in ("What is said about “Scenario B”?", "情境B的主要看法是什麼？"):
        answer = second_assistant.ask(question)
        assert answer.outcome == "answered"
        assert not answer.notice
