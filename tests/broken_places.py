"""Places that break, and what may be read of it: the error's number, which the log has, and no word of its message."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from importlib import import_module

import pytest
import sqlalchemy as sa

from chat.journal import OneLine
from ingest.document import Language
from tests.conftest import ROOT

SECRET = "plums at 40 tonnes"
PATH = "/secret/path/of-a.key"
SAID = {
    "en": r"Something went wrong on our side.*Error ([0-9a-f]{8})",
    "zh-Hant": r"系統發生錯誤.*錯誤編號 ([0-9a-f]{8})",
    "zh-Hans": r"系统发生错误.*错误编号 ([0-9a-f]{8})",
}
WORDS = f"{SECRET} in {PATH}"
ERRORS: tuple[Callable[[], Exception], ...] = (
    lambda: RuntimeError(WORDS),
    lambda: OSError(WORDS),
    lambda: ValueError(WORDS),
    lambda: KeyError(WORDS),
    lambda: PermissionError(13, SECRET, PATH),
    lambda: UnicodeEncodeError("ascii", WORDS, 0, 1, SECRET),
    lambda: sa.exc.OperationalError(f"INSERT {WORDS}", {"question": SECRET}, RuntimeError(PATH)),
    lambda: AssertionError(WORDS),
    lambda: RecursionError(WORDS),
    lambda: MemoryError(WORDS),
    lambda: TimeoutError(WORDS),
    lambda: ExceptionGroup(WORDS, [TypeError(WORDS)]),
)


@contextmanager
def broken_at(place: str, error: Exception) -> Iterator[None]:
    """What stands at module:attribute raises."""
    module, _, path = place.partition(":")
    *owners, attribute = path.split(".")
    owner = reduce(getattr, owners, import_module(module))

    def breaks(*_args: object, **_kwargs: object) -> None:
        raise error

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owner, attribute, breaks)
        yield


def check_told(told: str, language: Language, error: Exception, records: Sequence[logging.LogRecord]) -> None:
    """What people read has numbers of errors and nothing else of one; the log has each and where it was."""
    numbers = set(re.findall(SAID[language], told))
    assert numbers
    for hidden in (SECRET, PATH, "Traceback", str(ROOT), type(error).__name__):
        assert hidden not in told
    lines = [OneLine([]).format(record) for record in records]
    assert not [line for line in lines if SECRET in line or PATH in line]
    for number in numbers:
        (row,) = [json.loads(line) for line in lines if number in line]
        assert (row["error_id"], row["kind"]) == (number, type(error).__name__)
        assert row["trace"][-1].endswith(" in breaks")
