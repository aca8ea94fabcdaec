"""Small libraries of invented documents, made with the engine that Footnote uses by itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from langchain_core.embeddings import Embeddings

from chat.assistant import Assistant
from chat.settings import Settings
from vectorstore.build import publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.embed import default_embedding
from vectorstore.intake import Intake, Wishes
from vectorstore.library import Shelf


def assistant_of(folder: Path, engine: Embeddings, files: Mapping[str, str]) -> Assistant:
    """Answers over texts, by the names of their files."""
    (folder / "files").mkdir()
    for name, text in files.items():
        (folder / "files" / name).write_text(text, encoding="utf-8")
    return assistant_over(folder / "files", folder / "home", engine)


def assistant_over(folder: Path, home: Path, engine: Embeddings, wishes: Wishes | None = None) -> Assistant:
    """Answers over every file of a folder. None of them may be refused."""
    intake = Intake(Shelf({}, {}), lambda texts: engine.embed_documents(list(texts)), wishes or Wishes())
    states = intake.take([folder])
    assert [str(state.reason) for state in states if state.reason] == []
    catalogue = Catalogue.at(home)
    editions = list(intake.shelf.editions.values())
    publish_build(home, catalogue, default_embedding(), lambda: engine, intake.shelf.works, editions)
    catalogue.close()
    return Assistant(Settings(home=home), engine)
