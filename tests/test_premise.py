"""False premises: what a question asserts and a gazette of invented ships, banks and farms denies; and what it may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chat.assistant import Assistant
from chat.coverage import Vocabulary
from chat.premise import Contradiction, _telling_of, asserted_clauses, find_contradiction
from chat.understand import understand
from ingest.document import Document, Edition, Work
from ingest.outline import outline_sections
from tests.bigrams import NAME, Bigrams
from vectorstore.build import open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.library import Shelf
from vectorstore.retrieve import Search

pytestmark = pytest.mark.case("Q3")

GAZETTE = {
    "1": (
        "藍鷗渡輪的客流由120萬人次增加至180萬人次。",
        "Passenger numbers of Bluegull Ferries grew from 1.2 million to 1.8 million.",
    ),
    "2": (
        "碧湖銀行的存款在第三季流出,櫃台排起長隊。",
        "Deposits of Jadelake Bank flowed out in the third quarter, and queues formed at its counters.",
    ),
    "3": (
        "沙丘太陽能的面板並未通過鹽霧測試。",
        "The panels of Dune Solar did not pass the salt-spray test.",
    ),
    "4": (
        "颱風造成的損失不僅限於漁業,果園與旅館同樣受創。",
        "Typhoon losses were not limited to fisheries; orchards and hotels were struck as well.",
    ),
    "5": (
        "燈塔維修費合計7,400萬美元,儲備因此減少。",
        "Lighthouse repairs cost US$74 million in all, so reserves shrank.",
    ),
    "6": (
        "摩根大通預測,貝殼出口量明年將達9萬噸,多12%。",
        "JPMorgan predicts that shell exports will reach 90,000 tonnes next year, 12% more.",
    ),
    "7": ("議會對煤礦許可採取更嚴格的審查。", "Parliament takes a stricter view of coal-mine permits."),
    "8": (
        "茶葉拍賣的均價不會上漲,倉庫存貨仍多。",
        "Average prices at the tea auction will not rise, for warehouses are still full.",
    ),
    "9": (
        "羊毛訂單在春季減少,到秋季又回升。",
        "Wool orders declined in spring and recovered in autumn.",
    ),
    "10": ("鯨魚觀光船隊有14艘船。", "The whale-watching fleet has 14 boats."),
    "11": (
        "冷鏈倉庫的租約一般為期六年。",
        "Leases of cold stores usually run for six years.",
    ),
    "12": (
        "摩根大通預測鹽價上揚,高盛則預測持平。",
        "JPMorgan predicts dearer salt, whereas Goldman Sachs predicts no change.",
    ),
}
"""Chapters, each one sentence in Chinese and in English."""

SCENARIOS = (
    ("情形一:緩慢復甦", "Scenario 1: slow recovery", "港口逐步復工。", "Harbours reopen step by step."),
    (
        "情形二:再次封港(最有可能)",
        "Scenario 2: ports close again (most likely)",
        "疫病重來,碼頭停工。",
        "The sickness returns and the quays stand idle.",
    ),
)


def edition(chinese: bool) -> Edition:
    column = 0 if chinese else 1
    lines = ["# 群島年報" if chinese else "# Gazette of the isles"]
    for number, pair in GAZETTE.items():
        lines += [f"## {number}. {'第' + number + '則' if chinese else 'Note ' + number}", pair[column]]
    lines.append(f"## 13. {'前景' if chinese else 'Outlook'}")
    for number, scenario in enumerate(SCENARIOS, 1):
        lines += [f"### {number}. {scenario[column]}", scenario[2 + column]]
    document = Document("\n\n".join(lines) + "\n", "markdown")
    lang, kind = ("zh-Hant", "original") if chinese else ("en", "translation")
    return Edition("gazette", lang, kind, f"gazette.{lang}.md", document, outline_sections(document))


@pytest.fixture(scope="module")
def gazette(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Search, Vocabulary]]:
    shelf = Shelf({}, {})
    work = Work("gazette", {"zh-Hant": "群島年報", "en": "Gazette of the isles"})
    for chinese in (True, False):
        shelf = shelf.with_edition(work, edition(chinese))
    home = tmp_path_factory.mktemp("gazette")
    catalogue = Catalogue.at(home)
    publish_build(home, catalogue, NAME, Bigrams, shelf.works, list(shelf.editions.values()))
    build = open_build(home, catalogue)
    yield Search(build, Bigrams()), Vocabulary(build)
    build.close()
    catalogue.close()


def denial(gazette: tuple[Search, Vocabulary], question: str, *chapters: str) -> Contradiction | None:
    """What denies a question for which the search found the given chapters, best first."""
    search, vocabulary = gazette
    found = {hit.places[0].coarse: hit for hit in search.hits(question) if hit.places[0].section.kind == "paragraph"}
    hits = [replace(found[chapter], score=-float(rank)) for rank, chapter in enumerate(chapters)]
    return find_contradiction(understand(question), hits, search, vocabulary)


FALSE = [
    ("direction", "1", "為什麼藍鷗渡輪的客流大跌？"),
    ("direction", "1", "蓝鸥渡轮的客流为什么下滑？"),
    ("direction", "1", "點解藍鷗渡輪嘅客流減少咗？"),
    ("direction", "1", "Why did passenger numbers of Bluegull Ferries decline?"),
    ("direction", "1", "Passenger numbers of Bluegull Ferries shrank, right?"),
    ("direction", "2", "為什麼碧湖銀行的存款在第三季大舉流入？"),
    ("direction", "2", "碧湖银行的存款为什么会涌入？"),
    ("direction", "2", "點解碧湖銀行嘅存款會回流？"),
    ("direction", "2", "What made deposits pour in — why were deposits flowing in at Jadelake Bank?"),
    ("direction", "7", "為什麼議會對煤礦許可的審查放寬了？"),
    ("direction", "7", "议会为何放松煤矿许可的审查？"),
    ("direction", "7", "Why does parliament relax coal-mine permits?"),
    ("negation", "3", "沙丘太陽能的面板為什麼能通過鹽霧測試？"),
    ("negation", "3", "沙丘太阳能的面板通过了盐雾测试，靠的是什么？"),
    ("negation", "3", "點解沙丘太陽能嘅面板通過咗鹽霧測試？"),
    ("negation", "3", "How come the panels of Dune Solar pass the salt-spray test?"),
    ("exclusive", "4", "為什麼颱風損失只限於漁業？"),
    ("exclusive", "4", "台风造成的损失为何仅限于渔业？"),
    ("exclusive", "4", "點解颱風嘅損失淨係得漁業有？"),
    ("exclusive", "4", "Why were typhoon losses only in fisheries?"),
    ("figure", "5", "燈塔維修費高達9,100萬美元，錢花在哪？"),
    ("figure", "5", "灯塔维修费为何要9100万美元？"),
    ("figure", "5", "點解燈塔維修費要9,100萬美元？"),
    ("figure", "5", "Why did lighthouse repairs cost US$91 million?"),
    ("figure", "6", "Why does JPMorgan assume 40%?"),
    ("attribution", "6", "高盛預測貝殼出口量明年達9萬噸，依據是什麼？"),
    ("attribution", "6", "高盛认为贝壳出口量会怎样？"),
    ("attribution", "6", "點解高盛話貝殼出口量會上到9萬噸？"),
    ("attribution", "6", "Goldman Sachs predicts shell exports of 90,000 tonnes: on what grounds?"),
]


@pytest.mark.parametrize(("kind", "chapter", "question"), FALSE, ids=[question for _, _, question in FALSE])
def test_a_false_premise_is_denied_by_the_sentence_that_says_so(
    gazette, kind: str, chapter: str, question: str
) -> None:
    found = denial(gazette, question, chapter, "10", "11")
    assert found is not None
    assert (found.kind, found.hit.places[0].coarse) == (kind, chapter)
    english = understand(question).language == "en"
    assert found.place.passage.text[found.start : found.end] == GAZETTE[chapter][1 if english else 0]


@pytest.mark.parametrize(("chapter", "question"), [row[1:] for row in FALSE[::4]])
def test_what_denies_is_found_among_the_three_best_sections_near_the_first(
    gazette, chapter: str, question: str
) -> None:
    assert denial(gazette, question, "10", "11", chapter) is not None
    assert denial(gazette, question, "10", "11", "9" if chapter != "9" else "8", chapter) is None
    search, vocabulary = gazette
    found = {hit.places[0].coarse: hit for hit in search.hits(question) if hit.places[0].section.kind == "paragraph"}
    far = [replace(found["10"], score=5.0), replace(found[chapter], score=2.9)]
    assert find_contradiction(understand(question), far, search, vocabulary) is None


TRUE = [
    # as the documents say it
    ("1", "為什麼藍鷗渡輪的客流增加？"),
    ("1", "Why did passenger numbers of Bluegull Ferries increase?"),
    ("1", "点解蓝鸥渡轮嘅客流会上升？"),
    ("2", "碧湖銀行的存款為什麼流出？"),
    ("2", "Why did deposits of Jadelake Bank flow out — what is behind the outflow?"),
    ("7", "議會為什麼收緊煤礦許可？"),
    ("7", "Why does parliament tighten coal-mine permits?"),
    # negations that agree
    ("3", "沙丘太陽能的面板為什麼沒有通過鹽霧測試？"),
    ("3", "沙丘太阳能的面板为何未能通过盐雾测试？"),
    ("3", "點解沙丘太陽能嘅面板過唔到鹽霧測試，係咪冇通過？"),
    ("3", "Why did the panels of Dune Solar not pass the salt-spray test?"),
    ("8", "茶葉拍賣的均價為什麼不會上漲？"),
    ("8", "Why will prices at the tea auction not rise?"),
    ("8", "為什麼茶葉拍賣的均價難以下跌？"),
    ("1", "為什麼藍鷗渡輪的客流沒有下跌？"),
    ("1", "点解蓝鸥渡轮嘅客流冇减少？"),
    ("1", "Why did passenger numbers of Bluegull Ferries not decline?"),
    # not limited to what they do not limit
    ("4", "颱風損失為什麼不僅限於漁業？"),
    ("4", "Why were typhoon losses not limited to fisheries?"),
    ("4", "Why did typhoon losses go beyond just fisheries?"),
    # both poles, in the question or in the text
    ("1", "藍鷗渡輪的客流是上升還是下跌，為什麼？"),
    ("1", "Why did passenger numbers of Bluegull Ferries fall and then rise?"),
    ("9", "為什麼羊毛訂單在秋季回升？"),
    ("9", "羊毛訂單為什麼在春季減少？"),
    ("9", "Why did wool orders decline in spring?"),
    ("9", "Why did wool orders recover?"),
    ("1", "藍鷗渡輪的客流先下跌，後來為什麼增加？"),
    ("1", "Passenger numbers of Bluegull Ferries fell at first; why did they grow later?"),
    # what merely asks whether
    ("1", "藍鷗渡輪的客流是否下跌？"),
    ("1", "蓝鸥渡轮的客流下跌了吗？"),
    ("1", "藍鷗渡輪嘅客流係咪跌咗？"),
    ("1", "Did passenger numbers of Bluegull Ferries decline?"),
    ("3", "沙丘太陽能的面板有沒有通過鹽霧測試？"),
    ("3", "Did the panels of Dune Solar pass the salt-spray test?"),
    ("4", "颱風損失是不是只限於漁業？"),
    ("4", "Were typhoon losses only in fisheries?"),
    ("5", "Did lighthouse repairs cost US$91 million?"),
    # hypotheses
    ("1", "如果藍鷗渡輪的客流下跌，會怎樣？"),
    ("1", "What happens if passenger numbers of Bluegull Ferries decline?"),
    ("2", "假如碧湖銀行的存款回流，有什麼影響？"),
    # another subject
    ("1", "為什麼碧湖銀行的存款減少？"),
    ("1", "為什麼冷鏈倉庫的租金下跌？"),
    ("1", "Why did rents of cold stores decline?"),
    ("3", "為什麼鯨魚觀光船隊能通過檢查？"),
    ("4", "為什麼茶葉拍賣只在春季舉行？"),
    ("4", "Why is the tea auction only held in spring?"),
    ("5", "鯨魚觀光船隊為什麼花了9,100萬美元？"),
    ("5", "為什麼維修費增加？"),
    # figures that agree, in any unit and language, and figures of another kind
    ("5", "燈塔維修費為什麼要7,400萬美元？"),
    ("5", "灯塔维修费为何高达0.74亿美元？"),
    ("5", "Why did lighthouse repairs cost 74 million dollars?"),
    ("5", "Why did lighthouse repairs cost $74m?"),
    ("5", "為什麼燈塔維修費佔了預算的37%？"),
    ("1", "為什麼藍鷗渡輪的客流達到180萬人次？"),
    ("1", "Why did Bluegull Ferries reach 1.8 million passengers?"),
    # the source itself, and none
    ("6", "摩根大通預測貝殼出口量明年達9萬噸，依據是什麼？"),
    ("6", "JPMorgan predicts shell exports of 90,000 tonnes: on what grounds?"),
    ("6", "貝殼出口量明年達9萬噸，依據是什麼？"),
    ("6", "高盛的客戶為什麼喜歡貝殼？"),
    ("12", "高盛預測鹽價持平，依據是什麼？"),
    ("12", "Goldman Sachs predicts no change in salt: on what grounds?"),
]


@pytest.mark.parametrize(("chapter", "question"), TRUE, ids=[question for _, question in TRUE])
def test_a_premise_that_holds_or_is_only_asked_is_not_denied(gazette, chapter: str, question: str) -> None:
    assert denial(gazette, question, chapter, "10", "11") is None


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("港口收费恶化,削弱了商会信用,使得锡块需求凸显。", "使得锡块需求凸显。"),
        ("锡块需求在春季,因收费恶化而减弱。", "锡块需求在春季,因收费恶化而减弱。"),
        ("收费恶化,商会信用减弱。", "收费恶化,商会信用减弱。"),
    ],
)
def test_what_goes_its_way_before_the_subject_is_named_is_not_said_of_it(sentence: str, told: str) -> None:
    assert _telling_of({"锡块", "需求"}, sentence) == told


def test_nothing_found_denies_nothing(gazette) -> None:
    assert denial(gazette, "Why did passenger numbers of Bluegull Ferries decline?") is None


def test_a_sentence_nearby_that_agrees_outweighs_one_that_does_not(gazette) -> None:
    question = "為什麼羊毛訂單與藍鷗渡輪的客流減少？"
    assert denial(gazette, question, "1") is not None
    assert denial(gazette, question, "1", "9") is None


# Rank


def ranked(gazette: tuple[Search, Vocabulary], question: str) -> Contradiction | None:
    search, vocabulary = gazette
    hits = [hit for hit in search.hits(question) if hit.places[0].coarse.startswith("13.")]
    return find_contradiction(understand(question), [*hits], search, vocabulary)


@pytest.mark.parametrize(
    "question",
    [
        "為什麼情形一最有可能發生？",
        "为什么情形一的可能性最大？",
        "點解情形一最有可能？",
        "Why is scenario one the most likely?",
        "Why is the first scenario the most likely?",
    ],
)
def test_what_the_documents_call_likeliest_denies_another_one(gazette, question: str) -> None:
    found = ranked(gazette, question)
    assert found is not None
    assert (found.kind, found.hit.places[0].coarse) == ("rank", "13.2")


@pytest.mark.parametrize(
    "question",
    [
        "為什麼情形二最有可能發生？",
        "Why is scenario two the most likely?",
        "哪個情形最有可能發生？",
        "Is scenario one the most likely?",
        "情形一是不是最有可能？",
        "為什麼情形一的代價高？",
    ],
)
def test_the_likeliest_itself_or_the_mere_question_is_not_denied(gazette, question: str) -> None:
    assert ranked(gazette, question) is None


# What a question asserts


@pytest.mark.parametrize(
    ("question", "asserted"),
    [
        ("Why did tea rise?", ["why did tea rise"]),
        ("Did tea rise?", []),
        ("If tea falls, why does wool rise?", ["why does wool rise"]),
        ("Tea fell, right?", ["tea fell", "right"]),
        ("Is it true? Tea fell.", ["tea fell"]),
        ("茶價上漲，原因是什麼？", ["茶价上涨", "原因是什么"]),
        ("茶價有沒有上漲？", []),
        ("茶價上漲，對吧？", ["茶价上涨", "对吧"]),
        ("茶價係咪升咗？", []),
        ("2.5% of tea", ["2.5% of tea"]),
        ("茶葉有9,100噸，羊毛有12,5 噸", ["茶叶有9,100吨", "羊毛有12", "5 吨"]),
        ("", []),
        ("？！", []),
    ],
)
def test_only_what_is_not_merely_asked_is_asserted(question: str, asserted: list[str]) -> None:
    assert asserted_clauses(question) == asserted


# The whole path, on the invented report


@pytest.mark.parametrize(
    ("question", "anchor", "says"),
    [
        ("為什麼環東運價指數上漲？", "2.2.b1", "1,472點"),
        ("环东运价指数为什么飙升？", "2.2.b1", "1,472"),
        ("點解環東運價指數升咗？", "2.2.b1", "1,472"),
        ("Why did the Eastring freight index rise?", "2.2.b1", "1,472 points"),
        ("Why did Hailan Shipping's net profit grow?", "2.2.b2", "US$2.52 billion"),
        ("为什么北汐海运的净利上升？", "2.2.b2", "12.6"),
        ("為什麼綠氫2030年前就會商業化？", "3.b5", "難以商業化"),
        ("Why will green hydrogen become commercial before 2030?", "3.b5", "not expected"),
        ("為什麼老船退場能化解供給壓力？", "2.1", "難以靠老船退場化解"),
        ("Why did Hailan Shipping's net profit fall by 83%?", "2.2.b2", "46%"),
        ("檳灣港務的營收損失高達9億美元，為什麼？", "2.3.b1", "1.3億美元"),
        ("為什麼槟湾港务损失了9亿美元的营收？", "2.3.b1", "1.3"),
    ],
)
def test_a_false_premise_about_the_report_is_answered_by_what_denies_it(
    second_assistant: Assistant, question: str, anchor: str, says: str
) -> None:
    answer = second_assistant.ask(question)
    assert answer.outcome == "false_premise"
    assert [citation.anchor for citation in answer.citations] == [anchor]
    assert [statement.status for statement in answer.statements] == ["verified"]
    assert says in answer.statements[0].text
    assert answer.notice


@pytest.mark.parametrize(
    "question",
    [
        "為什麼環東運價指數下跌？",
        "Why did the Eastring freight index fall?",
        "環東運價指數是否上漲？",
        "Did the Eastring freight index rise?",
        "海嵐航運的淨利為什麼減少？",
        "Why did Hailan Shipping's net profit fall by 46%?",
        "為什麼綠氫2030年前難以商業化？",
        "Why is green hydrogen not expected to become commercial before 2030?",
        "如果環東運價指數上漲，會怎樣？",
        "亞洲區內航線的貨量為什麼成長？",
        "Why did volume within Asia grow 6.4%?",
        "為什麼檳灣港務損失1.3億美元的營收？",
        "Why did Penwan Ports lose US$130 million of revenue?",
        "為什麼磐電儲能的毛利率上升？",
        "樣本銀行的壞帳率為什麼上升？",
        "Why did Mekan Bank's net interest margin narrow?",
        "為什麼區內央行降息？",
        "Why did Cycad Bank's funding costs fall?",
    ],
)
def test_a_true_premise_about_the_report_is_not_denied(second_assistant: Assistant, question: str) -> None:
    answer = second_assistant.ask(question)
    assert answer.outcome in ("answered", "not_covered"), answer.text
