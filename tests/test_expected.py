"""The kind of answer that a question wants, and whether sentences of invented matters hold one."""

from __future__ import annotations

import pytest

from chat.expected import holds_figure, holds_name, wanted_figure, wanted_name
from chat.understand import understand


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("利率下調了幾個基點？", "basis_points"),
        ("利率下调多少个基点？", "basis_points"),
        ("By how many basis points did margins narrow?", "basis_points"),
        ("運價指數跌到幾多點？", "level"),
        ("运价指数在多少点？", "level"),
        ("At what level did the index close?", "level"),
        ("渡輪花了多少錢？", "money"),
        ("隻船要幾多錢？", "money"),
        ("How much in US dollars did the ferry cost?", "money"),
        ("存款占幾成？", "share"),
        ("占百分之几？", "share"),
        ("What share of deposits left?", "share"),
        ("停港是哪一天開始的？", "day"),
        ("边日开始停港？", "day"),
        ("On what date did the port close?", "day"),
        ("有多少艘船？", "amount"),
        ("How many ships were there?", "amount"),
        ("報告給港口股的目標價是多少？", "price"),
        ("报告给港口股的目标价是多少钱？", "price"),
        ("What is the price target for the ferry line?", "price"),
        ("港口有多少員工？", "counted"),
        ("How many people does the port employ?", "counted"),
        ("How many billions did the port's customers pay?", "money"),
        ("How many times did the port close?", "times"),
        ("何時復航？", "when"),
        ("幾時復航？", "when"),
        ("When will the routes resume?", "when"),
        ("為什麼停港？", None),
        ("Why did the port close?", None),
    ],
)
def test_the_narrowest_kind_of_figure_is_wanted(question: str, key: str | None) -> None:
    kind = wanted_figure(understand(question).asks)
    assert (kind.key if kind else None) == key


@pytest.mark.parametrize(
    ("key", "text", "holds"),
    [
        ("basis_points", "利差收窄20個基點", True),
        ("basis_points", "margins narrowed by 1.5 percentage points", True),
        ("basis_points", "利差收窄20%", False),
        ("basis_points", "the index fell 20 points", False),
        ("level", "指數跌至1,472點", True),
        ("level", "the index stands at 1,472 points", True),
        ("level", "指數跌了60%", False),
        ("level", "the index fell in August 2025", False),
        ("money", "維修費7,400萬美元", True),
        ("money", "repairs cost US$74 million", True),
        ("money", "維修花了27個月", False),
        ("money", "repairs cost a tenth of the budget", False),
        ("money", "Mill Creek | Landings, tonnes: 980 | Price, £ a dozen: 9.85", True),
        ("money", "冬茶 | 產量（公噸）: 1,170 | 收購價（元/公斤）: 930", True),
        ("money", "Mill Creek | Landings, tonnes: 980 | Boats: 9", False),
        ("share", "Vik | Growth (%): 6.5 | Cargo: 41", True),
        ("share", "存款占五成", True),
        ("share", "deposits are 58%", True),
        ("share", "出貨量為去年的2.1倍", True),
        ("share", "存款有3億美元", False),
        ("share", "deposits fell in 2025", False),
        ("day", "2031年4月7日停港", True),
        ("day", "the port closed on 7 April 2031", True),
        ("day", "2031年4月停港", False),
        ("day", "the port closed in 2031", False),
        ("price", "目標價930元", True),
        ("price", "sees the index at 1,472 points", False),
        ("price", "the share may reach US$74.5", True),
        ("price", "資本開支4,900億美元", False),
        ("price", "spending rises by 20% to US$490 billion", False),
        ("counted", "港口僱用三千人", True),
        ("counted", "The port employs 3,000 people.", True),
        ("counted", "成交額12億元，下跌80%", False),
        ("counted", "volume fell 69% to US$0.89 billion", False),
        ("amount", "船隊有14艘船", True),
        ("amount", "the fleet has 14 boats", True),
        ("amount", "船隊在2031年成立", False),
        ("amount", "the fleet was founded in 2031", False),
        ("when", "2031年復航", True),
        ("when", "routes resume in spring 2031", True),
        ("when", "租約為期六年", True),
        ("when", "the fleet has 14 boats", False),
        ("when", "船隊很大", False),
    ],
)
def test_sentences_hold_a_figure_of_the_kind_or_not(key: str, text: str, holds: bool) -> None:
    kind = wanted_figure({key})
    assert kind is not None
    assert holds_figure(kind, ["Nothing here.", text]) is holds
    assert not holds_figure(kind, [])


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("哪家公司買了渡輪？", "organisation"),
        ("哪间银行先降息？", "organisation"),
        ("邊間船公司最大？", "organisation"),
        ("Which shipping company bought the ferry?", "organisation"),
        ("哪位分析師看好渡輪？", "person"),
        ("Which analyst likes ferries?", "person"),
        ("哪種代幣最抗跌？", "asset"),
        ("邊隻最抗跌？", "asset"),
        ("Which coins held up?", "asset"),
        ("哪個國家最先復航？", "place"),
        ("哪些地区受灾？", "place"),
        ("Which countries installed most?", "place"),
        ("為什麼渡輪停航？", ""),
        ("How did the ferry do?", ""),
    ],
)
def test_a_name_of_a_kind_is_wanted(question: str, kind: str) -> None:
    assert wanted_name(understand(question).asks) == kind


@pytest.mark.parametrize(
    ("kind", "text", "question", "holds"),
    [
        ("organisation", "藍鷗航運買下三艘渡輪", "哪家公司買了渡輪？", True),
        ("organisation", "蓝鸥银行率先降息", "哪家银行先降息？", True),
        ("organisation", "Last year Bluegull bought three ferries.", "Which company bought ferries?", True),
        ("organisation", "Microsoft bought three ferries.", "Which company bought ferries?", True),
        ("organisation", "渡輪在春季漲價", "哪家公司買了渡輪？", False),
        ("organisation", "Ferries rose in spring.", "Which company bought ferries?", False),
        ("organisation", "In spring the GDP of the isles rose.", "Which company bought ferries?", False),
        ("organisation", "藍鷗航運很大", "藍鷗航運之外，哪家公司買了渡輪？", False),
        ("organisation", "At noon Bluegull sailed.", "Apart from Bluegull, which company sailed?", False),
        ("organisation", "Then Bitcoin fell.", "Which company sailed?", False),
        ("person", "昨日 Edda Quill 看好渡輪", "哪位分析師看好渡輪？", True),
        ("person", "渡輪漲價", "哪位分析師看好渡輪？", False),
        ("asset", "資金湧入比特幣", "哪種代幣最抗跌？", True),
        ("asset", "Money went into bitcoin", "Which coin held up?", True),
        ("asset", "Holders kept QKX.", "Which token held up?", True),
        ("asset", "渡輪漲價", "哪種代幣最抗跌？", False),
        ("asset", "跌得最少的不是比特幣", "除了比特幣，哪種代幣最抗跌？", False),
        ("place", "越南最先復航", "哪個國家最先復航？", True),
        ("place", "Routes to Vietnam resumed first.", "Which country resumed first?", True),
        ("place", "渡輪漲價", "哪個國家最先復航？", False),
        ("place", "越南也復航", "越南之後，哪個國家復航？", False),
    ],
)
def test_sentences_name_one_that_the_question_does_not_or_none(
    kind: str, text: str, question: str, holds: bool
) -> None:
    assert holds_name(kind, ["。", text], question) is holds
    assert not holds_name(kind, [], question)
