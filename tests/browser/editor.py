"""Someone at work on the Library page."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.clicks import Click, once
from tests.browser.conftest import Reader


class Editor:
    """Someone at work on the Library page."""

    def __init__(self, reader: Reader) -> None:
        self.page = reader.page
        self.reader = reader
        reader.go("Library")
        expect(self.page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()

    def read(self, *paths: Path, click: Click = once) -> None:
        """Chooses files and has them read."""
        self.reader.settle()
        waiting = self.files.count()
        self.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([str(path) for path in paths])
        self.click("read", click)
        expect(self.files).to_have_count(waiting + len(paths))

    def click(self, key: str, click: Click = once) -> None:
        button = self.page.locator(f".st-key-library-{key} button")
        expect(button).to_have_count(1)
        self.reader.settle()
        expect(button).to_be_enabled()
        click(button)

    def discard(self, file: str) -> None:
        """Takes back a file that was read: its button is found by its own key, for the page moves while it is drawn."""
        card = self.files.filter(has=self.page.locator(f".file:text-is('{file}')")).first
        key = re.search(r"st-key-library-file-(\w+)", card.get_attribute("class") or "")
        assert key is not None
        waiting = self.files.count()
        self.click(f"discard-{key[1]}")
        expect(self.files).to_have_count(waiting - 1)

    def publish(self, click: Click = once) -> None:
        self.click("publish", click)
        expect(self.page.locator(".note").first).to_have_text(re.compile("Published|已發布|已发布"))
        self.reader.settle()

    def act(self, work: str, *acts: str, click: Click = once) -> None:
        """Presses tools of a published work, one after the other."""
        self.reader.settle()
        for act in acts:
            click(self.work(work).locator(f"[data-act={act}]"))

    def replace(self, work: str, path: Path, click: Click = once) -> None:
        """Publishes a file in the place of a work's English original."""
        if not self.page.url.partition("?")[0].endswith("/library"):
            self.reader.go("Library")
        self.act(work, "replace")
        expect(self.page.get_by_text(f"takes the place of {work}/en-original")).to_be_visible()
        self.read(path, click=click)
        expect(self.files.first.locator(".replaces")).to_contain_text("English original")
        self.publish(click)

    def open_first_source(self, title: str) -> None:
        """In the conversation whose title begins so, walking there anew."""
        self.reader.go("Ask")
        self.page.locator("li button.title", has_text=title).first.click()
        expect(self.reader.answers).to_have_count(1)
        self.reader.answers.first.locator(".statement .chip").first.click()

    @property
    def files(self) -> Locator:
        return self.page.locator("[class*='st-key-library-file-']")

    def field(self, name: str) -> Locator:
        return self.page.locator(f"[class*='st-key-library-{name}-'] input").first

    def work(self, id_: str) -> Locator:
        return self.page.locator(f".work[data-work='{id_}']")
