"""The shelf of strategies that were uploaded or registered: every version, by the hash of its bytes, never rewritten.

This file decides that deleting keeps history: a deleted strategy takes no new run, and what ran stays explained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from tradewright.ports.paging import Page, Slot


class ShelfLife(StrEnum):
    """How a strategy stands."""

    DRAFT = "draft"
    """Uploaded, not yet checked, or the check found something."""
    READY = "ready"
    """Checked: it may be run and deployed."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the check found."""

    line: int
    """Of the file; 0: of the whole."""
    code: str
    """Stable, like `forbidden-import`."""
    message: str
    is_fatal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyVersion:
    """One version of a strategy's source. Times are nanoseconds UTC."""

    strategy: str
    version: int
    """1, 2, ..."""
    digest: str
    """SHA-256 of the bytes, hexadecimal."""
    file_name: str
    """As it was uploaded, for display alone."""
    size_bytes: int
    class_name: str = ""
    """The strategy in it; empty until it was checked."""
    parameters: Mapping[str, object] = field(default_factory=dict)
    """Name -> default, range and type, as the check found them."""
    findings: Sequence[Finding] = field(default=())
    created_ns: int
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvedStrategy:
    """A strategy with its newest version."""

    id: str
    name: str
    description: str = ""
    tags: frozenset[str] = frozenset()
    life: ShelfLife
    newest: StrategyVersion
    created_ns: int
    created_by: str
    changed_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfFilter:
    """Which strategies are wanted; empty: all that are not deleted."""

    name: str = ""
    """A part of it."""
    tag: str = ""
    life: ShelfLife | None = None


class StrategyShelf(Protocol):
    """The shelf. StorageError where it fails."""

    def put(self, strategy: ShelvedStrategy, source: bytes) -> ShelvedStrategy:
        """A new strategy, or a new version of one (its `newest.version` is one more than kept).

        InputError where the name belongs to another strategy, or somebody else put that version meanwhile.
        """
        ...

    def change(self, strategy: ShelvedStrategy) -> ShelvedStrategy:
        """New name, description, tags, life, or findings of the newest version; never other bytes."""
        ...

    def find(self, strategy: str) -> ShelvedStrategy:
        """By id or name, deleted ones by id too; InputError with near names where there is none."""
        ...

    def all(self, wanted: ShelfFilter, slot: Slot) -> Page[ShelvedStrategy]:
        """By name."""
        ...

    def versions(self, strategy: str) -> Sequence[StrategyVersion]:
        """Newest first."""
        ...

    def source(self, digest: str) -> bytes:
        """The bytes; StorageError where they are not what the digest says."""
        ...
