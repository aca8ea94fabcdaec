"""A model, a document and a reader who write markup, on every page; a host counts who asks it for anything."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfWriter

from tests.browser.conftest import OpenPage, Reader
from tests.browser.served import Served, copy_home, index, serve
from tests.odd_names import ATTACKS
from tests.pdf import pdf_file
from tests.scripted_model import ScriptedModel, says


@pytest.fixture(scope="module")
def model(chromium: None) -> Iterator[ScriptedModel]:  # noqa: ARG001 - skip first
    with ScriptedModel() as server:
        yield server


class Canary:
    """A foreign host that counts who asks it for anything."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    host = Canary()
    yield host
    host.close()


@pytest.fixture(scope="module")
def attacked(
    home: Path, canary: Canary, model: ScriptedModel, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The app over a document that is full of markup, with a model that obeys it."""
    folder = tmp_path_factory.mktemp("attacked")
    attacks = [attack.format(host=canary.host) for attack in ATTACKS]
    sections = "\n\n".join(
        f"## {number}. Plums {attack}\n\nThe plum harvest of orchard {number} reached {number}0 tonnes {attack}."
        for number, attack in enumerate(attacks, 1)
    )
    file = folder / "plums.md"
    file.write_text(f"# Plums {attacks[0]}\n\n2026-01-05\n\nAuthor: A. {attacks[2]}\n\n{sections}\n", encoding="utf-8")
    named = folder / "plums <img src=x onerror=window.stolen=1> ![i](http).pdf"
    named.write_bytes(pdf_that_says_of_itself(attacks))
    copy_home(home, folder / "home")
    index(folder / "home", str(file), str(named))
    patient = {"chat_read_timeout": "60", "chat_total_timeout": "120", "chat_api_key": "none"}
    with serve(
        folder / "home",
        folder / "log",
        chat_model="openai:scripted",
        chat_base_url=model.url,
        chat_checking="marked",
        **patient,
    ) as served:
        yield served


def pdf_that_says_of_itself(attacks: Sequence[str]) -> bytes:
    """A PDF with markup in its title, author and outline."""
    writer = PdfWriter(io.BytesIO(pdf_file([f"The pear harvest of orchard {n} reached 40 tonnes." for n in range(3)])))
    writer.add_metadata({"/Title": attacks[2], "/Author": attacks[3], "/Subject": attacks[0]})
    for page, attack in enumerate(attacks[:3]):
        writer.add_outline_item(title=attack, page_number=page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def nothing_came_of_it(reader: Reader, canary: Canary) -> None:
    """No request, no script, and on the page no element that a reader's, a document's or a model's words made."""
    main = reader.page.get_by_test_id("stMain")
    for tag in ("img", "iframe", "object", "embed", "form", "base", "link", "meta", "a[href^='javascript']"):
        expect(main.locator(tag)).to_have_count(0)
    links = main.locator("a[href]").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert [link for link in links if not link.startswith("read?")] == []
    assert reader.page.locator(f"[href*='{canary.host}'], [src*='{canary.host}']").count() == 0
    assert reader.page.evaluate("window.stolen") is None
    assert canary.asked == []


@pytest.mark.case("O1", "O2", "O3", "I1")
def test_whatever_a_model_a_document_and_a_question_say_on_the_ask_page_nothing_comes_of_it(
    attacked: Served, visit: OpenPage, canary: Canary, model: ScriptedModel
) -> None:
    obeyed = "".join(f"The plum harvest {attack.format(host=canary.host)} [1]\n" for attack in ATTACKS)
    model.plays(says(obeyed))
    reader = visit(attacked.url)
    expect(reader.page.locator(".about")).to_contain_text("Plums")
    answer = reader.ask(f"How large was the plum harvest? {ATTACKS[0].format(host=canary.host)}")
    expect(answer.locator(".statement").first).to_be_visible()
    nothing_came_of_it(reader, canary)
    chip = answer.locator(".chip").first
    chip.hover()
    expect(reader.page.locator(".tip:popover-open blockquote")).to_be_visible()
    chip.click()
    expect(reader.panel.locator("h2")).to_be_visible()
    nothing_came_of_it(reader, canary)
    reader.page.reload()
    expect(reader.answers.locator(".statement").first).to_be_visible()
    expect(reader.page.locator("li.open button.title")).to_contain_text("plum")
    nothing_came_of_it(reader, canary)


def read(reader: Reader, attack: str) -> None:
    expect(reader.page.locator("article.work .row").first).to_be_visible()
    box = reader.page.get_by_role("textbox", name="Search in the document")
    expect(box).to_be_visible()
    reader.settle()
    box.fill(attack)
    box.press("Enter")
    expect(reader.page.locator(".hits")).to_be_visible()


def points(reader: Reader, attack: str) -> None:
    box = reader.page.locator(".st-key-points-topic input")
    expect(box).to_be_visible()
    reader.settle()
    box.fill(f"plums {attack}"[:100])
    box.press("Enter")
    reader.settle()
    reader.page.locator(".st-key-points-write button").click()
    expect(reader.page.locator("article")).to_be_visible()


def check(reader: Reader, attack: str) -> None:
    box = reader.page.locator(".st-key-check-claim textarea")
    expect(box).to_be_visible()
    reader.settle()
    box.fill(f"The plum harvest of orchard 1 reached 90 tonnes {attack}.")
    box.blur()
    reader.settle()
    reader.page.locator(".st-key-check-now button").click()
    expect(reader.page.locator("article .verdict").first).to_be_visible()


def library(reader: Reader, _attack: str) -> None:
    expect(reader.page.locator(".work[data-work='plums'] h3")).to_contain_text("Plums")
    expect(reader.page.locator(".work", has_text="onerror").first).to_be_visible()


PAGES: dict[str, Callable[[Reader, str], None]] = {
    "Talking points": points,
    "Check": check,
    "Library": library,
}


@pytest.mark.case("O1", "O2", "O3", "I5")
def test_whatever_is_said_on_another_page_nothing_comes_of_it(
    attacked: Served,
    visit: OpenPage,
    canary: Canary,
    model: ScriptedModel,
    record_property: Callable[[str, object], None],
) -> None:
    model.plays(says("".join(f"The plum harvest {attack.format(host=canary.host)} [1]\n" for attack in ATTACKS)))
    attack = ATTACKS[2].format(host=canary.host)
    reader = visit(f"{attacked.url}/read?work=plums&at=2")
    read(reader, attack)
    nothing_came_of_it(reader, canary)
    for name, do in PAGES.items():
        reader.go(name)
        do(reader, attack)
        nothing_came_of_it(reader, canary)
    record_property("tried", len(PAGES) + 1)
