"""Units, fractions and what is no figure: the words that `chat.numbers` reads beside the numbers themselves."""

from __future__ import annotations

import re
from typing import Literal

from chat.numerals import ARABIC, HAN_DIGIT

Kind = Literal["money", "percent", "points", "multiple", "level", "duration", "count", "number", "date", "label"]
"""`points` are percentage points; `level` is an index's; `number` has no unit; a `label` (10.11, 10/11) names something
and equals itself only."""

_CURRENCIES = {
    "USD": ("us$|u.s.$|usd|$", "美元|美金|u\\.?s\\.?[ ]dollars?|usd|dollars?|bucks"),
    "HKD": ("hk$|hkd|港币", "港元|港币|港纸|hong[ ]kong[ ]dollars?|hk[ ]dollars?|hkd"),
    "TWD": ("nt$|twd|新台币|台币", "新?台币|新台币元|(?:new[ ])?taiwan[ ]dollars?|twd"),
    "CNY": ("rmb|cny|人民币", "元人民币|人民币|renminbi|yuan|rmb|cny"),
    "KRW": ("₩|krw", "韩元|韩圜|韩币|(?:korean[ ])?won|krw"),
    "JPY": ("jpy", "日元|日圆|日币|(?:japanese[ ])?yen|jpy"),
    "EUR": ("€|eur", "欧元|euros?|eur"),
    "GBP": ("£|gbp", "英镑|pounds?(?:[ ]sterling)?|gbp"),
    "AUD": ("a$|aud", "澳元|australian[ ]dollars?|aud"),
    "SGD": ("s$|sgd", "新加坡元|新元|singapore[ ]dollars?|sgd"),
    "CHF": ("chf", "瑞郎|瑞士法郎|swiss[ ]francs?|chf"),
    "USDT": ("", "usdt"),
    "USDC": ("", "usdc"),
    "": ("¥|￥", "元|圆|块钱?|蚊"),
}
"""Currency: how it is written before the number, how after it. The sign ¥ and 元 do not tell which is meant."""

_MEASURES = {
    "GW": "gw|吉瓦|gigawatts?",
    "MW": "mw|兆瓦|megawatts?",
    "TWh": "twh|太瓦时",
    "kWh": "kwh|千瓦时|度电",
    "ton": "吨|tons?|tonnes?",
    "barrel": "桶|barrels?",
    "ounce": "盎司|ounces?|oz",
    "gram": "克(?!服)|grams?",
    "km": "公里|千米|km|kilomet(?:re|er)s?",
    "nm": "纳米|nm|nanomet(?:re|er)s?",
    "degree": "°c|摄氏度|度(?!电)|degrees?",
}
MEASURES = frozenset(_MEASURES)

_COUNTED = (
    "[家个種种条项类大名位次款只支枚座间套场轮步份层台辆艘件张笔组档宗起亩股重方句章节届国地城省州面根道人环路段]"
)
_NO_COUNT = (
    "(?!位数|位一体|大陆|人民币|人工|方法|方向|方案|方式|地方|面临|大幅|大量|大举|国债|国会|重要|重点|重新|次要)"
)
_LONGER = "as|the|that|its|more|higher|larger|bigger|greater|faster|sales|earnings|revenue|book|leverage|what|over"

UNITS: list[tuple[Kind, str, float, str]] = [
    ("points", "pp", 1, "个?百分点|percentage[ -]points?|ppts?|pp"),
    ("points", "pp", 0.01, "个?基点|点子|basis[ -]points?|bps?"),
    ("percent", "%", 1, "%|per[ ]?cent|pct|个?巴仙"),
    ("percent", "%", 0.1, "‰"),
    ("multiple", "x", 1, f"倍|[x×](?![0-9])|-?fold|times(?=[ ](?:{_LONGER})(?![a-z]))"),
    *((("money", unit, 1, after)) for unit, (_, after) in _CURRENCIES.items() if unit),
    *((("count", unit, 1, words)) for unit, words in _MEASURES.items()),
    ("money", "", 1, _CURRENCIES[""][1]),
    ("duration", "month", 12, "周年|年(?![代级])|years?|yrs?|yr"),
    ("duration", "month", 3, "个?季度|季(?!节)|quarters?"),
    ("duration", "month", 1, "个月|月|months?"),
    ("duration", "day", 7, "个?星期|周(?!年)|weeks?"),
    ("duration", "day", 1, "天|日(?!元|圆|本|均)|days?"),
    ("duration", "hour", 1, "个?小时|个?钟头|hours?|hrs?|h"),
    ("duration", "hour", 1 / 60, "分钟|minutes?|mins?"),
    ("duration", "hour", 1 / 3600, "秒|seconds?|secs?"),
    ("level", "point", 1, "点|points?|pts?"),
    ("count", "time", 1, "times"),
    ("count", "", 1, _NO_COUNT + _COUNTED),
]
"""Kind, unit, what one of it is in that unit, and how it is written after a number; the first that fits counts."""

UNIT = re.compile(
    rf"(?P<more>\s?[多余]|\+(?![0-9]))?(?:[ -]?(?:{'|'.join(f'(?P<u{i}>{unit[3]})' for i, unit in enumerate(UNITS))})"
    r"(?:(?<![a-z])|(?![a-z0-9])))?(?P<half>半(?!导))?",
    re.VERBOSE,
)
_BEFORE = {mark: unit for unit, (before, _) in _CURRENCIES.items() for mark in before.split("|") if mark}
CURRENCY = re.compile(rf"(?<![a-z])({'|'.join(map(re.escape, sorted(_BEFORE, key=len, reverse=True)))})\s?\Z")


def currency(mark: str) -> str:
    """The currency of a mark before a number: us$ is USD."""
    return _BEFORE[mark]


NOUN = re.compile(r"[ -](?:[a-z-]{2,20} )?([a-z]{3,20}s)(?![a-z])")
"""What an English number counts: three potential scenarios."""

_NUMBER = rf"(?:{ARABIC}|[十百千]?{HAN_DIGIT}+(?:[十百千]{HAN_DIGIT}*)*+(?:点{HAN_DIGIT}+)?|[十百千])"
_TO = r"\s?[-~至到]\s?"
HAN_FRACTION = re.compile(
    rf"(?P<whole>{HAN_DIGIT}?[十百千万]|{HAN_DIGIT}|[0-9]{{1,3}}+)分之(?P<low>{_NUMBER})"
    rf"(?:{_TO}(?:[百千万]分之)?(?P<high>{_NUMBER})(?!分之))?"
)
"""三分之一, 百分之七十二, 百分之三至五."""
TENTHS = re.compile(
    rf"(?<![第完])(?P<low>{ARABIC}|[一二两三四五六七八九十])(?:(?:{_TO})?(?P<high>{ARABIC}|[二三四五六七八九]))?\s?成"
    r"(?P<tenth>[一二三四五六七八九半])?(?P<more>[多余])?(?![一二三四五六七八九为交本份员绩果长功立熟型群品就不])"
)
"""八成, 七成二, 三成半, 三到五成, 七八成."""
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "eighth": 8,
    "tenth": 10,
}
PARTS = _PARTS | {f"{part}s": number for part, number in _PARTS.items()}
ENGLISH_FRACTION = re.compile(
    r"(?<![a-z0-9-])(?:(?P<count>one|two|three|four|five|seven|nine)"
    rf"-(?P<part>{'|'.join(sorted(PARTS, key=len)[::-1])})"
    r"|(?P<count2>two|three|four|five)[ ](?P<part2>thirds|quarters(?=[ ]of)|fourths|fifths|tenths)"
    r"|(?P<count3>one|an?)[ ](?P<part3>third|quarter|fifth|sixth|eighth|tenth)"
    r"(?=[ ](?:of|less|more|lower|higher|fewer)(?![a-z])|[ ]?[.,;)]|\Z)"
    r"|(?P<top>[1-9])/(?P<bottom>[2-9]|10)(?![0-9/]))(?![a-z])"
)
"""Two-thirds, a third of, three quarters of, 3/4."""
HALF = re.compile(
    r"(?P<han>一半|半数|(?<=[过逾近])半(?![年天日月]))"
    r"|(?<![a-z-])(?<!first )(?<!second )(?<!other )(?<!and a )(?:halved|half)"
    r"(?![a-z]|[ -](?:an?|year|hour|hearted|time)(?![a-z]))"
)
MULTIPLES = {
    2: r"翻[了]?(?:一[番倍]|倍)|翻番|倍增|(?:增[加长]?|上?[升涨]|多|高出?|扩大|成长)[了出]?一倍"
    r"|doubl(?:ed|es|ing)(?! down| up)|double(?= (?:the|that|its|their|what|from|in|by|to))"
    r"|twice(?= (?:as|the|that|its|what|their))",
    3: r"tripl(?:e(?=[ ](?:the|that|its|what|from|in|by|to))|ed|es|ing)|three-?fold",
    4: r"翻[了]?两番|quadrupl(?:e|ed|es|ing)|four-?fold",
    10: r"ten-?fold",
}
LABEL = re.compile(
    r"(?<![0-9a-z.$€£¥/·])(?P<first>1[0-2]|[1-9])(?P<mark>[.·/])(?P<last>[12][0-9]|3[01]|0?[1-9])"
    r"(?![0-9a-z%/·]|[.][0-9])"
    r"(?P<event>\"?\)?[ ]?(?:事件|黑天鹅|危机|风波|惨案|崩盘|闪崩|暴跌|大跌|冲击|清算|爆仓|当[天日]"
    r"|black swan|event|crash|shock|crisis|incident|flash|attack|sell-?off|liquidation|meltdown|episode))?"
)
"""10.11事件, "10.11", 10·11, 10/11."""

SPANS = {6: r"(?<![上下])半年(?![报度])|half(?:[ -]an?)?[ -]years?(?![a-z])", 0.5: "半个月"}
"""Durations without a number, in months."""

_ABOUT = (
    "大?约[为莫]?|大概|大致|差不多|几乎|几近|[接将]近|(?<![最附新临])近|[~≈]|about|around|roughly|approximately|approx\\.?"
    "|some|nearly|almost|close to|circa|an estimated"
)
_OVER = (
    "超[过逾]?|逾|突破|高[于过]|多[于过]|大于|至少|最少|起码|不少于|不低于|不小于"
    "|more than|greater than|over|above|at least|upwards of|north of"
    "|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|topp?(?:s|ed|ing)|[>≥]=?"
    "|(?:no|not) (?:less|fewer) than"
)
_UNDER = (
    "不到|低[于过]|[少小]于|不足|未[达到满]|不超过|不多于|不高于|最多|至多"
    "|less than|under|below|fewer than|at most|up to|[<≤]=?|(?:no|not) more than"
)
BEFORE = re.compile(rf"(?:(?P<under>{_UNDER})|(?P<over>{_OVER})|(?P<about>{_ABOUT}))[ ]?(?:the )?(?:a )?\Z")
AFTER = re.compile(
    r"[ ]?(?:(?P<over>[多余](?!元|种|数)|以上|之上|有余|(?<! )\+(?![0-9])"
    r"|plus(?![a-z])|(?:or|and) (?:more|above|higher|over|up)(?![a-z])|at (?:the )?(?:very )?least(?![a-z]))"
    r"|(?P<under>以[下内]|之内|or (?:less|fewer|below|under)(?![a-z])"
    r"|at (?:the )?(?:very )?most(?![a-z]))|(?P<about>左右|上下|or so(?![a-z])))"
)
"""What stands before and after a figure that is not exact."""

NO_FIGURES = re.compile(
    r"""[0-9]{16,} | [零〇一二两三四五六七八九十廿卅百千万亿兆]{24,}
    | https?://[!-~]+|www\.[!-~]+|(?<![a-z0-9._+-])[a-z0-9._+-]{1,64}@[a-z0-9.-]{1,255}
    | (?<![a-z0-9])0x[0-9a-f]+ | (?<![a-z0-9])(?=[a-f]{0,40}[0-9])(?=[0-9]{0,40}[a-f])[0-9a-f]{10,}(?![a-z0-9])
    | [\[【]\s?\^?[0-9]{1,3}(?:\s?[-,;~]\s?[0-9]{1,3})*\s?[\]】]
    | (?<![0-9:])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9:])(?:\s?[ap]\.?m(?![a-z]))?
    | (?<![0-9.])[0-9]{1,2}\s?[ap]\.?m(?![a-z])
    | (?:[上下]午|早上|晚上|凌晨|中午)\s?[0-9一二三四五六七八九十两]{1,3}\s?[点时]
        (?:[0-9一二三四五六七八九十]{1,3}分|半)?
    | (?<![0-9a-z])\+[0-9]{1,3}[ -][0-9][0-9 -]{5,20}[0-9]
    | (?<![0-9-])(?:[0-9]{1,3}-)?[0-9]{2,4}-[0-9]{3,4}-[0-9]{4}(?![0-9-])
    """,
    re.VERBOSE,
)
"""Overlong numbers, links, addresses, hashes, footnote marks, times of day, telephone numbers."""
_REFERENCE = r"[0-9]{1,3}(?:\.[0-9]{1,2})*(?![0-9]|[.,][0-9]|\s?[%万亿倍家个项张种大点名])"
REFERENCES = re.compile(
    rf"""(?m:^[ \t\#>*-]*\(?[0-9]{{1,2}}[.);:](?![0-9])) | \([0-9]{{1,2}}\)
    | 第\s?[0-9零〇一二两三四五六七八九十百千]+ | [0-9]+(?:st|nd|rd|th)(?![a-z]) | (?<![0-9])24/7(?![0-9])
    | 一带一路 | [一二三四五六七八九十]+线 | 二[手级] | 双11 | 世纪 | [0-9]{{1,2}}\s?世纪
    | (?<![a-z])(?:tables?|figures?|figs?\.?|charts?|exhibit|chapters?|sections?|part|appendix|pages?|number|no\.
        |scenarios?|phases?|stages?|step|item|option|level|tier|layer|version|paragraph|article)[ ]?(?:no\.?[ ]?)?
        (?:{_REFERENCE}(?:(?:,[ ]?|[ ]?-[ ]?|[ ](?:and|or|to)[ ]){_REFERENCE})*
        |(?<!s[ ])(?:one|two|three|four|five|six|seven)(?![a-z-]))
    | (?:(?<![代发外年日列仪手电地钟])[图表]|附录|情[形景境]|场景|方案|步骤|阶段|案例|[章节页§])\s?{_REFERENCE}
    | (?<![0-9.])[0-9]+(?:\.[0-9]+){{0,5}}\s?(?:[章节]|版(?!权)) | (?<![0-9.])[0-9]+\.[0-9]+(?:\.[0-9a-z]+)+
    | (?<![a-z])[pv]\.?[ ]?[0-9.]+(?![0-9a-z%])
    | (?:标普|s&p|纳斯达克|纳指|nasdaq|罗素|russell|日经|nikkei|沪深|中证|富时|ftse|stoxx|科创|fortune|财富
        |kospi|topix)[ -]?
        [0-9]{{2,4}}(?![0-9]|[.,][0-9]|\s?(?:%|点|points?|[万亿]))
    """,
    re.VERBOSE,
)
"""Ordinals, numbered headings and what points at them, versions, and names that end in a number."""
