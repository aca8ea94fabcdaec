"""Sixty names that are markup, orders, paths or hardly letters, of works, authors and files, on every page (I5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from ingest.document import Document, Edition, Work
from ingest.outline import outline_sections
from tests.browser.conftest import OpenPage, Reader
from tests.browser.served import Served, copy_home, serve
from tests.browser.test_page_hostile import Canary, nothing_came_of_it
from tests.odd_names import NAMES
from vectorstore.build import publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.embed import default_embedding
from vectorstore.library import live_shelf


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    host = Canary()
    yield host
    host.close()


@pytest.fixture(scope="module")
def named(home, canary: Canary, tmp_path_factory: pytest.TempPathFactory, bundled_engine) -> Iterator[Served]:
    """The app over sixty documents with such names."""
    folder = tmp_path_factory.mktemp("named")
    copy_home(home, folder / "home")
    catalogue = Catalogue.at(folder / "home")
    shelf = live_shelf(catalogue)
    for number, name in enumerate(NAMES):
        said = name.format(host=canary.host) if "{host}" in name else name
        line = " ".join(said.split())
        text = f"# {line}\n\n## Plums\n\nThe plum harvest of orchard {number} reached {number}0 tonnes.\n"
        made = Document(text, "markdown")
        work = Work(f"plums-{number}", {"en": said}, author=said)
        edition = Edition(work.id, "en", "original", f"{said}.md", made, outline_sections(made), f"{number}.md")
        shelf = shelf.with_edition(work, edition)
    with writer_lock(folder / "home"):
        editions = list(shelf.editions.values())
        publish_build(folder / "home", catalogue, default_embedding(), lambda: bundled_engine, shelf.works, editions)
    catalogue.close()
    with serve(folder / "home", folder / "log") as served:
        yield served


def ask(reader: Reader) -> None:
    answer = reader.ask("How large was the plum harvest of orchard 7?")
    chip = answer.locator(".chip").first
    chip.hover()
    expect(reader.page.locator(".tip:popover-open blockquote")).to_be_visible()
    chip.click()
    expect(reader.panel.locator("h2")).to_be_visible()


def library(reader: Reader) -> None:
    expect(reader.page.locator(".work[data-work^='plums-'] h3")).to_have_count(len(NAMES))


def points(reader: Reader) -> None:
    box = reader.page.locator(".st-key-points-topic input")
    expect(box).to_be_visible()
    reader.settle()
    box.fill("plum harvest")
    box.press("Enter")
    reader.settle()
    reader.page.locator(".st-key-points-write button").click()
    expect(reader.page.locator("article")).to_be_visible()


def check(reader: Reader) -> None:
    box = reader.page.locator(".st-key-check-claim textarea")
    expect(box).to_be_visible()
    reader.settle()
    box.fill("The plum harvest of orchard 12 reached 120 tonnes.")
    box.blur()
    reader.settle()
    reader.page.locator(".st-key-check-now button").click()
    expect(reader.page.locator("article .verdict").first).to_be_visible()


def read(reader: Reader) -> None:
    for number in (0, 2, 20, 24, 33):
        reader.page.get_by_role("combobox", name="Document").select_option(f"plums-{number}")
        expect(reader.page).to_have_url(re.compile(rf"work=plums-{number}\b"))
        reader.settle()
        expect(reader.page.locator("article.work")).to_contain_text(f"orchard {number} reached")
        reader.expect_no_sideways_scrolling()


PAGES: dict[str, Callable[[Reader], None]] = {
    "Ask": ask,
    "Read": read,
    "Talking points": points,
    "Check": check,
    "Library": library,
}


@pytest.mark.case("I5")
def test_sixty_names_are_words_on_every_page(
    named: Served, visit: OpenPage, canary: Canary, record_property: Callable[[str, object], None]
) -> None:
    reader = visit(named.url)
    for name, do in PAGES.items():
        if name != "Ask":
            reader.go(name)
        do(reader)
        nothing_came_of_it(reader, canary)
        reader.expect_no_sideways_scrolling()
    record_property("tried", len(NAMES) * len(PAGES))
