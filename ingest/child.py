"""The process that parses one file or draws a page of it, started by sandbox.py: request on stdin, result on stdout."""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any


def main() -> int:
    """Reads the request, limits itself, and writes one JSON value: a document or a picture, or why there is none."""
    request = json.load(sys.stdin)
    _limit(int(request["memory"]), float(request["seconds"]))
    from ingest.document import Refusal

    try:
        answer = _picture(request) if "label" in request else _parsed(request)
    except Refusal as refusal:
        answer = {"refused": refusal.key, "values": {name: str(value) for name, value in refusal.values.items()}}
    except MemoryError:
        answer = {"refused": "file-too-heavy", "values": {"limit": int(request["memory"]) // 2**20}}
    except RecursionError:
        answer = {"refused": "file-broken", "values": {"cause": "nested too deeply"}}
    except Exception as error:  # noqa: BLE001  # a reader's bug on a stranger's file is that file's refusal
        answer = {"refused": "file-broken", "values": {"cause": type(error).__name__}}
    json.dump(answer, sys.stdout)
    return 0


def _parsed(request: dict[str, Any]) -> dict[str, object]:
    from ingest.outline import outline_sections
    from ingest.read import read_document

    document = read_document(Path(request["path"]), password=request["password"], ocr=request["ocr"])
    return {"document": asdict(document), "outline": asdict(outline_sections(document))}


def _picture(request: dict[str, Any]) -> dict[str, object]:
    from ingest.page_picture import page_picture

    path = Path(request["path"])
    return asdict(page_picture(path.read_bytes(), path.name, request["label"], request["quote"], request["before"]))


def _limit(memory: int, seconds: float) -> None:
    """No more memory, processor time, files or processes than reading one file takes."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    busy = int(seconds * (os.cpu_count() or 1)) + 1  # counted over all threads: the engine for pictures has several
    resource.setrlimit(resource.RLIMIT_CPU, (busy, busy))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


if __name__ == "__main__":
    sys.exit(main())
