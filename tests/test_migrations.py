"""The database's schema: an old one is brought up to date with all that is in it, a newer one is left alone (S7)."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import chat.ended
import chat.history_rows
import chat.ledger
import vectorstore.catalogue_database
import vectorstore.catalogue_tables
from chat.history import History
from chat.ledger import Ledger
from chat.model import Tokens
from ingest.document import LANGUAGES, Loss, Refusal
from tests.bigrams import NAME, Bigrams
from vectorstore.build import publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.catalogue_database import SCHEMA, database_url, open_database
from vectorstore.library import live_shelf

pytestmark = pytest.mark.case("S7")

TEXT = "# Pears\n\nForty tonnes of pears.\n"
FIRST = """
CREATE TABLE work (id VARCHAR NOT NULL, titles JSON NOT NULL, author VARCHAR NOT NULL, date DATE, themes JSON NOT NULL,
  PRIMARY KEY (id));
CREATE TABLE embedding (model VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, vector {blob} NOT NULL,
  PRIMARY KEY (model, text_digest));
CREATE TABLE build (id VARCHAR NOT NULL, created {moment} NOT NULL, model VARCHAR NOT NULL,
  fingerprint VARCHAR NOT NULL, PRIMARY KEY (id));
CREATE TABLE edition (key VARCHAR NOT NULL, work VARCHAR NOT NULL, lang VARCHAR NOT NULL, kind VARCHAR NOT NULL,
  file VARCHAR NOT NULL, format VARCHAR NOT NULL, text TEXT NOT NULL, pages JSON NOT NULL, furniture JSON NOT NULL,
  PRIMARY KEY (key), FOREIGN KEY(work) REFERENCES work (id));
CREATE TABLE live (id INTEGER NOT NULL CHECK (id = 1), build VARCHAR NOT NULL, PRIMARY KEY (id),
  FOREIGN KEY(build) REFERENCES build (id));
CREATE TABLE section (edition VARCHAR NOT NULL, position INTEGER NOT NULL, anchor VARCHAR NOT NULL,
  kind VARCHAR NOT NULL, parent VARCHAR, title TEXT NOT NULL, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL, PRIMARY KEY (edition, position),
  FOREIGN KEY(edition) REFERENCES edition (key));
CREATE TABLE passage (edition VARCHAR NOT NULL, position INTEGER NOT NULL, anchor VARCHAR NOT NULL,
  part INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, PRIMARY KEY (edition, position),
  FOREIGN KEY(edition) REFERENCES edition (key));
CREATE TABLE build_edition (build VARCHAR NOT NULL, edition VARCHAR NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (build, edition), FOREIGN KEY(build) REFERENCES build (id),
  FOREIGN KEY(edition) REFERENCES edition (key));
INSERT INTO work VALUES ('pears', '{{"en": "Pears"}}', 'Ann', '2025-01-02', '{{}}');
INSERT INTO edition VALUES ('k', 'pears', 'en', 'original', 'pears.md', 'markdown', '{text}', '[]', '[]');
INSERT INTO section VALUES ('k', 0, '1', 'chapter', NULL, 'Pears', 1, 1, 2, 7);
INSERT INTO passage VALUES ('k', 0, '1.p1', 0, 9, 31);
INSERT INTO build VALUES ('b', '2026-11-22 08:10:00', 'tests:bigrams', 'f');
INSERT INTO build_edition VALUES ('b', 'k', 0);
INSERT INTO live VALUES (1, 'b');
"""
"""The library of one document as commit c525f17 of 22 November 2026 wrote it, the first that landed."""

ROLES = "ALTER TABLE work ADD COLUMN role VARCHAR NOT NULL DEFAULT 'document';\n"
LOSSES = "ALTER TABLE edition ADD COLUMN losses JSON NOT NULL DEFAULT '[]';\n"
LATER = ROLES + LOSSES + "ALTER TABLE edition ADD COLUMN source VARCHAR NOT NULL DEFAULT '';\n"
CONVERSATION = """
CREATE TABLE conversation (id VARCHAR NOT NULL, owner VARCHAR NOT NULL, title TEXT NOT NULL, folded_title TEXT NOT NULL,
  works JSON NOT NULL, changed {moment} NOT NULL, PRIMARY KEY (id));
CREATE INDEX ix_conversation_owner ON conversation (owner);
INSERT INTO conversation VALUES ('c', 'ann', 'Pears?', 'pears?', '[]', '2026-11-25 10:00:00');
"""
OLDER = {
    "the first": FIRST,
    "with roles": FIRST + ROLES,
    "with losses": FIRST + ROLES + LOSSES,
    "the last without a number, never asked": FIRST + LATER,
    "the last without a number": FIRST + LATER + CONVERSATION,
}


def make(url: str, script: str) -> None:
    engine = sa.create_engine(url)
    kinds = {"sqlite": ("BLOB", "DATETIME"), "postgresql": ("BYTEA", "TIMESTAMP")}[engine.dialect.name]
    with engine.begin() as connection:
        for statement in script.format(blob=kinds[0], moment=kinds[1], text=TEXT).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()


def differences(url: str) -> list[Any]:
    """Between the schema of a database and the tables that the code declares."""
    declared = [vectorstore.catalogue_tables.META, chat.history_rows.META, chat.ledger.META, chat.ended.META]
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), declared)  # type: ignore[arg-type]
    engine.dispose()
    return found


def stamp(url: str) -> str | None:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        stamped = sa.inspect(connection).has_table("alembic_version")
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version")) if stamped else None
    engine.dispose()
    return found


def test_a_new_database_has_just_the_tables_that_the_code_declares(url: str) -> None:
    open_database(url).dispose()
    assert differences(url) == []
    assert stamp(url) == SCHEMA


@pytest.mark.parametrize("script", OLDER.values(), ids=OLDER)
def test_an_older_database_is_brought_up_to_date_and_loses_nothing(url: str, tmp_path: Path, script: str) -> None:
    make(url, script)
    catalogue, history = Catalogue(url), History(url)
    assert differences(url) == []
    assert stamp(url) == SCHEMA
    (edition,) = live_shelf(catalogue).editions.values()
    assert (edition.document.text, edition.document.losses, edition.source) == (TEXT, (), "")
    assert live_shelf(catalogue).works["pears"].role == "document"
    assert [c.title for c in history.conversations("ann")] == ["Pears?"] * ("conversation" in script)
    assert Ledger(catalogue).spent() == Tokens(0, 0)
    # and it goes on from there
    shelf = live_shelf(catalogue)
    assert publish_build(tmp_path, catalogue, NAME, Bigrams, shelf.works, list(shelf.editions.values()))
    history.ask("ann", history.begin("ann", "Plums?").id, "Plums?")
    catalogue.close()
    history.close()


def test_a_later_version_s_database_is_refused_and_left_as_it_is(url: str) -> None:
    open_database(url).dispose()
    make(url, "UPDATE alembic_version SET version_num = '9999';\n")
    for opened in (Catalogue, History):
        with pytest.raises(Refusal) as caught:
            opened(url)
        assert caught.value.key == "database-newer"
        assert all("9999" in caught.value.in_language(language) for language in LANGUAGES)
    assert stamp(url) == "9999"


def test_the_number_in_the_code_is_the_last_step_and_steps_are_in_a_row() -> None:
    folder = Path(vectorstore.catalogue_database.__file__).with_name("migrations")
    script = ScriptDirectory(str(folder))
    assert script.get_heads() == [SCHEMA]
    steps = [step.revision for step in script.walk_revisions()][::-1]
    assert steps == [f"{number:04}" for number in range(1, len(steps) + 1)]


processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.test_migrations"])


def open_or_die(url: str, statement: str) -> None:
    """Opens a database; ends by SIGKILL after a statement that begins so, if one is named."""

    @sa.event.listens_for(sa.Engine, "after_cursor_execute")
    def _(_1: Any, _2: Any, executed: str, *_3: Any) -> None:
        if statement and executed.strip().startswith(statement):
            os.kill(os.getpid(), signal.SIGKILL)

    open_database(url).dispose()


def run(target: Callable[..., None], *arguments: Any) -> Any:
    child = processes.Process(target=target, args=arguments)
    child.start()
    return child


@pytest.mark.case("S2")
@pytest.mark.parametrize("statement", ["INSERT INTO alembic_version", "ALTER TABLE edition", "CREATE TABLE turn"])
def test_killed_amid_a_step_the_next_one_to_open_finds_the_old_schema_and_takes_it(url: str, statement: str) -> None:
    make(url, FIRST)
    child = run(open_or_die, url, statement)
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert stamp(url) is None
    catalogue = Catalogue(url)
    assert differences(url) == []
    assert len(live_shelf(catalogue).editions) == 1
    catalogue.close()


@pytest.mark.parametrize("script", ["", FIRST], ids=["a new one", "an old one"])
def test_several_that_open_at_once_all_can(url: str, script: str) -> None:
    make(url, script)
    children = [run(open_or_die, url, "") for _ in range(4)]
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 4
    assert differences(url) == []


def test_a_database_that_is_none_or_not_there_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite3").write_bytes(b"no database at all" * 100)
    cases = {
        f"sqlite:///{tmp_path / 'catalogue.sqlite3'}": "database-unusable",
        f"sqlite:///{tmp_path / 'no-folder' / 'catalogue.sqlite3'}": "database-unusable",
        f"postgresql+psycopg://someone:secret@/none?host={tmp_path}": "database-unusable",
        "nonsense": "database-url-wrong",
        "nosuch://someone:secret@host/x": "database-url-wrong",
    }
    for url, key in cases.items():
        with pytest.raises(Refusal) as caught:
            open_database(url)
        assert caught.value.key == key, url
        assert all("secret" not in caught.value.in_language(language) for language in LANGUAGES)


def test_two_libraries_can_be_opened_at_once_for_the_first_time(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda n: open_database(database_url(tmp_path / str(n))), range(12)))
    for engine in opened:
        with engine.connect() as connection:
            assert sa.inspect(connection).has_table("work")
        engine.dispose()


def test_words_read_from_a_page_before_marks_had_places_are_still_said_to_be(url: str) -> None:
    make(url, FIRST + LATER)
    engine = sa.create_engine(url)
    pages = [{"label": "1", "start": 0}, {"label": "2", "start": 20}]
    losses = [{"kind": "page-broken", "page": "1", "detail": ""}, {"kind": "read-by-ocr", "page": "2", "detail": ""}]
    with engine.begin() as connection:
        values = {"pages": json.dumps(pages), "losses": json.dumps(losses)}
        connection.execute(sa.text("UPDATE edition SET pages = :pages, losses = :losses"), values)
    engine.dispose()
    catalogue = Catalogue(url)
    (edition,) = live_shelf(catalogue).editions.values()
    assert edition.document.losses == (Loss("page-broken", "1"), Loss("read-by-ocr", "2", start=20, end=len(TEXT)))
    assert not edition.document.read_by_ocr(0, 20)
    assert edition.document.read_by_ocr(20, 21)
    catalogue.close()
