"""Figures are found in both languages and both scripts, and compare by value; words that look like figures are none."""

from __future__ import annotations

import datetime
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.numbers import Figure, covers, figures, occurs, same, without_year


def shown(figure: Figure) -> str:
    """A figure in short: over +72 %, 1.78e+09 USD, 3..5 %, 2026-01-01..2026-06-30, --02-10 (no year)."""
    if figure.kind == "date":
        ends = [
            datetime.date.fromordinal(int(day)).isoformat().replace("0004-", "--") for day in (figure.low, figure.high)
        ]
        vague = figure.grain if figure.grain in ("early", "mid", "late") else ""
        words = ["..".join(dict.fromkeys(ends)), figure.unit if figure.unit == "FY" else "", vague]
    else:
        value = "..".join(dict.fromkeys(f"{value:.6g}" for value in (figure.low, figure.high)))
        kind = {"count": "n", "number": "", "label": "label"}.get(figure.kind, "")
        words = [figure.bound, figure.sign + value, kind or figure.unit]
    return " ".join(word for word in words if word)


AMOUNTS = """
17.8億美元 | 1.78e+09 USD
17.8亿美元 | 1.78e+09 USD
US$1.78 billion | 1.78e+09 USD
$1.78bn | 1.78e+09 USD
1.78 billion dollars | 1.78e+09 USD
USD1.78bn | 1.78e+09 USD
１７．８億美元 | 1.78e+09 USD
$890m | 8.9e+08 USD
$1M | 1e+06 USD
$0.49 trillion | 4.9e+11 USD
$0.49tn | 4.9e+11 USD
4,900億 | 4.9e+11
490 billion | 4.9e+11
4.9兆韓元 | 4.9e+12 KRW
1.2萬億美元 | 1.2e+12 USD
5 trillion won | 5e+12 KRW
300億日圓 | 3e+10 JPY
€2.5 billion | 2.5e+09 EUR
25億歐元 | 2.5e+09 EUR
£40m | 4e+07 GBP
四千萬英鎊 | 4e+07 GBP
HK$12.5 billion | 1.25e+10 HKD
125億港元 | 1.25e+10 HKD
人民幣100億元 | 1e+10 CNY
100億元人民幣 | 1e+10 CNY
RMB10 billion | 1e+10 CNY
NT$500 | 500 TWD
新台幣500元 | 500 TWD
100億元 | 1e+10
三百二十億美元 | 3.2e+10 USD
兩千美元 | 2000 USD
1萬2千美元 | 12000 USD
一萬二美元 | 12000 USD
一萬零二美元 | 10002 USD
3億5千萬美元 | 3.5e+08 USD
三億五千萬 | 3.5e+08
一點五億 | 1.5e+08
十五萬 | 150000
70萬TEU | 700000
1,500BTC | 1500
30BTC | 30
half a billion dollars | 5e+08 USD
a million euros | 1e+06 EUR
three hundred and twenty billion won | 3.2e+11 KRW
twenty-five million pounds | 2.5e+07 GBP
two and a half billion dollars | 2.5e+09 USD
百億美元 | 1e+10 USD
60% at most | under 60 %
27 months at the least | over 27 month
$5bn and more | over 5e+09 USD
約90億美元 | about 9e+09 USD
~$9.0bn | about 9e+09 USD
近9億美元 | about 9e+08 USD
almost US$9 billion | about 9e+09 USD
17億多美元 | over 1.7e+09 USD
17億餘美元 | over 1.7e+09 USD
突破20億美元 | over 2e+09 USD
不到20億美元 | under 2e+09 USD
不超過20億美元 | under 2e+09 USD
不少於20億美元 | over 2e+09 USD
no more than $20 | under 20 USD
$5-6 billion | 5e+09..6e+09 USD
$5bn-$6bn | 5e+09..6e+09 USD
90至100億美元 | 9e+09..1e+10 USD
between $5 million and $6 million | 5e+06..6e+06 USD
from US$9 billion to US$10 billion | 9e+09 USD; 1e+10 USD
從9億美元到10億美元 | 9e+08 USD; 1e+09 USD
80% | 80 %
80 percent | 80 %
80 per cent | 80 %
８０％ | 80 %
八成 | 80 %
8成 | 80 %
百分之八十 | 80 %
八十個巴仙 | 80 %
七成二 | 72 %
三成半 | 35 %
九成九 | 99 %
百分之七十二點五 | 72.5 %
百分之百 | 100 %
千分之三 | 0.3 %
3‰ | 0.3 %
三到五成 | 30..50 %
七八成 | 70..80 %
百分之三至五 | 3..5 %
3%-5% | 3..5 %
3%～5% | 3..5 %
3-5% | 3..5 %
3 to 5 percent | 3..5 %
from 3% to 5% | 3 %; 5 %
三分之一 | 33.3333 %
one-third | 33.3333 %
a third of it | 33.3333 %
三分之二 | 66.6667 %
two thirds | 66.6667 %
四分之三 | 75 %
three quarters of it | 75 %
3/4 | 75 %
一半 | 50 %
half of it | 50 %
半數 | 50 %
過半 | over 50 %
一半以上 | over 50 %
nearly half | about 50 %
halved | 50 %
近八成 | about 80 %
兩成多 | over 20 %
超72% | over 72 %
逾72% | over 72 %
72%以上 | over 72 %
more than 72% | over 72 %
at least 72% | over 72 %
72%+ | over 72 %
72%左右 | about 72 %
below 5% | under 5 %
5%以下 | under 5 %
+274% | +274 %
rose +274% | +274 %
(-80%) | -80 %
跌5% | 5 %
.5% | 0.5 %
八十個百分點 | 80 pp
2 percentage points | 2 pp
2pp | 2 pp
25個基點 | 0.25 pp
25 bps | 0.25 pp
25-basis-point | 0.25 pp
0.25個百分點 | 0.25 pp
兩倍 | 2 x
翻倍 | 2 x
翻一番 | 2 x
增加一倍 | 2 x
doubled | 2 x
twice as much | 2 x
nearly tripled | about 3 x
3x | 3 x
1.5倍 | 1.5 x
兩倍半 | 2.5 x
tenfold | 10 x
240-fold | 240 x
2.5 times earnings | 2.5 x
三至五倍 | 3..5 x
4,000點 | 4000 point
KOSPI at 4,000 points | 4000 point
三年 | 36 month
three years | 36 month
三年半 | 42 month
半年 | 6 month
six months | 6 month
18個月 | 18 month
10-year | 120 month
兩周 | 14 day
90 days | 90 day
24小時 | 24 hour
over the past three years | 36 month
三種情形 | 3 n
three potential scenarios | 3 n
廿五家 | 25 n
20多家 | over 20 n
100+ companies | over 100 n
三四個 | about 3..4 n
兩大關鍵 | 2 n
三次 | 3 n
three times | 3 n
100K users | 100000 n
7B parameters | 7e+09 n
5 GW | 5 n
300噸 | 300 n
twenty-one banks | 21 n
10.11事件 | 10.11 label
"10.11" | 10.11 label
「10.11」之後 | 10.11 label
10·11 | 10.11 label
10/11之後 | 10.11 label
the 10.11 shock | 10.11 label
10.11% | 10.11 %
"""

DATES = """
2026年 | 2026-01-01..2026-12-31
in 2026 | 2026-01-01..2026-12-31
二〇二六年 | 2026-01-01..2026-12-31
'25 | 2025-01-01..2025-12-31
FY25 | 2025-01-01..2025-12-31 FY
fiscal 2025 | 2025-01-01..2025-12-31 FY
2025財年 | 2025-01-01..2025-12-31 FY
2026年上半年 | 2026-01-01..2026-06-30
2026上半年 | 2026-01-01..2026-06-30
1H26 | 2026-01-01..2026-06-30
1H2026 | 2026-01-01..2026-06-30
H1 2026 | 2026-01-01..2026-06-30
the first half of 2026 | 2026-01-01..2026-06-30
2026 first half | 2026-01-01..2026-06-30
2H26 | 2026-07-01..2026-12-31
上半年 | --01-01..--06-30
second half | --07-01..--12-31
2026年第一季 | 2026-01-01..2026-03-31
2026年一季度 | 2026-01-01..2026-03-31
2026年首季 | 2026-01-01..2026-03-31
Q1 2026 | 2026-01-01..2026-03-31
1Q26 | 2026-01-01..2026-03-31
Q1'26 | 2026-01-01..2026-03-31
2026Q1 | 2026-01-01..2026-03-31
first quarter of 2026 | 2026-01-01..2026-03-31
2025年12月 | 2025-12-01..2025-12-31
25年12月 | 2025-12-01..2025-12-31
二〇二五年十二月 | 2025-12-01..2025-12-31
December 2025 | 2025-12-01..2025-12-31
Dec. 2025 | 2025-12-01..2025-12-31
2025/12 | 2025-12-01..2025-12-31
2025-12 | 2025-12-01..2025-12-31
2026-02-10 | 2026-02-10
2026/2/10 | 2026-02-10
2026年2月10日 | 2026-02-10
10 February 2026 | 2026-02-10
February 10, 2026 | 2026-02-10
Feb 10th, 2026 | 2026-02-10
the 10th of February 2026 | 2026-02-10
2月10日 | --02-10
十月 | --10-01..--10-31
in October | --10-01..--10-31
in May 2026 | 2026-05-01..2026-05-31
in March | --03-01..--03-31
2026年底 | 2026-09-01..2026-12-31 late
end of 2026 | 2026-09-01..2026-12-31 late
late 2026 | 2026-09-01..2026-12-31 late
year-end 2026 | 2026-09-01..2026-12-31 late
年底 | --09-01..--12-31 late
mid-2026 | 2026-05-01..2026-08-31 mid
2026年中 | 2026-05-01..2026-08-31 mid
early 2026 | 2026-01-01..2026-04-30 early
十月底 | --10-21..--10-31 late
end of October | --10-21..--10-31 late
2020年代 | 2020-01-01..2029-12-31
the 2020s | 2020-01-01..2029-12-31
2024-2026 | 2024-01-01..2026-12-31
2024至2026年 | 2024-01-01..2026-12-31
2024-26 | 2024-01-01..2026-12-31
between 2024 and 2026 | 2024-01-01..2026-12-31
2024年12月至2025年11月 | 2024-12-01..2025-11-30
December 2024 to November 2025 | 2024-12-01..2025-11-30
2025年1月至6月 | 2025-01-01..2025-06-30
January-June 2025 | 2025-01-01..2025-06-30
2月10日至15日 | --02-10..--02-15
2026年美國中期選舉 | 2026-01-01..2026-12-31
the 2026 midterm elections | 2026-01-01..2026-12-31
"""

NONE = """
一些 | 一個 | 唯一 | 一致 | 統一 | 進一步 | 萬一 | 千萬不要 | 十分 | 百分百 | 成為 | 完成 | 形成 | 徵兆 | 吉兆
觀點 | 重點 | 一點 | 加倍努力 | 一帶一路 | 數千億美元 | 幾百家 | 上百億美元 | 多少億美元 | 十幾家 | 百度 | 三星 | 這一年
a second look | one of them | results may fall | they march on | first | third place | the second largest
[1] | 【2】 | [1, 2] | [1-3] | 第三 | 第1章 | 4.3節 | Table 2 | 表1 | 圖2 | §6.1 | scenario three | 情形三 | Chapter 5
3D | B2B | M7 | A16Z | Web3 | GPT-5 | H100 | S&P 500 | 標普500 | 5G | 24/7 | 9.9 版 | v1.2 | 1. 摘要 | Magnificent Seven
09:37 | 09:37:57 | 9:30 am | 下午3點 | +852 1234 5678 | https://example.com/2025/12/31 | a1@example.com | 0x12ab9
3f4ac2b19d0e77 | 12345678901234567890 | 每日 | 兩位數 | 若干 | tens of billions
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split(" | ")) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("text", "expected"), rows(AMOUNTS) + rows(DATES))
def test_a_figure_is_read(text: str, expected: str) -> None:
    assert "; ".join(map(shown, figures(text))) == expected


@pytest.mark.parametrize(("text", "expected"), rows(AMOUNTS) + rows(DATES))
def test_a_figure_is_read_inside_a_sentence_of_either_language(text: str, expected: str) -> None:
    for before, after in (("據報", "，情況不明。"), ("Reported, ", "; nothing else.")):
        assert "; ".join(map(shown, figures(f"{before}{text}{after}"))) == expected


@pytest.mark.parametrize("text", [cell for row in rows(NONE) for cell in row])
def test_what_only_looks_like_a_figure_is_none(text: str) -> None:
    assert figures(text) == ()


SAME = """
17.8億美元 | US$1.78 billion | $1.78bn | 1.78 billion dollars | $1,780 million | 17.8億 | １７.８億美元
4,900億 | 490 billion | 4900亿 | $0.49 trillion | 四千九百億 | 0.49兆
八成 | 80% | 80 percent | 百分之八十 | 8成 | 80個巴仙 | 五分之四
一半 | half of it | 50% | 五成 | 1/2
三分之一 | one-third | a third of it
兩倍 | twice as | doubled | 翻倍 | 翻一番 | 2x | 兩倍
25個基點 | 25 bps | 0.25個百分點 | 0.25 percentage points
三種情形 | three scenarios | 3 scenarios | 三個
三年 | three years | 36 months | 3年
半年 | six months | 6個月
約72% | 超72% | 72% | +72%
2026年上半年 | 1H26 | H1 2026 | first half of 2026
2026年第一季 | Q1 2026 | 1Q26
2025年12月 | December 2025 | Dec. 2025 | 2025/12
2026-02-10 | 2026年2月10日 | 10 February 2026 | February 10, 2026
2026年底 | end of 2026 | late 2026
10.11事件 | the 10.11 event | 10/11之後
"""
DIFFERENT = """
17.8億美元 | 17.8億韓元
17.8億美元 | US$17.8 billion
17.8億美元 | 1.87 billion dollars
1.78 billion | 1.8 billion
80% | 80個百分點
80% | 8%
80% | 80
72% | 27%
超72% | 72%以下
+5% | -5%
240% | 240-fold
5 GW | 5 MW
三年 | 三個月
2026年 | 2026年上半年
2026年上半年 | 2026年下半年
2026年 | FY26
上半年 | 2026年上半年
early 2026 | January-April 2026
2026年底 | 2026年中
10.11事件 | 10.1事件
10.1事件 | 10.10事件
10.11事件 | 10月11日
10.11事件 | 10.11%
3%-5% | 3%
"""


@pytest.mark.parametrize("row", rows(SAME), ids=lambda row: row[0])
def test_one_value_in_many_notations_is_the_same(row: tuple[str, ...]) -> None:
    for one in row:
        for other in row:
            assert same(only(one), only(other)), f"{one} and {other}"


@pytest.mark.parametrize(("one", "other"), rows(DIFFERENT))
def test_different_figures_are_not_the_same(one: str, other: str) -> None:
    assert not same(only(one), only(other))
    assert not same(only(other), only(one))


def only(text: str) -> Figure:
    (figure,) = figures(text)
    return figure


@pytest.mark.parametrize(
    ("coarse", "fine", "expected"),
    [
        ("2026年", "1H26", True),
        ("2026", "February 2026", True),
        ("first half of 2026", "2026年2月10日", True),
        ("2024-2026", "2025年", True),
        ("上半年", "2月10日", True),
        ("2026", "2026年", True),
        ("1H26", "2026年", False),
        ("2026", "December 2025", False),
        ("上半年", "2026年2月10日", False),
        ("80%", "80%", False),
    ],
)
def test_a_period_covers_what_lies_in_it(coarse: str, fine: str, expected: bool) -> None:
    assert covers(only(coarse), only(fine)) is expected


@pytest.mark.parametrize(
    ("figure", "among", "expected"),
    [
        ("3%-5%", "3至5個百分點，另有3%至5%", True),
        ("$5bn-$6bn", "fell from $6 billion to $5 billion", True),
        ("2024年12月至2025年11月", "In December 2024 it was high, in November 2025 low", True),
        ("3%-5%", "from 3% to 6%", False),
        ("3%", "3%-5%", False),
        ("17.8億美元", "no figure here", False),
    ],
)
def test_a_range_occurs_where_both_its_ends_do(figure: str, among: str, expected: bool) -> None:
    assert occurs(only(figure), figures(among)) is expected


def test_a_period_without_its_year_compares_with_one_printed_without() -> None:
    assert same(without_year(only("1H26")), only("上半年"))
    assert same(without_year(only("February 2026")), only("2月"))
    assert not same(without_year(only("2H26")), only("上半年"))
    assert without_year(only("2026年")) == only("2026年")
    assert without_year(only("80%")) == only("80%")


NOTATIONS = {
    "億美元": lambda n: f"{n / 100:g}億美元",
    "亿美元": lambda n: f"约{n / 100:g}亿美元",
    "萬美元": lambda n: f"{n * 100:,}萬美元",
    "billion": lambda n: f"US${n / 1000:g} billion",
    "bn": lambda n: f"${n / 1000:g}bn",
    "million": lambda n: f"{n:,} million dollars",
    "digits": lambda n: f"USD {n * 1_000_000:,}",
    "full width": lambda n: f"{n / 100:g}億美元".translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789."}),
}


@given(st.integers(1, 99_999), st.sampled_from(sorted(NOTATIONS)), st.sampled_from(["", "跌至", "fell to "]))
def test_a_value_comes_back_from_every_notation(millions: int, notation: str, before: str) -> None:
    text = before + NOTATIONS[notation](millions)
    assert only(text).low == pytest.approx(millions * 1e6)
    assert only(text).unit == "USD"


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2049, 12, 31)))
def test_a_day_comes_back_from_every_notation(day: datetime.date) -> None:
    for text in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.day} {day:%B} {day.year}",
        f"{day:%b} {day.day}, {day.year}",
    ):
        assert (only(text).low, only(text).high) == (day.toordinal(), day.toordinal()), text


PIECES = [
    "17.8億",
    "US$",
    "%",
    "成",
    "至",
    "2026",
    "年",
    "月",
    "Q1",
    "half",
    "two",
    "-",
    ".",
    ",",
    "三",
    "百",
    "10.11",
    " ",
    "\ud800",
]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=15).map("".join)))
def test_any_text_is_read_and_spans_lie_in_it_in_order(text: str) -> None:
    found = figures(text)
    assert all(0 <= figure.start < figure.end <= len(text) for figure in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(same(figure, figure) and figure.low <= figure.high for figure in found)


@pytest.mark.long
@pytest.mark.parametrize(
    "unit", ["1", "1-2-3 ", "三", "百", "one hundred and ", "2025年12月至", "[1,", "a@", " ", "(", "兆1"]
)
def test_a_hundred_thousand_characters_take_seconds(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    started = time.perf_counter()
    figures(text)
    assert time.perf_counter() - started < 20  # 0.2-2 s; what grows with the square takes minutes
