"""The digest says what the report says, in our words: every figure, name and hedge, at a digest's length."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from ingest.outline import outline_sections
from ingest.passages import cut_passages
from ingest.read import read_document
from tests.conftest import ROOT
from vectorstore.words import fold

CORPUS = ROOT / "corpus/triple-game"
GLOSSARY = ROOT / "corpus/glossary"


@pytest.fixture(scope="module")
def report(shared: Path) -> dict[str, str]:
    return passages(shared / "corpus/report.txt")


@pytest.fixture(scope="module")
def digests() -> dict[str, dict[str, str]]:
    return {language: passages(CORPUS / f"{language}.md") for language in ("zh-Hant", "en")}


def passages(path: Path) -> dict[str, str]:
    """The words of every anchor of a file."""
    document = read_document(path)
    words: dict[str, str] = {}
    for passage in cut_passages(document.text, outline_sections(document)):
        words[passage.anchor] = words.get(passage.anchor, "") + passage.text
    return words


def test_every_passage_of_the_report_has_one_in_both_digests(
    report: dict[str, str], digests: dict[str, dict[str, str]]
) -> None:
    assert list(report) == list(digests["zh-Hant"]) == list(digests["en"])


# Figures

UNITS = {"萬億": 1e12, "兆": 1e12, "億": 1e8, "萬": 1e4, "trillion": 1e12, "billion": 1e9, "million": 1e6}
MONTHS = ("January", "February", "March", "April", "May", "June")
MONTHS += ("July", "August", "September", "October", "November", "December")
FIGURE = re.compile(rf"(\d+(?:,\d{{3}})*(?:\.\d+)?)\s*({'|'.join(UNITS)})?")


def figures(text: str) -> set[float]:
    """The values of all figures of a text in Chinese or English, months by name among them, without its own number."""
    text = re.sub(r"^(\d+\.\s|[一二三四五六七]、)\s*", "", text)
    text = re.sub("(?<=情形)[一二三]", lambda match: str("一二三".index(match[0]) + 1), text)
    for number, month in enumerate(MONTHS, 1):
        text = re.sub(rf"\b{month} (?=\d)", f"{number} ", text)
    return {round(float(digits.replace(",", "")) * UNITS.get(unit, 1), 6) for digits, unit in FIGURE.findall(text)}


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("2025年11月的17.8億美元", "US$1.78 billion in November 2025"),
        ("4900億美元", "US$490 billion"),
        ("310萬TEU,3,680點", "3.1 million TEU, 3,680 points"),
        ("超72%", "more than 72%"),
    ],
)
def test_figures_are_compared_by_value(chinese: str, english: str) -> None:
    assert figures(chinese) == figures(english) != set()


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_every_figure_of_the_report_is_in_the_digest(
    report: dict[str, str], digests: dict[str, dict[str, str]], language: str
) -> None:
    assert sum(len(figures(text)) for text in report.values()) > 50
    lost = {anchor: figures(text) - figures(digests[language][anchor]) for anchor, text in report.items()}
    assert {anchor: values for anchor, values in lost.items() if values} == {}


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_the_digest_adds_no_figure(report: dict[str, str], digests: dict[str, dict[str, str]], language: str) -> None:
    added = {anchor: figures(digests[language][anchor]) - figures(text) for anchor, text in report.items()}
    assert {anchor: values for anchor, values in added.items() if values} == {}


def test_the_two_digests_have_the_same_figures(digests: dict[str, dict[str, str]]) -> None:
    differ = {anchor: figures(text) ^ figures(digests["en"][anchor]) for anchor, text in digests["zh-Hant"].items()}
    assert {anchor: values for anchor, values in differ.items() if values} == {}


# Names


def names(text: str) -> set[str]:
    """Words in Latin letters."""
    return set(re.findall(r"[A-Za-z][A-Za-z0-9]*", text))


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_every_latin_name_of_the_report_is_in_the_digest(
    report: dict[str, str], digests: dict[str, dict[str, str]], language: str
) -> None:
    assert len(set().union(*map(names, report.values()))) > 20
    lost = {
        anchor: {name for name in names(text) if not {name, f"{name}s"} & names(digests[language][anchor])}
        for anchor, text in report.items()
    }
    assert {anchor: words for anchor, words in lost.items() if words} == {}


# Hedges

HEDGES = {
    "可能": ("可能|或(?!者)|恐|也許|未必", "may|might|could|possibl[ey]|likely|perhaps|potential(?:ly)?"),
    "或將": ("可能|或(?!者)|恐|也許|未必", "may|might|could|possibl[ey]|likely|perhaps"),
    "大概率": ("大概率|很可能|多半|料", "probabl[ey]|likely|high probability"),
    "預計": ("預計|預期|料|估計", "expect(?:s|ed)?|forecasts?|projected|anticipated?"),
    "難以": ("難以|難|不易", "hard(?:ly)?|difficult(?:y)?|unlikely|struggles?|cannot easily"),
    "若": ("若|如果|一旦|倘|要是|假如", "if|should|once|were|unless"),
    r"約\d": (r"約|大概|左右|近", "about|around|roughly|approximately|some|nearly|almost"),
    r"超\d": (r"超|逾|多於|以上|不止", "more than|over|above|exceed(?:s|ed|ing)?"),
}


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
@pytest.mark.parametrize("hedge", HEDGES)
def test_no_hedge_of_the_report_is_dropped(
    report: dict[str, str], digests: dict[str, dict[str, str]], language: str, hedge: str
) -> None:
    hedged = [anchor for anchor, text in report.items() if re.search(hedge, text)]
    assert hedged
    kept = HEDGES[hedge][0] if language == "zh-Hant" else rf"(?i)\b(?:{HEDGES[hedge][1]})\b"
    assert [anchor for anchor in hedged if not re.search(kept, digests[language][anchor])] == []


# Length


def test_no_chinese_passage_is_longer_than_a_digest_may_be(
    report: dict[str, str], digests: dict[str, dict[str, str]]
) -> None:
    lengths = {anchor: len(digests["zh-Hant"][anchor]) / len(text) for anchor, text in report.items()}
    assert {anchor: ratio for anchor, ratio in lengths.items() if ratio > 1.5} == {}


def test_no_english_passage_is_longer_than_a_digest_may_be(
    report: dict[str, str], digests: dict[str, dict[str, str]]
) -> None:
    """A Chinese character is about 0.7 words of English; 1.5 times that is 1.1 words for each character."""
    lengths = {anchor: len(digests["en"][anchor].split()) / len(text) for anchor, text in report.items()}
    assert {anchor: ratio for anchor, ratio in lengths.items() if ratio > 1.1} == {}


# The publisher's sentences stay outside

RUN = 24


def test_no_sentence_of_the_report_is_in_the_repository(shared: Path) -> None:
    runs = _runs(_sentences(shared))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    assert len(files) > 40
    texts = {path.name: path.read_bytes().decode("utf-8", "ignore") for path in files if path.is_file()}
    assert [name for name, text in texts.items() if runs & _runs([text])] == []


def test_a_copied_sentence_would_be_found(shared: Path) -> None:
    sentences = _sentences(shared)
    assert all(_runs(sentences) & _runs([f"before {line} after"]) for line in sentences if len(line) > 40)


def _sentences(shared: Path) -> list[str]:
    """The lines of the report but for titles, headings and captions."""
    outline = json.loads((shared / "gold/outline.json").read_text(encoding="utf-8"))
    lines = (shared / "corpus/report.txt").read_text(encoding="utf-8").split("\n")
    named = ("chapter", "item", "table", "figure", "title", "heading", "author", "date")
    headings = {row["first_line_no"] for row in outline if row["kind"] in named}
    return [line for number, line in enumerate(lines, 1) if number not in headings or len(line) > 60]


def _runs(texts: Iterable[str]) -> set[str]:
    squeezed = [re.sub(r"\s+", "", text) for text in texts]
    return {text[start : start + RUN] for text in squeezed for start in range(len(text) - RUN + 1)}


# The glossary


def entries(language: str) -> dict[str, tuple[str, list[str]]]:
    """Heading and variants of every entry of the glossary, by anchor."""
    document = read_document(GLOSSARY / f"{language}.md")
    words = {s.anchor: document.text[s.start : s.end] for s in outline_sections(document).sections}
    kinds = {s.anchor: s.kind for s in outline_sections(document).sections}
    found = {}
    for anchor in (anchor for anchor, kind in kinds.items() if kind == "chapter"):
        _, _, variants = re.sub("[:：]", "\0", words[f"{anchor}.p1"], count=1).partition("\0")
        found[anchor] = (words[anchor], [variant.strip() for variant in re.split("[,、]", variants)])
    return found


def test_the_glossary_has_parallel_entries_with_names_and_a_definition() -> None:
    english, chinese = (read_document(GLOSSARY / f"{language}.md") for language in ("en", "zh-Hant"))
    assert [(s.anchor, s.kind) for s in outline_sections(english).sections] == [
        (s.anchor, s.kind) for s in outline_sections(chinese).sections
    ]
    assert len(entries("en")) >= 60
    for language, mark in (("en", "Also: "), ("zh-Hant", "又稱：")):
        words = passages(GLOSSARY / f"{language}.md")
        for anchor in entries(language):
            assert words[f"{anchor}.p1"].startswith(mark)
            assert words[f"{anchor}.p2"].endswith((".", "。"))
            assert f"{anchor}.p3" not in words


def test_no_name_stands_in_two_entries_of_the_glossary() -> None:
    owners: dict[str, set[str]] = {}
    for language in ("en", "zh-Hant"):
        for anchor, (heading, variants) in entries(language).items():
            assert all(variants), heading
            for name in (heading, *variants):
                owners.setdefault(fold(name), set()).add(anchor)
    assert len(owners) > 200
    assert {name: anchors for name, anchors in owners.items() if len(anchors) > 1} == {}
