"""What passages support, and what they do not: figures, names, direction, denial, hedges, terms and sources."""

from __future__ import annotations

import pytest

from chat.evidence import Evidence, plain_evidence
from chat.names import Names
from chat.support import support

NAMES = Names([["Hailan Shipping", "海嵐航運"], ["Beixi Lines", "北汐海運"]])

EARNINGS = plain_evidence(
    "龍頭獲利:海嵐航運H1淨利由2024年同期的42億美元降至25.2億美元,降幅約40%;規模次之的北汐海運則由18億美元降至12.6億美元,"
    "降幅30%。兩家公司均已暫停庫藏股計畫。",
    "Earnings of the leaders: Hailan Shipping's net profit for H1 fell from US$4.2 billion a year earlier to"
    " US$2.52 billion, a decline of about 40%; Beixi Lines, the next in size, went from US$1.8 billion to"
    " US$1.26 billion, down 30%."
    " Both companies have suspended their share buybacks.",
    titles=("2025年上半年", "First half of 2025"),
)
SHUTDOWN = plain_evidence(
    "諾德維海事顧問指出,全球前20大港口中僅有7座做過完整的斷網演練,這意味著類似事件可能再度發生,而市場尚未為此定價。",
    "Nordwick Maritime Advisers points out that only 7 of the world's 20 largest ports have rehearsed a full network"
    " outage, which means that a similar event may happen again, and the market has not priced this.",
)
COLLAPSE = plain_evidence(
    "若紅海全面復航早於預期,環東航線運價指數可能跌破1,000點,弱勢船東的違約將傳導至港口與放款銀行。",
    "If the Red Sea reopens fully earlier than expected, the Eastring freight index may fall below 1,000 points, and"
    " defaults of weak shipowners will spread to ports and lending banks.",
)
DELIVERIES = plain_evidence(
    "霍恩比銀行預測,2026年的新船交付量將達310萬TEU,為2019年的2.8倍。",
    "Hornby Bank forecasts deliveries of 3.1 million TEU in 2026, 2.8 times the 2019 figure.",
)
TERMINALS = plain_evidence(
    "典型的信號有:海嵐航運數據中心的訂艙比重上升;運力投資因需求強勁而繼續增長(如霍恩比銀行預測的490億美元)。",
)
SHARES = plain_evidence("資金流向:航運股(如北汐海運年內飆升180%)成為市場焦點。")
REOPENING = plain_evidence("長期：只有待船期預期轉向穩定，且港口證明已建好備援後，託運人才可能謹慎回到單一樞紐。")
OUTLOOK = plain_evidence("航線走勢:運價難以全面上漲,各航線高度分化。")


@pytest.mark.parametrize(
    ("evidence", "statement"),
    [
        (OUTLOOK, "運價全面上漲不易出現，各航線高度分化。"),
        (SHARES, "北汐海运年内上涨180%。"),
        (TERMINALS, "霍恩比銀行預測，運力投資達490億美元。"),
        (TERMINALS, "運力投資因需求強勁而繼續增長。"),
        (EARNINGS, "Hailan Shipping's net profit fell from US$4.2 billion to US$2.52 billion, a decline of about 40%."),
        (EARNINGS, "海岚航运的净利由42亿美元降至25.2亿美元，降幅约四成。"),
        (EARNINGS, "海嵐航運淨利由 4,200 百萬美元降至 2,520 百萬美元。"),
        (EARNINGS, "Beixi Lines went from $1.8bn to $1.26bn, down 30%."),
        (SHUTDOWN, "Nordwick Maritime Advisers points out that a similar event may happen again."),
        (SHUTDOWN, "諾德維海事顧問指出，類似事件可能再度發生。"),
        (COLLAPSE, "若紅海全面復航早於預期，環東航線運價指數可能跌破1,000點。"),
        (
            COLLAPSE,
            "The Eastring freight index may fall below 1,000 points if the Red Sea reopens earlier than expected.",
        ),
        (DELIVERIES, "Hornby Bank forecasts that deliveries will reach 3.1 million TEU in 2026."),
        (DELIVERIES, "霍恩比銀行預測，2026年的新船交付量將達310萬TEU。"),
    ],
)
def test_what_the_passage_says_is_supported(evidence: Evidence, statement: str) -> None:
    assert support(statement, [evidence], NAMES) == []


@pytest.mark.parametrize(
    ("evidence", "statement", "kind"),
    [
        (EARNINGS, "Hailan Shipping's net profit fell to US$2.25 billion.", "figure"),
        (EARNINGS, "海嵐航運淨利降至252億美元。", "figure"),
        (EARNINGS, "Hailan Shipping's net profit fell to US$25.2 billion.", "figure"),
        (EARNINGS, "Hailan Shipping's net profit fell to 2.52 billion won.", "figure"),
        (EARNINGS, "北汐海運淨利降幅約四個百分點。", "figure"),
        (EARNINGS, "Hailan Shipping's net profit for H2 fell to US$2.52 billion.", "date"),
        (EARNINGS, "海嵐航運H1淨利由2023年同期的42億美元降至25.2億美元。", "date"),
        (EARNINGS, "Beixi Lines' net profit fell from US$4.2 billion to US$2.52 billion.", "subject"),
        (EARNINGS, "北汐海運淨利由42億美元降至25.2億美元。", "subject"),
        (EARNINGS, "Qingchuan's net profit went from US$1.8 billion to US$1.26 billion.", "name"),
        (EARNINGS, "海嵐航運H1淨利由42億美元升至25.2億美元。", "direction"),
        (EARNINGS, "海嵐航運H1淨利降幅超過40%。", "bound"),
        (SHUTDOWN, "Nordwick Maritime Advisers points out that a similar event will happen again.", "hedge"),
        (SHUTDOWN, "諾德維海事顧問指出，類似事件再度發生。", "hedge"),
        (SHUTDOWN, "諾德維海事顧問指出，類似事件一定再度發生。", "hedge"),
        (SHUTDOWN, "Nordwick Maritime Advisers points out that the market has priced this.", "negation"),
        (SHUTDOWN, "諾德維海事顧問指出，市場已為此定價。", "negation"),
        (SHUTDOWN, "Only 7 of the world's 20 largest ports have rehearsed a full network outage.", "attribution"),
        (SHUTDOWN, 'The report calls it a "network catastrophe" that may happen again.', "quote"),
        (COLLAPSE, "環東航線運價指數可能跌破1,000點。", "condition"),
        (COLLAPSE, "The Eastring freight index may fall below 1,000 points.", "condition"),
        (REOPENING, "託運人會回到單一樞紐。", "condition"),
        (OUTLOOK, "運價全面上漲，各航線高度分化。", "direction"),
        (TERMINALS, "運力投資達490億美元。", "attribution"),
        (TERMINALS, "Investment in capacity reached US$49 billion.", "hedge"),
        (DELIVERIES, "2026年的新船交付量將達310萬TEU。", "attribution"),
        (DELIVERIES, "Deliveries reached 3.1 million TEU in 2026.", "attribution"),
        (DELIVERIES, "Bank shares of the region are cheap.", "wording"),
    ],
)
def test_what_the_passage_does_not_say_is_a_problem(evidence: Evidence, statement: str, kind: str) -> None:
    assert kind in [problem.kind for problem in support(statement, [evidence], NAMES)]


def test_what_a_market_expects_is_nobody_s_word() -> None:
    found = support("託運人一定會回到單一樞紐。", [REOPENING], NAMES)
    assert {problem.kind for problem in found} == {"hedge", "condition"}


def test_a_word_within_another_is_no_condition() -> None:
    passage = plain_evidence("上半年壓力主要是來自新船交付；運價只能換來短暫的反彈。")  # 要是: if
    assert support("運價只能換來短暫的反彈。", [passage], NAMES) == []


def test_a_statement_without_evidence_is_not_supported() -> None:
    assert support("Freight rates fell.", [], NAMES)


def test_a_problem_shows_both_sides() -> None:
    problem = support("Hailan Shipping's net profit fell to US$2.25 billion.", [EARNINGS], NAMES)[0]
    assert problem.says == "US$2.25 billion"
    assert problem.source in ("25.2億美元", "US$2.52 billion")
    assert problem.text is not None
    assert problem.source in problem.text.text[problem.start : problem.end]
