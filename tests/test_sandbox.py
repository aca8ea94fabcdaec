"""A file is read by a process of its own: killed when late, refused when too heavy, and gone afterwards."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from evals.files import mutate
from ingest.document import UnreadableDocument
from ingest.sandbox import Limits, parse_file, source_of
from tests.pdf import pdf_file


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        parse_file(path, **options)  # type: ignore[arg-type]
    assert path.name in str(caught.value)
    return caught.value.key


@pytest.mark.case("F2")
def test_a_child_that_is_late_is_ended(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Freight fell.")
    assert refusal(tmp_path / "a.txt", limits=Limits(seconds=0.001)) == "file-too-slow"


@pytest.mark.case("F2")
def test_a_child_may_use_every_processor_for_the_time_it_has() -> None:
    asked = (
        "import resource; from ingest.child import _limit; "
        "_limit(2**30, 60); print(resource.getrlimit(resource.RLIMIT_CPU)[0])"
    )
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert int(found.stdout) == 60 * (os.cpu_count() or 1) + 1


def test_a_child_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Freight fell.\n" * 500_000)
    assert refusal(tmp_path / "a.txt", limits=Limits(memory=120 * 2**20)) == "file-too-heavy"


@pytest.mark.case("F2")
def test_more_output_than_allowed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Freight fell.\n" * 1000)
    assert refusal(tmp_path / "a.txt", limits=Limits(output=1000)) == "file-too-long"


@pytest.mark.case("F7")
def test_a_password_opens_a_protected_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_file(["Freight fell."], password="open"))
    assert refusal(path) == "file-protected"
    assert refusal(path, password="shut") == "file-password-wrong"
    assert parse_file(path, password="open").document.text.strip() == "Freight fell."


@pytest.mark.case("F3")
def test_a_swollen_docx_is_refused_unread(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (30 * 2**20))
    (tmp_path / "a.docx").write_bytes(out.getvalue())
    assert refusal(tmp_path / "a.docx") == "file-swollen"


def test_a_source_changes_with_the_content_only(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One.")
    (tmp_path / "b.txt").write_text("One.")
    assert source_of(tmp_path / "a.txt") == source_of(tmp_path / "b.txt")
    (tmp_path / "b.txt").write_text("Two.")
    assert source_of(tmp_path / "a.txt") != source_of(tmp_path / "b.txt")


@pytest.mark.case("F8")
def test_mutated_files_end_in_a_state(tmp_path: Path) -> None:
    import random

    from evals.files import ending

    chance, data = random.Random(3), pdf_file(["Freight fell for most of the year.", "Margins held."])
    for number in range(8):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(mutate(data, chance))
        assert ending(path).state in ("ready", "ready-with-loss", "refused")
