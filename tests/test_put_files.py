"""Files put past the widget, by Streamlit's own protocol: their content decides (F4), and their size holds (R1)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import httpx
import pytest

from evals.odd_files import Odd, pairs
from tests.browser.served import Served, serve
from tests.page_socket import PageSocket, staged

MOST = 20 * 2**20
FRAMING = 1024
"""Bytes of a multipart body around a file, at most: where a length is sent, Streamlit counts them with the file."""


@pytest.fixture(scope="module")
def app(bundled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("put")
    shutil.copytree(bundled_home, folder / "home")
    with serve(folder / "home", folder / "log") as served:
        yield served


@pytest.mark.case("F4")
def test_of_files_put_past_the_widget_content_decides(
    app: Served, record_property: Callable[[str, object], None]
) -> None:
    wrong: list[tuple[str, str | None]] = []
    with PageSocket(app.url, "library") as page:
        for data, group in groupby(pairs(), key=lambda odd: odd.data):
            odds: list[Odd] = list(group)
            addresses = page.addresses([odd.name for odd in odds])
            put = [page.put(at, odd.name, data) for at, odd in zip(addresses, odds, strict=True)]
            assert put == [204] * len(odds)
            page.choose("library-files", [(at, o.name, len(data)) for at, o in zip(addresses, odds, strict=True)])
            page.click("library-read")
            ended = staged(page.words())
            wrong += [
                (odd.name, ended.get(odd.name))
                for odd in odds
                if (ended.get(odd.name) != "refused") is not (odd.text is not None) or odd.name not in ended
            ]
    tried = len(list(pairs()))
    record_property("tried", tried)
    record_property("held", tried - len(wrong))
    assert wrong == []


@pytest.mark.case("R1")
@pytest.mark.parametrize(
    ("size", "chunked", "status"),
    [
        (MOST - 1, True, 204),
        (MOST, True, 204),
        (MOST + 1, True, 413),
        (MOST + 2**21, True, 413),
        (MOST - FRAMING, False, 204),
        (MOST + 1, False, 413),
    ],
)
def test_the_size_of_what_is_put_holds_with_a_length_and_without(
    app: Served, size: int, chunked: bool, status: int
) -> None:
    with PageSocket(app.url, "library") as page:
        (address,) = page.addresses(["report.txt"])
        assert page.put(address, "report.txt", b"a" * size, chunked=chunked) == status


@pytest.mark.case("F4", "A4")
def test_nothing_can_be_put_for_a_session_that_is_not_there_or_without_its_token(app: Served) -> None:
    with PageSocket(app.url, "library") as page:
        (address,) = page.addresses(["report.txt"])
        files = {"file": ("report.txt", b"Freight fell.")}
        assert httpx.put(app.url + address.upload_url, files=files, trust_env=False).status_code == 403
        address.upload_url = address.upload_url.rpartition("/")[0][:-8] + "00000000/" + address.file_id
        assert page.put(address, "report.txt", b"Freight fell.") == 400
