"""What the invented report cannot answer: captions without body, advice, later dates, figures of another kind."""

from __future__ import annotations

import pytest

from chat.assistant import Assistant

# Captions


@pytest.mark.case("Q2")
@pytest.mark.parametrize(
    ("question", "anchor"),
    [
        ("那張表裡三家公司的負債是多少？", "table-2"),
        ("比较绿能公司的那个表格里，并网率各是多少？", "table-2"),
        ("In the table of the three green-energy companies, what are the orders?", "table-2"),
        ("班輪公司營運數據那個表入面，載運率係幾多？", "table-1"),
        ("What does the table of operating data of liner companies show?", "table-1"),
        ("併網缺口那張圖裡，越南是多少？", "figure-1"),
        ("In the chart of returns by asset class, what do bonds return?", "figure-2"),
    ],
)
def test_a_caption_described_without_its_number_is_all_there_is(
    second_assistant: Assistant, question: str, anchor: str
) -> None:
    answer = second_assistant.ask(question)
    assert answer.outcome == "content_missing"
    assert [citation.anchor for citation in answer.citations] == [anchor]


@pytest.mark.parametrize(
    "question",
    ["晴川光電的負債比率是多少？", "晴川光電代表什麼樣的困境？", "What is the debt ratio of Qingchuan Solar?"],
)
def test_what_speaks_of_no_table_is_answered_from_the_text(second_assistant: Assistant, question: str) -> None:
    answer = second_assistant.ask(question)
    assert answer.outcome == "answered"
    assert "3.p2" in {citation.anchor for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "caption"),
    [
        ("表2為什麼要比較三家綠能公司的負債？正文怎麼說？", "table-2"),
        ("点解图1会有并网缺口？正文点讲？", "figure-1"),
        ("Why is there a connection gap as in Figure 1? What does the text say?", "figure-1"),
    ],
)
def test_text_beside_a_caption_is_quoted_and_the_lack_of_its_body_said(
    second_assistant: Assistant, question: str, caption: str
) -> None:
    answer = second_assistant.ask(question)
    assert answer.outcome == "partial"
    anchors = {citation.anchor for citation in answer.citations}
    assert caption in anchors
    assert {anchor for anchor in anchors if anchor[0].isdigit()}
    assert all(statement.status == "verified" for statement in answer.statements)
    missing = second_assistant.ask("Figure 2?" if answer.language == "en" else "圖2？", language=answer.language)
    assert answer.notice == missing.notice


@pytest.mark.case("Q2")
@pytest.mark.parametrize("question", ["表9裡有什麼數字？", "What is in Table 9?"])
def test_a_caption_that_is_not_there_has_no_text_beside_it(second_assistant: Assistant, question: str) -> None:
    answer = second_assistant.ask(question)
    assert (answer.outcome, answer.citations) == ("not_covered", ())
    assert answer.notice


# Advice


@pytest.mark.case("Q5")
@pytest.mark.parametrize(
    "question",
    [
        "我該不該賣掉手上的航運股？",
        "我現在可以入市買蘇鐵銀行嗎？",
        "我媽可以買蘇鐵銀行嗎？",
        "我应不应该把钱换成债券？",
        "我客户要不要减仓航运？",
        "我客戶應唔應該沽晒啲船股？",
        "我好唔好而家加倉儲能？",
        "值得買磐電儲能嗎？",
        "Should I hold on to my bank shares?",
        "Should we sell container lines?",
        "Can my mother put her savings into Cycad Bank?",
        "Shall I trim shipping now?",
        "Could my client switch from shares to bonds?",
        "航運股還能買嗎？",
        "蘇鐵銀行現在適合抄底嗎？",
        "储能是不是该入手了？",
        "Is it a good time to buy container lines?",
        "Is Cycad Bank still a buy?",
    ],
)
def test_advice_on_ones_own_money_is_declined_however_it_is_asked_for(
    second_assistant: Assistant, question: str
) -> None:
    answer = second_assistant.ask(question)
    assert (answer.outcome, answer.citations) == ("declined", ())
    assert answer.nearest


@pytest.mark.parametrize(
    "question",
    [
        "報告建議加碼哪兩類資產？",
        "報告為什麼首選蘇鐵銀行？",
        "Why is Cycad Bank the report's first choice?",
        "What share of the portfolio stays in cash?",
        "Which companies have suspended share buybacks?",
        "報告認為現在適合買銀行股嗎？",
        "Does the report say that it is time to buy bank shares?",
    ],
)
def test_what_the_report_itself_recommends_is_no_advice_of_ours(second_assistant: Assistant, question: str) -> None:
    assert second_assistant.ask(question).outcome == "answered"


# Later than the report


@pytest.mark.case("Q2")
@pytest.mark.parametrize(
    "question",
    [
        "2031年的環東運價指數是多少？",
        "环东运价指数到2033年6月会是多少点？",
        "What will the Eastring freight index be in 2034?",
        "What is the bad-loan ratio of the sample banks in May 2031?",
    ],
)
def test_a_date_after_the_report_that_it_does_not_name_is_not_covered(
    second_assistant: Assistant, question: str
) -> None:
    answer = second_assistant.ask(question)
    assert (answer.outcome, answer.citations) == ("not_covered", ())
    assert any(year in answer.notice for year in ("2031", "2033", "2034"))


@pytest.mark.parametrize(
    "question",
    [
        "2030年前綠氫能不能商業化？",
        "越南的主幹線改造要到2028年才完工嗎？",
        "What is planned for the JTX mechanism in 2026?",
        "How far did the Eastring index fall between July 2024 and August 2025?",
    ],
)
def test_a_later_date_that_the_report_names_is_answered(second_assistant: Assistant, question: str) -> None:
    assert second_assistant.ask(question).outcome == "answered"


# Another kind than asked for


@pytest.mark.case("Q2")
@pytest.mark.parametrize(
    "question",
    [
        "補貼法案的表決是哪一天？",
        "补贴法案在几月几号表决？",
        "On which date is the subsidy vote?",
        "What is the exact date of the trunk-line rebuild in Vietnam?",
        "停港事件涉及的勒索軟體索價多少美元？",
        "併網許可縮短了幾個基點？",
        "Which token does the report prefer?",
        "區內央行2026年6月前會降息幾次？",
        "How many times will central banks of the region cut rates before June 2026?",
    ],
)
def test_a_sentence_nearby_with_another_kind_of_answer_is_none(second_assistant: Assistant, question: str) -> None:
    answer = second_assistant.ask(question)
    assert (answer.outcome, answer.citations) == ("not_covered", ()), answer.text
    assert answer.nearest


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("檳灣港停擺是哪一天開始的？", "2025年6月17日"),
        ("What day was the port paralysed?", "17 June 2025"),
        ("併網許可要等多久？", "27個月"),
        ("How long does a grid permit take?", "27 months"),
        ("檳灣港務損失多少錢？", "1.3億美元"),
        ("How much did Cycad Bank's funding costs fall, in how many basis points?", "35 basis points"),
        ("環東運價指數八月是多少點？", "1,472點"),
        ("At what level is the Eastring freight index?", "1,472 points"),
        ("哪家銀行預測明年的新船交付量？", "霍恩比銀行"),
        ("Which bank forecasts newbuild deliveries?", "Hornby Bank"),
    ],
)
def test_the_kind_asked_for_is_answered_where_it_is_there(
    second_assistant: Assistant, question: str, says: str
) -> None:
    answer = second_assistant.ask(question)
    assert answer.outcome == "answered"
    assert says in answer.text


# Names beside each other


@pytest.mark.case("Q2")
@pytest.mark.parametrize(
    ("question", "notice", "said"),
    [
        ("What is said of hydrogen and lithium?", "The documents do not mention lithium.", "ydrogen"),
        ("What is said of lithium, gold and hydrogen?", "The documents do not mention lithium, gold.", "ydrogen"),
        ("鋰和氫能的前景如何？", "文件沒有提到鋰。", "氫"),
        ("氢能、黄金和锂的前景如何？", "文件没有提到黄金、锂。", "氢"),
    ],
)
def test_of_names_beside_each_other_those_that_are_there_are_told_and_the_others_said_to_lack(
    second_assistant: Assistant, question: str, notice: str, said: str
) -> None:
    answer = second_assistant.ask(question)
    assert answer.outcome == "partial"
    assert answer.notice == notice
    assert answer.citations
    assert any(said in statement.text for statement in answer.statements)


@pytest.mark.case("Q2")
@pytest.mark.parametrize(
    "question",
    [
        "How do hydrogen and lithium compare?",
        "锂和氢能哪个更有前景？",
        "How far did hydrogen and lithium prices fall?",
        "What does lithium mean for hydrogen?",
        "What is said of lithium and gold?",
        "鋰的前景如何？",
    ],
)
def test_a_name_that_lacks_and_is_not_one_of_several_is_all_that_is_said(
    second_assistant: Assistant, question: str
) -> None:
    answer = second_assistant.ask(question)
    assert answer.outcome == "not_covered"
    assert not answer.citations
