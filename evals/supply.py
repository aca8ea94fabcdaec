"""make audit and make sbom: the known holes of what is locked, less dated exceptions; what is locked, as CycloneDX.

An audit ends as passed, as failed, or as not produced where the vulnerability service gave no word on some package:
pip-audit itself calls a lock of which it could look up nothing free of known holes.
"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from evals.cases import ROOT, VAR

if TYPE_CHECKING:
    from cyclonedx.model.bom import Bom

LOCK = ROOT / "requirements" / "run.txt"
EXCEPTIONS = ROOT / "requirements" / "audit.toml"
SBOM = VAR / "sbom.cdx.json"
SECONDS = 300
"""After which the service counts as out of reach."""

ENDS = {"passed": 0, "failed": 1, "not produced": 2}
"""How an audit ends, with the exit status of its command."""


class Exempted(BaseModel):
    """Why an advisory does not reach Footnote, which test shows it, and the last day that this holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    package: str
    why: str = Field(min_length=20)
    test: str
    until: datetime.date


class Hole(BaseModel):
    """An advisory, as pip-audit names it."""

    id: str
    aliases: list[str] = []
    fix_versions: list[str] = []

    @property
    def names(self) -> set[str]:
        return {self.id, *self.aliases}


class Audited(BaseModel):
    """What the service said of a package; `skip_reason` where it said nothing."""

    name: str
    version: str = ""
    vulns: list[Hole] = []
    skip_reason: str = ""


class Reply(BaseModel):
    """pip-audit's JSON."""

    dependencies: list[Audited]


@dataclass(frozen=True, slots=True)
class Audit:
    """How an audit ended, and why, a line each."""

    end: Literal["passed", "failed", "not produced"]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([f"audit: {self.end}", *(f"  {line}" for line in self.lines)])


def audit() -> Audit:
    """Asks the vulnerability service about the lock and judges what it says."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--require-hashes", "--disable-pip", "-f", "json"]
    try:
        done = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return Audit("not produced", (f"no reply of the vulnerability service within {SECONDS} s",))
    return judged(done.stdout, locked(LOCK), exceptions(EXCEPTIONS), datetime.date.today())


def exceptions(path: Path) -> dict[str, Exempted]:
    """By advisory. Raises ValidationError where one lacks its reason, test or date."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Exempted]).validate_python(found)


def locked(path: Path) -> list[Requirement]:
    """The packages of a lock, for every platform."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"[A-Za-z0-9]", line)]
    return [Requirement(line.rstrip("\\ ")) for line in lines]


def judged(reply: str, lock: Sequence[Requirement], known: Mapping[str, Exempted], today: datetime.date) -> Audit:
    """What pip-audit's JSON comes to: every package of this platform must have had an answer."""
    expired = [f"{id_}: its exception ended on {one.until}" for id_, one in known.items() if one.until < today]
    try:
        said = Reply.model_validate_json(reply).dependencies
    except ValidationError:
        return Audit("failed" if expired else "not produced", (*expired, "no report of pip-audit"))
    answered = {canonicalize_name(one.name) for one in said if not one.skip_reason}
    here = {canonicalize_name(one.name) for one in lock if one.marker is None or one.marker.evaluate()}
    open_ = [line for package in said for line in _open(package, known)]
    silent = sorted(here - answered)
    count = f"{len(silent)} of {len(here)} packages"
    missing = [f"no answer of the vulnerability service on {count}: {one} …" for one in silent[:1]]
    elsewhere = {canonicalize_name(one.name) for one in lock} - here
    scope = [f"{len(here)} packages of this platform; {len(elsewhere)} of others are not asked about"]
    if expired or open_:
        return Audit("failed", (*expired, *open_, *missing))
    return Audit("not produced", tuple(missing)) if missing else Audit("passed", (*scope, *_unneeded(said, known)))


def _open(package: Audited, known: Mapping[str, Exempted]) -> list[str]:
    """The advisories on a package that no exception of the same package names."""
    named = {id_ for id_, one in known.items() if canonicalize_name(one.package) == canonicalize_name(package.name)}
    fixes = {hole.id: ", ".join(hole.fix_versions) or "none" for hole in package.vulns if not hole.names & named}
    return [f"{package.name} {package.version}: {id_}, mended in: {fix}" for id_, fix in fixes.items()]


def _unneeded(said: Sequence[Audited], known: Mapping[str, Exempted]) -> list[str]:
    found = {name for package in said for hole in package.vulns for name in hole.names}
    return [f"{id_}: no longer reported; its exception can go" for id_ in known if id_ not in found]


# What is locked


def write_sbom(target: Path = SBOM) -> int:
    """Writes the bill of materials of the lock as CycloneDX JSON; gives the number of components."""
    from cyclonedx.output.json import JsonV1Dot6

    lock = locked(LOCK)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = json.loads(JsonV1Dot6(_bom(lock)).output_as_string())
    target.write_text(json.dumps(made, indent=1), encoding="utf-8")
    return len(lock)


def _bom(lock: Sequence[Requirement]) -> Bom:
    """Names, versions and package URLs, and where a package is for some platforms only, for which."""
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bom = Bom()
    root = Component(name=project["name"], version=project["version"], type=ComponentType.APPLICATION, bom_ref="root")
    bom.metadata.component = root
    direct = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    for one in lock:
        version = next(iter(one.specifier)).version
        purl = PackageURL("pypi", None, canonicalize_name(one.name), version)
        marker = [Property(name="footnote:marker", value=str(one.marker))] if one.marker else []
        component = Component(name=one.name, version=version, purl=purl, bom_ref=str(purl), properties=marker)
        bom.components.add(component)
        if canonicalize_name(one.name) in direct:
            bom.register_dependency(root, [component])
    return bom
