"""A disk in memory that outlives the sessions on it, and at which one chosen operation goes wrong.

This file decides what going wrong means: an error before anything happened, half of a write and then an error, or a
sync that fails and, as on Linux, loses what it should have made durable while calling it clean.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.disk import Content

from tradewright.domain.errors import StorageError


class Wrong(StrEnum):
    """What goes wrong at an operation."""

    EIO = "Input/output error"
    ENOSPC = "No space left on device"
    SHORT_WRITE = "short write, then no space left on device"
    FAILED_SYNC = "failed fsync"


APPLIES: Mapping[Wrong, frozenset[str]] = {
    Wrong.EIO: frozenset(
        {"open", "create", "read", "write", "sync", "preallocate", "truncate", "replace", "rename", "remove",
         "sync_folder", "list", "length", "hold"}
    ),
    Wrong.ENOSPC: frozenset({"create", "write", "preallocate", "replace"}),
    Wrong.SHORT_WRITE: frozenset({"write"}),
    Wrong.FAILED_SYNC: frozenset({"sync"}),
}  # fmt: skip
"""The operations at which each can happen."""


@dataclass
class Plan:
    """Which operation goes wrong; shared by all folders of a disk."""

    at: int = 0
    """From 1; 0 is none."""
    wrong: Wrong = Wrong.EIO
    operations: list[str] = field(default_factory=list)
    has_struck: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(0))


class MemoryDisk:
    """The disk port in memory; `within` gives a folder of it as a disk."""

    def __init__(self, names: dict[str, Content] | None = None, *, plan: Plan | None = None) -> None:
        self.names = names if names is not None else {}
        self.plan = plan or Plan()
        self.held: set[str] = set()
        self._folder = ""

    def within(self, folder: str) -> "MemoryDisk":
        """A folder."""
        part = copy(self)
        part._folder = f"{self._folder}{folder}/"
        return part

    def lose_power(self) -> "MemoryDisk":
        """What a new process finds after the machine went down: what was synced, and a part of the rest."""
        after: dict[str, Content] = {}
        for path, content in self.names.items():
            content.settle_in_part(self.plan.chance, share=0.5, tears=0.2)
            after[path] = Content(bytearray(content.kept), bytearray(content.kept))
        return MemoryDisk(after)

    def restarted(self) -> "MemoryDisk":
        """What a new process finds after the old one ended: everything that was written."""
        return MemoryDisk(self.names)

    def duplicate(self) -> "MemoryDisk":
        """The same bytes once more, all of them durable."""
        return MemoryDisk({path: Content(bytearray(one.seen), bytearray(one.seen)) for path, one in self.names.items()})

    def step(self, kind: str, path: str) -> bool:
        """Count an operation; raises what goes wrong before it, True where it is to go wrong half-way."""
        plan = self.plan
        plan.operations.append(kind)
        if len(plan.operations) != plan.at or kind not in APPLIES[plan.wrong]:
            return False
        plan.has_struck = True
        if plan.wrong in {Wrong.SHORT_WRITE, Wrong.FAILED_SYNC}:
            return True
        raise StorageError(f"{kind} of {path} failed", found=plan.wrong.value)

    def _at(self, path: str) -> str:
        return self._folder + path

    def open(self, path: str, *, create: bool = False) -> "MemoryFile":
        """Open, and make where asked."""
        path = self._at(path)
        if path not in self.names:
            if not create:
                raise StorageError(f"{path} cannot be opened", found="No such file")
            self.step("create", path)
            self.names[path] = Content()
        self.step("open", path)
        return MemoryFile(self, path, self.names[path])

    def read(self, path: str) -> bytes:
        """All bytes."""
        path = self._at(path)
        self.step("read", path)
        if path not in self.names:
            raise StorageError(f"{path} cannot be read", found="No such file")
        return bytes(self.names[path].seen)

    def replace(self, path: str, content: bytes) -> None:
        """Durably and at once."""
        path = self._at(path)
        self.step("replace", path)
        self.names[path] = Content(bytearray(content), bytearray(content))

    def rename(self, path: str, target: str) -> None:
        """Move."""
        path, target = self._at(path), self._at(target)
        self.step("rename", path)
        self.names[target] = self.names.pop(path)

    def remove(self, path: str) -> None:
        """Delete."""
        path = self._at(path)
        self.step("remove", path)
        self.names.pop(path, None)

    def exists(self, path: str) -> bool:
        """File or folder."""
        path = self._at(path)
        return path in self.names or any(name.startswith(f"{path}/") for name in self.names)

    def list(self, path: str = "") -> Sequence[str]:
        """Sorted names."""
        self.step("list", path)
        folder = self._folder + (f"{path}/" if path else "")
        return sorted({one.removeprefix(folder).split("/")[0] for one in self.names if one.startswith(folder)})

    def sync_folder(self, path: str = "") -> None:
        """Names are durable."""
        self.step("sync_folder", path)

    def hold(self, path: str) -> "MemoryHold":
        """For one session at a time."""
        path = self._at(path)
        self.step("hold", path)
        if path in self.held:
            raise StorageError(f"{path} is held by another process", found="this one")
        self.held.add(path)
        return MemoryHold(self.held, path)

    def free_bytes(self) -> int:
        """Enough."""
        return 1 << 40

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Names and bytes of what lies in this folder."""
        return ((name.removeprefix(self._folder), bytes(one.seen)) for name, one in self.names.items()
                if name.startswith(self._folder))  # fmt: skip


@dataclass
class MemoryFile:
    """An open file."""

    disk: MemoryDisk
    path: str
    content: Content

    def read(self, offset: int, count: int) -> bytes:
        """Up to so many bytes."""
        self.disk.step("read", self.path)
        return bytes(self.content.seen[offset : offset + count])

    def write(self, offset: int, content: bytes) -> None:
        """All of it, or half and an error."""
        if self.disk.step("write", self.path):
            self.content.write(offset, content[: len(content) // 2])
            raise StorageError(f"write of {self.path} failed", found=Wrong.SHORT_WRITE.value)
        self.content.write(offset, content)

    def preallocate(self, length: int) -> None:
        """Lengthen with zeros."""
        self.disk.step("preallocate", self.path)
        if length > len(self.content.seen):
            self.content.write(len(self.content.seen), bytes(length - len(self.content.seen)))

    def truncate(self, length: int) -> None:
        """Cut."""
        self.disk.step("truncate", self.path)
        del self.content.seen[length:]
        self.content.waiting.append((length, None))

    def length(self) -> int:
        """Bytes."""
        self.disk.step("length", self.path)
        return len(self.content.seen)

    def sync(self) -> None:
        """Durable; where it fails, half of what waited is gone for good and nobody will be told again."""
        if self.disk.step("sync", self.path):
            self.content.settle_in_part(self.disk.plan.chance, share=0.5, tears=0.2)
            raise StorageError(f"sync of {self.path} failed", found=Wrong.FAILED_SYNC.value)
        self.content.settle()

    def is_in_place(self) -> bool:
        """Whether the name still leads here."""
        return self.disk.names.get(self.path) is self.content

    def close(self) -> None:
        """Nothing to let go."""


@dataclass
class MemoryHold:
    """A held path."""

    held: set[str]
    path: str

    def is_in_place(self) -> bool:
        """Whether it is held."""
        return self.path in self.held

    def release(self) -> None:
        """Twice is allowed."""
        self.held.discard(self.path)
