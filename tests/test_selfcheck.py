"""Where a document contradicts itself: percentages that their figures do not give, lists of one thing that differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chat.__main__ import main
from chat.assistant import Assistant
from chat.names import Names
from chat.selfcheck import Mismatch, edition_mismatches, grouped, inconsistency_message
from ingest.document import Document, Edition, UnknownDocument
from ingest.outline import outline_sections

NAMES = Names()


def mismatches(text: str) -> tuple[Mismatch, ...]:
    document = Document(text, "markdown")
    edition = Edition("made", "en", "original", "made.md", document, outline_sections(document))
    found = edition_mismatches(edition, NAMES)
    for mismatch in found:
        for place in (mismatch.span, mismatch.other):
            assert place is None or text[place.start : place.end] == place.quote
    return found


@pytest.mark.parametrize(
    ("sentence", "computed"),
    [
        ("Profit fell from US$4.2 billion to US$2.52 billion, a decline of 46%.", "40.0%"),
        ("淨利由42億美元降至25.2億美元，降幅46%。", "40.0%"),
        ("指數由3,680點跌至1,472點，跌幅達70%。", "60.0%"),
        ("成交額從200億元增至300億元，增長60%。", "50.0%"),
        ("Sales rose from $10 million to $12 million, up about 30%.", "20.0%"),
    ],
)
def test_a_percentage_that_its_two_figures_do_not_give_is_found(sentence: str, computed: str) -> None:
    found = mismatches(f"# Title\n\n## 1. Chapter\n\n{sentence}\n")
    assert [(m.kind, m.there) for m in found] == [("arithmetic", computed)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Profit fell from US$4.2 billion to US$2.52 billion, a decline of 40%.",
        "指數由3,680點跌至1,472點，跌幅達60%。",
        "淨利由18億美元降至12.5億美元，降幅約30%。",
        "營收由30億美元增至33億美元；負債比率達78%。",
        "Costs are $3 million in one unit and $5 million in another; margins reached 24%.",
        "Margins narrowed from 4.9% to 4.3%.",
    ],
)
def test_figures_that_agree_or_are_of_other_things_are_let_be(sentence: str) -> None:
    assert mismatches(f"# Title\n\n## 1. Chapter\n\n{sentence}\n") == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("本文有三條主線：運力過剩、綠能併網，以及利差重估。", "明年將圍繞 需求復甦、補貼退場與選舉變數 三大主線。"),
        ("This note follows three threads that cross: overcapacity, grids, and margins.",
         "The year revolves around three main lines: demand, subsidies and elections."),
        ("四個支柱：碼頭、船隊、倉儲和資料。", "公司的四大支柱是港口客戶、員工、資金與品牌。"),
    ],
    ids=["zh", "en", "pillars"],
)  # fmt: skip
def test_lists_of_as_many_of_one_thing_that_differ_between_chapters_are_found(first: str, second: str) -> None:
    found = mismatches(f"# Title\n\n## 1. One\n\n{first}\n\n## 2. Two\n\n{second}\n")
    assert [(m.kind, m.span.anchor, m.other.anchor if m.other else "") for m in found] == [("list", "1.p1", "2.p1")]


def test_a_title_and_the_paragraph_under_it_that_count_other_things_are_found() -> None:
    found = mismatches(
        "# Title\n\n## 1. A two-way pull of dear money and cheap ships\n\n"
        "The market turns on two main forces: elections and subsidies.\n"
    )
    assert [(m.span.anchor, m.other.anchor if m.other else "") for m in found] == [("1", "1.p1")]


def test_names_listed_under_one_heading_that_differ_are_found() -> None:
    found = mismatches(
        "# Title\n\n## 1. One\n\n- Core assets: bitcoin and ether\n\n## 2. Two\n\n- Core assets: BTC, ETH, SOL, BNB\n"
    )
    assert [(m.kind, m.here, m.there) for m in found] == [("list", "bitcoin and ether", "BTC, ETH, SOL, BNB")]


def test_names_are_of_the_same_thing_with_words_between_them_and_what_they_are_called() -> None:
    found = mismatches(
        "# Title\n\n## 1. One\n\nMoney returns to core assets with a clear value (such as bitcoin and ether).\n\n"
        "## 2. Two\n\n- Core assets: BTC, ETH, SOL, BNB\n"
    )
    assert [(m.here, m.there) for m in found] == [("bitcoin and ether", "BTC, ETH, SOL, BNB")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "Three main lines: demand, subsidies and elections.",
            "It has three main lines: subsidies, demand and elections.",
        ),
        ("Three main lines: demand, subsidies and elections.", "There are two main lines: ships and banks."),
        ("Three main lines: demand, subsidies and elections.", "Three banks: Cycad, Mekan and Archipelago."),
        ("三大主線：需求、補貼與選舉。", "三大主線是需求復甦、補貼退場和選舉變數。"),
        (
            "Over the next six months rates, ships, banks, grids, ports and funds will move.",
            "It took six months: a, b.",
        ),
    ],
    ids=["other order", "other count", "other things", "other words", "months"],
)
def test_lists_that_agree_or_are_of_other_things_are_let_be(first: str, second: str) -> None:
    assert mismatches(f"# Title\n\n## 1. One\n\n{first}\n\n## 2. Two\n\n{second}\n") == ()


def test_the_invented_report_has_the_one_that_was_put_there(second_assistant: Assistant) -> None:
    found = second_assistant.selfcheck("second")
    assert [(m.kind, m.span.anchor, m.there) for m in found] == [("arithmetic", "2.2.b2", "40.0%")]
    assert found[0].here.endswith("46%")


def test_the_command_lists_them(second_home: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(second_home))
    assert main(["selfcheck", "second"]) == 0
    assert "40.0%" in capsys.readouterr().out
    assert main(["selfcheck", "second", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert [(f["kind"], f["there"], len(f["citations"])) for f in row["findings"]] == [("arithmetic", "40.0%", 1)]
    assert main(["selfcheck", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_work_that_is_not_there_is_refused(second_assistant: Assistant) -> None:
    with pytest.raises(UnknownDocument):
        second_assistant.selfcheck("nowhere")


@pytest.mark.case("Q3")
def test_the_report_s_own_contradictions_are_found(shared: Path) -> None:
    from vectorstore.library import read_edition

    edition = read_edition(shared / "corpus" / "report.txt", "report", None, "original")
    found = {(m.kind, m.span.anchor, m.other.anchor if m.other else "") for m in edition_mismatches(edition, NAMES)}
    assert found == {
        ("arithmetic", "6.1.b1.b1", ""),
        ("list", "0.title", "3"),
        ("list", "1.p1", "3.p1"),
        ("list", "3", "3.p1"),
        ("list", "3.4.b2", "7.b3.b1"),
    }


def test_findings_that_share_a_place_are_one() -> None:
    found = mismatches(
        "# Title\n\n## 1. One\n\nThree main lines: demand, subsidies and elections.\n\n"
        "## 2. Two\n\nThree main lines: ships, banks and grids.\n\n"
        "## 3. Three\n\nThree main lines: frost, wells and fires.\n"
    )
    assert len(found) == 3
    (one,) = grouped(found)
    assert [place.anchor for place in one.places] == ["1.p1", "2.p1", "3.p1"]
    said = inconsistency_message(one, "en")
    assert said.startswith("The document lists the same thing in different ways: “Three main lines: demand")
    assert "(§2.p1); “Three main lines: frost" in said


@pytest.mark.case("Q3")
@pytest.mark.parametrize(
    ("question", "warned"),
    [
        ("How far did Hailan Shipping's net profit fall in H1?", True),
        ("海嵐航運的淨利降了多少？", True),
        ("海岚航运的净利降了多少？", True),
        ("How long does a grid permit take on average?", False),
        ("What did Hornby Bank forecast for deliveries in 2026?", False),
    ],
)
def test_an_answer_with_a_figure_that_does_not_fit_says_so(
    second_assistant: Assistant, question: str, warned: bool
) -> None:
    answer = second_assistant.ask(question)
    assert bool(answer.warnings) == warned
    assert all("46%" in warning and "40.0%" in warning for warning in answer.warnings)
    assert all(warning in answer.text for warning in answer.warnings)


def test_talking_points_with_such_a_figure_say_so(second_assistant: Assistant) -> None:
    from chat.points import Order

    found = second_assistant.points(Order("Hailan Shipping's net profit", count=3))
    spoken = any("46%" in point.text for point in (*found.points, *found.risks))
    assert spoken
    assert any("40.0%" in warning for warning in found.warnings(second_assistant.build))
