"""python -m tests.page_alone FOLDER: starts the app with a model on loopback, asks it and gives it files.

For test_egress, which runs it where there is no route and traces every connection.
"""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path

from chat.access import LOCAL
from chat.history import History
from tests.browser.served import serve
from tests.page_socket import PageSocket, staged
from tests.scripted_model import ScriptedModel, says

SAID = "The documents speak of gold."


def main(folder: Path) -> None:
    with ScriptedModel() as model:
        model.plays(says(f"{SAID} [1]\n"))
        values = {"chat_model": "openai:scripted", "chat_base_url": model.url, "chat_api_key": "none"}
        values |= {"chat_read_timeout": "60", "chat_total_timeout": "120", "chat_checking": "marked"}
        with serve(folder / "home", folder / "log", **values) as app:
            writer = asked(app.url, folder / "home")
            read = given(app.url, [folder / "quince.html", folder / "medlar.docx"])
        assert model.requests
    (folder / "ended").write_text(f"answered by {writer}, {read} files read")


def asked(url: str, home: Path) -> str:
    """Who wrote the answer to a question asked on the page; empty where none came."""
    with PageSocket(url) as page, closing(History.at(home)) as history:
        page.ask("question", "What is said of gold in 2026?")
        until = time.monotonic() + 120
        while time.monotonic() < until:
            for conversation in history.conversations(LOCAL.owner):
                for exchange in history.exchanges(LOCAL.owner, conversation.id):
                    if exchange.answer and exchange.state == "whole":
                        return exchange.answer.writer
            time.sleep(0.5)
            page.run()  # as a browser does, and an answer that nobody looks at any more ends
    return ""


def given(url: str, paths: list[Path]) -> int:
    """How many of the files the Library page reads."""
    with PageSocket(url, "library") as page:
        addresses = page.addresses([path.name for path in paths])
        for address, path in zip(addresses, paths, strict=True):
            page.put(address, path.name, path.read_bytes())
        chosen = [(a, path.name, path.stat().st_size) for a, path in zip(addresses, paths, strict=True)]
        page.choose("library-files", chosen)
        page.click("library-read")
        return sum(state.startswith("ready") for state in staged(page.words()).values())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
