"""The Library page: files read and previewed, described, published, corrected, replaced, removed, indexed again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingest.__main__ import main as ingest
from tests.browser.clicks import insistently, three_times
from tests.browser.conftest import HEIGHT, WIDTH, Kept, OpenPage
from tests.browser.editor import Editor
from tests.browser.served import Served, copy_home, serve
from tests.pdf import pdf_file
from tests.test_cautions import HIDDEN, WHOLE, lossy_pdf
from vectorstore.catalogue import Catalogue
from vectorstore.library import live_shelf

BUNDLED = ("triple-game", "glossary")
ODD = "Cider sales fell from $4.2 million to $2.52 million, a decline of 46%."
NEWER = WHOLE.replace("12%", "15%") + f"\n{ODD}\n"


PROGRESS = """() => {
    window.progress = [];
    new MutationObserver(() => {
        const bar = document.querySelector("[data-testid=stProgress]");
        if (bar && window.progress.at(-1) !== bar.innerText) window.progress.push(bar.innerText);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
"""Notes down what a progress bar says, from one text to the next."""


@pytest.fixture(scope="module")
def changing_app(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app over a copy of the bundled works."""
    folder = tmp_path_factory.mktemp("library")
    copy_home(home, folder / "home")
    with serve(folder / "home", folder / "app.log") as served:
        yield served


@pytest.fixture
def own_app(changing_app: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The app over the bundled works, which the test may add to: what it published is taken out after it."""
    yield changing_app
    home = changing_app.log.parent / "home"
    monkeypatch.setenv("FOOTNOTE_HOME", str(home))
    catalogue = Catalogue.at(home)
    published = [work for work in live_shelf(catalogue).works if work not in BUNDLED]
    catalogue.close()
    for work in published:
        assert ingest(["--remove", work]) == 0


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "orchards.md").write_text(WHOLE, encoding="utf-8")
    (folder / "newer.md").write_text(NEWER, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "<img src=x onerror=alert(1)>.md").write_text("# *Bold* [x](http://example.org)\n\n## 1. A\n\nB.\n")
    lossy_pdf(folder / "ferries.pdf", tmp_path)
    return folder


@pytest.fixture
def editor(own_app: Served, kept: Kept, request: pytest.FixtureRequest) -> Iterator[Editor]:
    """At work on a page that is kept from test to test: each leaves no file that waits."""
    reader = kept.at(f"{own_app.url}/", request.session.testsfailed)
    reader.begin_anew()
    yield Editor(reader)
    reader.expect_nothing_foreign_and_no_complaint()


STATES = {
    "English": ["Ready", "Ready, but not all of it", "Refused"],
    "繁體中文": ["就緒", "就緒，但有缺漏", "未採用"],
}
LOST = {"English": "Pages without text", "繁體中文": "沒有文字的頁"}


def test_each_file_ends_in_one_state_with_its_losses_and_a_preview_on_a_phone_too(editor: Editor, files: Path) -> None:
    editor.page.evaluate(PROGRESS)
    editor.read(files / "orchards.md", files / "ferries.pdf", files / "broken.pdf")
    shown = editor.page.evaluate("window.progress")
    assert sum(all(figure in text for figure in (str(done), "3")) for done in (1, 2) for text in shown) > 0, shown
    losses = editor.files.nth(1).locator(".losses")
    for language in STATES:
        editor.reader.speak(language)
        expect(editor.page.locator(".state")).to_have_text(STATES[language])
        expect(losses).to_contain_text(LOST[language])
        expect(losses).to_contain_text(HIDDEN)
    editor.files.nth(0).locator("section summary").click()
    passages = editor.files.nth(0).locator("ol li")
    expect(passages.filter(has_text="Plum harvests in Norrby rose by 12%")).to_be_visible()
    expect(editor.work("orchards")).to_have_count(0)
    expect_narrow(editor)
    for name, left in (("orchards.md", 2), ("ferries.pdf", 1), ("broken.pdf", 0)):
        editor.discard(name)
        expect(editor.page.locator(".state")).to_have_text(STATES["繁體中文"][3 - left :])
        expect(editor.page.locator(".st-key-library-publish")).to_have_count(int(left > 1))


def expect_narrow(editor: Editor) -> None:
    """On a phone, light and dark, nothing needs scrolling sideways."""
    editor.page.set_viewport_size({"width": 390, "height": 844})
    for scheme in ("light", "dark"):
        editor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(editor.field("title")).to_be_visible()
        editor.reader.expect_no_sideways_scrolling()
    editor.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def test_a_protected_file_is_read_with_its_password(editor: Editor, files: Path) -> None:
    (files / "secret.pdf").write_bytes(pdf_file(["Quayside fees rose by 7%."], password="sesame"))
    editor.read(files / "secret.pdf")
    expect(editor.files.first).to_contain_text("password")
    editor.page.get_by_test_id("stExpander").locator("summary").first.click()
    field = editor.page.locator(".st-key-library-password input")
    for typed, state in (("other", "Refused"), ("sesame", "Ready")):
        field.fill(typed)
        field.press("Enter")
        editor.read(files / "secret.pdf")
        expect(editor.page.locator(".state").last).to_have_text(state)
    for _ in range(3):
        editor.discard("secret.pdf")
    expect(editor.files).to_have_count(0)


def test_what_is_published_as_described_can_be_asked_and_corrected(editor: Editor, files: Path) -> None:
    editor.read(files / "orchards.md")
    expect(editor.field("title")).to_have_value("Orchards in the north")
    expect(editor.field("date")).to_have_value("2025-05-02")
    editor.field("title").fill("Fruit of Norrby")
    editor.field("author").fill("The Orchard Desk")
    editor.field("author").press("Tab")
    editor.page.get_by_test_id("stButtonGroup").get_by_text("Macro", exact=True).click()
    editor.publish()
    shelf = editor.work("orchards")
    expect(shelf.locator("h3")).to_have_text("Fruit of Norrby")
    expect(shelf).to_contain_text("The Orchard Desk · 2 May 2025 · Macro")
    editor.act("orchards", "edit")
    expect(editor.page.locator(".st-key-library-correct")).to_be_visible()
    editor.reader.settle()
    editor.field("title").fill("Fruit")
    editor.field("title").press("Tab")
    editor.click("save")
    expect(editor.work("orchards").locator("h3")).to_have_text("Fruit")
    editor.reader.go("Ask")
    asked = editor.page.locator(".scope summary")
    expect(asked).to_have_text("All documents are asked")
    asked.click()
    editor.page.get_by_role("checkbox", name="Fruit").uncheck()
    expect(asked).to_have_text("Asked: 1 of 2 documents")
    expect(editor.reader.ask("By how much did plum harvests in Norrby rise?")).not_to_contain_text("12%")
    editor.page.get_by_role("checkbox", name="Fruit").check()
    expect(asked).to_have_text("All documents are asked")
    expect(editor.reader.ask("By how much did plum harvests in Norrby rise?")).to_contain_text("rose by 12%")


def test_a_quote_is_marked_on_its_page_and_stays_when_the_text_is_replaced(editor: Editor, files: Path) -> None:
    editor.read(files / "ferries.pdf")
    editor.publish()
    editor.reader.go("Ask")
    answer = editor.reader.ask("By how much did ferry fares between Sundholm and Vik rise?")
    expect(answer.locator(".lossy")).to_contain_text("left out: 2.")
    answer.locator(".statement .chip").first.click()
    page = editor.reader.panel.locator("canvas[data-drawn=yes]")
    expect(page).to_have_attribute("data-boxes", "1")
    marked = (
        "(c) => c.getContext('2d').getImageData(0, 0, c.width, c.height)"
        ".data.some((v, i, d) => i % 4 === 0 && v > 240 && d[i + 2] < 160)"
    )
    assert page.evaluate(marked), "the quote is marked in yellow"
    editor.replace("ferries", files / "newer.md")
    editor.open_first_source("By how much did ferry fares")
    expect(editor.reader.panel.locator(".note")).to_contain_text("Superseded")
    expect(editor.reader.panel.locator("mark").first).to_contain_text("Ferry fares between Sundholm and Vik rose by 8%")


@pytest.mark.case("C4")
def test_an_old_conversation_shows_what_it_quoted_when_the_file_is_replaced_indexed_anew_and_taken_out(
    editor: Editor, own_app: Served, visit: OpenPage, files: Path
) -> None:
    """By someone who clicks more than once: each is done once, and nothing is taken out unasked."""
    editor.read(files / "orchards.md", click=insistently)
    editor.publish(click=insistently)
    editor.reader.go("Ask")
    editor.reader.ask("By how much did plum harvests in Norrby rise?")
    conversation = editor.page.url
    editor.replace("orchards", files / "newer.md", click=three_times)
    expect(editor.page.locator(".problem")).to_have_count(0)
    expect(editor.files).to_have_count(0)
    expect(editor.work("orchards").locator(".edition")).to_have_count(1)
    expect(editor.work("orchards")).to_contain_text("newer.md")
    editor.work("orchards").locator(".findings summary").click()
    expect(editor.work("orchards").locator(".findings blockquote")).to_have_text([ODD])
    expect_superseded(editor)
    editor.reader.go("Library")
    editor.click("index")
    expect(editor.page.get_by_text("The index is made anew.")).to_be_visible()
    expect_superseded(editor)
    editor.page.goto(conversation)
    expect(editor.reader.answers.first.locator(".statement .chip").first).to_be_visible()
    take_out_elsewhere(Editor(visit(own_app.url)))
    editor.reader.answers.first.locator(".statement .chip").first.click()
    expect(editor.reader.panel.locator(".note")).to_have_text("This document is no longer in the library.")
    expect(editor.reader.panel.locator("mark")).to_have_count(0)
    expect(editor.reader.answers.first).to_contain_text("rose by 12%")


def take_out_elsewhere(other: Editor) -> None:
    """In another window."""
    other.act("triple-game", "remove-work", click=three_times)
    other.act("triple-game", "keep")
    other.act("orchards", "remove", "keep", "remove")
    other.act("orchards", "remove-sure", click=three_times)
    expect(other.work("orchards")).to_have_count(0)
    other.reader.settle()
    expect(other.page.locator(".problem")).to_have_count(0)
    expect(other.work("triple-game")).to_be_visible()


def expect_superseded(editor: Editor) -> None:
    editor.open_first_source("By how much did plum harvests")
    expect(editor.reader.panel.locator(".note")).to_contain_text("Superseded")
    expect(editor.reader.panel.locator("mark").first).to_contain_text("rose by 12%")


@pytest.mark.case("I5")
def test_names_and_titles_are_words_wherever_they_stand(editor: Editor, files: Path) -> None:
    editor.read(files / "<img src=x onerror=alert(1)>.md")
    expect(editor.files.locator(".file")).to_contain_text("img src=x onerror=alert(1)")
    expect(editor.files.get_by_role("combobox").first).to_have_value(
        re.compile(r"\*Bold\* \[x\]\(http://example\.org\)")
    )
    editor.publish()
    expect(editor.page.locator(".work h3").filter(has_text="*Bold* [x](http://example.org)")).to_be_visible()
    assert editor.page.locator("img[src=x], a[href*='example.org']").count() == 0
