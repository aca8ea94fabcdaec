"""make audit passes only what the service has answered on, less exceptions in time; make sbom lists the lock (P3)."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from pydantic import ValidationError

from evals.supply import EXCEPTIONS, LOCK, Exempted, exceptions, judged, locked, write_sbom
from tests.conftest import ROOT

pytestmark = pytest.mark.case("P3")

TODAY = datetime.date(2026, 11, 26)
TWO = [Requirement("one==1"), Requirement("Two_x==2"), Requirement('far==3; sys_platform == "nowhere"')]
HOLE = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2"]}


def reply(*holes: object, skipped: bool = False) -> str:
    second = {"name": "two-x", **({"skip_reason": "not found"} if skipped else {"version": "2", "vulns": []})}
    return json.dumps({"dependencies": [{"name": "one", "version": "1", "vulns": list(holes)}, second]})


def exempt(until: datetime.date = TODAY, package: str = "one", id_: str = "CVE-1") -> dict[str, Exempted]:
    return {id_: Exempted(package=package, why="the way in is not used here", test="t", until=until)}


YESTERDAY = TODAY - datetime.timedelta(1)


@pytest.mark.parametrize(
    ("said", "known", "end", "why"),
    [
        pytest.param(reply(), {}, "passed", "1 of others are not asked", id="no holes"),
        pytest.param(reply(HOLE), {}, "failed", "PYSEC-1, mended in: 2", id="a hole"),
        pytest.param(reply(HOLE), exempt(), "passed", "2 packages", id="an exception by alias, on its last day"),
        pytest.param(reply(HOLE), exempt(YESTERDAY), "failed", "ended on 2026-11-25", id="an expired one"),
        pytest.param(reply(), exempt(YESTERDAY), "failed", "ended on 2026-11-25", id="an expired one, no hole"),
        pytest.param(reply(HOLE), exempt(package="two-x"), "failed", "PYSEC-1", id="of another package"),
        pytest.param(reply(HOLE), exempt(id_="CVE-2"), "failed", "PYSEC-1", id="of another advisory"),
        pytest.param(reply(), exempt(), "passed", "CVE-1: no longer reported", id="no longer needed"),
        pytest.param(reply(skipped=True), {}, "not produced", "1 of 2 packages: two-x", id="no word on a package"),
        pytest.param(reply(HOLE, skipped=True), {}, "failed", "PYSEC-1", id="a hole, no word on another"),
        pytest.param("", {}, "not produced", "no report", id="no report"),
        pytest.param("", exempt(YESTERDAY), "failed", "ended on", id="no report, an expired exception"),
        pytest.param('{"dependencies": []}', {}, "not produced", "2 of 2 packages", id="an empty report"),
    ],
)
def test_an_audit_passes_only_what_was_answered_and_excepted(
    said: str, known: dict[str, Exempted], end: str, why: str
) -> None:
    found = judged(said, TWO, known, TODAY)
    assert found.end == end
    assert why in str(found)


@pytest.mark.parametrize("left_out", ["package", "why", "test", "until"])
def test_an_exception_says_of_what_why_and_until_when(tmp_path: Path, left_out: str) -> None:
    lines = EXCEPTIONS.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "audit.toml"
    path.write_text("\n".join(line for line in lines if not line.startswith(f"{left_out} =")), encoding="utf-8")
    with pytest.raises(ValidationError):
        exceptions(path)


def test_each_exception_names_a_locked_package_and_a_test_that_is_there() -> None:
    names = {one.name for one in locked(LOCK)}
    for one in exceptions(EXCEPTIONS).values():
        path, _, test = one.test.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")
        assert one.package in names


def test_the_bill_of_materials_is_the_lock_without_addresses_and_paths(tmp_path: Path) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    target = tmp_path / "sbom.json"
    count = write_sbom(target)
    text = target.read_text(encoding="utf-8")
    made = json.loads(text)
    pins = {(one.name, next(iter(one.specifier)).version) for one in locked(LOCK)}
    assert {(one["name"], one["version"]) for one in made["components"]} == pins
    assert count == len(made["components"]) == LOCK.read_text(encoding="utf-8").count("==") - _marks("==")
    assert {"externalReferences", "tools"}.isdisjoint(made["metadata"])
    assert not re.search(r"file:|/home|/work|/tmp|site-packages", text.replace(made["$schema"], ""))
    assert re.findall(r"https?://[^\"]+", text.replace(made["$schema"], "")) == []
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def _marks(sign: str) -> int:
    """How often a sign stands in the markers of the lock."""
    return sum(line.partition(";")[2].count(sign) for line in LOCK.read_text(encoding="utf-8").splitlines())
