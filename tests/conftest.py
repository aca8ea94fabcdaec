"""Fixtures that several files share: the material beside this checkout, and an invented report in two editions."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import portalocker
import pytest
from hypothesis import settings

from tests.bigrams import NAME, Bigrams
from tests.case_figures import pytest_addoption, pytest_collection_modifyitems, pytest_configure  # noqa: F401 - hooks
from tests.databases import cluster, postgres_url, url  # noqa: F401 - fixtures

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports huggingface_hub: no test reaches out

settings.register_profile("suite", deadline=None, print_blob=True)
settings.load_profile("suite")

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
_SHARED = Path(os.environ.get("TEST_SHARED", ROOT.parent / "shared"))


def pytest_collection_finish() -> None:
    """What stays to the end is looked through by no collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """AppTest leaves its script as the main module, which a process that is forked later would run again."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the publisher's report and its gold sets, which are no part of the repository."""
    missing = [name for name in ("corpus/report.txt", "gold/outline.json") if not (_SHARED / name).is_file()]
    if missing:
        reason = f"{_SHARED} has no {' and no '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return _SHARED


@pytest.fixture
def without_packages(monkeypatch):
    """AppTest looks through all that is installed for components each time: half a second, to find none."""
    monkeypatch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", list)


@pytest.fixture(scope="session")
def second_report():
    """The shelf of an invented report: a Chinese original and an English translation."""
    from ingest.document import Work
    from vectorstore.library import Shelf, read_edition

    shelf = Shelf({}, {})
    work = Work("second-report", {"zh-Hant": "逆風裡的三條航道", "en": "Three lanes into a headwind"})
    for file, kind in (("second-report.zh-Hant.txt", "original"), ("second-report.en.md", "translation")):
        shelf = shelf.with_edition(work, read_edition(DATA / file, work.id, None, kind))
    return shelf


@pytest.fixture(scope="session")
def second_search(second_report, tmp_path_factory):
    """Search over the invented report, with the tiny embedding model."""
    from vectorstore.build import open_build, publish_build
    from vectorstore.catalogue import Catalogue
    from vectorstore.retrieve import Search

    home = tmp_path_factory.mktemp("second-report")
    catalogue = Catalogue.at(home)
    publish_build(home, catalogue, NAME, Bigrams, second_report.works, list(second_report.editions.values()))
    build = open_build(home, catalogue)
    yield Search(build, Bigrams())
    build.close()
    catalogue.close()


@pytest.fixture(scope="session")
def bundled_engine():
    """The embedding model that Footnote uses by itself."""
    from vectorstore.embed import default_embedding, embedding_model

    return embedding_model(default_embedding())


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """This test process's own copy of a folder that the first of them to need it makes."""
    base = factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (common / f"{name}.lock").open("a") as lock:
        portalocker.lock(lock, portalocker.LOCK_EX)
        if not (common / name).exists():
            make(common / f"{name}.part")
            (common / f"{name}.part").rename(common / name)
    return shutil.copytree(common / name, factory.mktemp(name) / "home")


@pytest.fixture(scope="session")
def bundled_home(tmp_path_factory):
    """A library with the bundled works, searched with the bundled engine. Whoever writes takes a copy."""
    from chat.assistant import ensure_index
    from chat.settings import Settings

    return made_once(tmp_path_factory, "bundled", lambda home: ensure_index(Settings(home=home)))


@pytest.fixture(scope="session")
def second_home(tmp_path_factory):
    """A library with the invented report and its English digest, searched with the bundled engine."""
    return made_once(tmp_path_factory, "second", _index_second)


def _index_second(home: Path) -> None:
    """Takes the vectors that `make vectors` has kept, which would take 47 seconds of work."""
    from chat.assistant import ensure_index
    from chat.settings import Settings
    from evals.vectors import SECOND_VECTORS
    from vectorstore.catalogue import Catalogue
    from vectorstore.embed import BUNDLED
    from vectorstore.premade import premade

    source = home / "corpus" / "second"
    source.mkdir(parents=True)
    for name in ("second-report.zh-Hant.txt", "second-report.en.md"):
        (source / name).write_bytes((DATA / name).read_bytes())
    (source / "work.toml").write_text(
        'id = "second"\ndate = 2025-09-03\n[titles]\nen = "Second"\n'
        '[[editions]]\nlang = "zh-Hant"\nkind = "original"\nfile = "second-report.zh-Hant.txt"\n'
        '[[editions]]\nlang = "en"\nkind = "digest"\nfile = "second-report.en.md"\n',
        encoding="utf-8",
    )
    with closing(Catalogue.at(home)) as catalogue:
        catalogue.store_embeddings(BUNDLED, premade(BUNDLED, SECOND_VECTORS))
    ensure_index(Settings(home=home, corpus=home / "corpus"))


@pytest.fixture(scope="session")
def second_assistant(second_home):
    """Answers over the invented report. Whoever changes the library puts it back."""
    from chat.assistant import Assistant
    from chat.settings import Settings

    return Assistant(Settings(home=second_home))
