"""What one person may keep: the files of works that are theirs alone or that they published, and those that wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.document import Edition, Refusal, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Amount:
    """So many files of so many bytes."""

    files: int = 0
    size: int = 0

    @classmethod
    def of(cls, sizes: Iterable[int]) -> Amount:
        """Of files of these sizes."""
        each = list(sizes)
        return cls(len(each), sum(each))

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.files + other.files, self.size + other.size)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much one person may keep; 0: any number."""

    files: int = 0
    megabytes: int = 0

    def admit(self, before: Amount, after: Amount) -> None:
        """Raises Refusal where a person would keep more than is allowed, and more than before."""
        if self.files and after.files > max(self.files, before.files):
            raise Refusal("files-beyond", limit=self.files, kept=before.files, added=after.files - before.files)
        if self.megabytes and after.size > max(self.megabytes * MEGABYTE, before.size):
            kept, added = (f"{size / MEGABYTE:.1f}" for size in (before.size, after.size - before.size))
            raise Refusal("bytes-beyond", limit=self.megabytes, kept=kept, added=added)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the library has of one person."""

    files: int
    """Those of texts that were replaced aside."""

    sizes: Mapping[str, int]
    """Of every file by its source, also of those texts: answers quote from them."""

    @property
    def amount(self) -> Amount:
        return Amount(self.files, sum(self.sizes.values()))

    def after(self, editions: Iterable[Edition]) -> Amount:
        """How much it will be once these are the person's in the library."""
        mine = list(editions)
        sizes = {edition.source or edition.key: edition.size for edition in mine}
        return Amount(len(mine), sum({**self.sizes, **sizes}.values()))


def belongs_to(work: Work, edition: Edition) -> str:
    """Whose an edition is: the one person's whose work is private, else who published it; of nobody empty."""
    return work.private_to or edition.added_by
