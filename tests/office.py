"""LibreOffice without a window: what other people's programs make of the files that Footnote writes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def to_pdf(files: list[Path], folder: Path) -> list[Path]:
    """The files as PDFs. Skips where LibreOffice is not installed; fails there under CI."""
    office = shutil.which("soffice")
    if office is None:
        reason = "LibreOffice (soffice) is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    pdfs = [folder / f"{file.stem}.pdf" for file in files]
    assert [pdf.name for pdf in pdfs if not pdf.is_file()] == []
    return pdfs


def pdf_text(pdf: Path) -> str:
    """All words of a PDF, white space taken out: lines break anywhere in Chinese."""
    import pypdf

    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages).split())
