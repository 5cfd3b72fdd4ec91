"""A disk in memory that keeps only what was synced, tears and reorders the rest, and fails at a chosen operation.

After a failed sync it behaves as Linux does: what could not be written stays readable, counts as clean, and is gone at
the next crash, however often it is synced again.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from tradewright.domain.errors import StorageError

SECTOR = 512


@dataclass
class Content:
    """A file's bytes as readers see them, as they are on the platter, and what lies between."""

    seen: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes written there), or (length, None) for a cut."""

    def settle(self, chance: random.Random | None, share: float, tears: float = 0.2) -> None:
        """Bring what waits to the platter: all of it, or a random share of its sectors."""
        for offset, written in self.waiting:
            if written is None:
                if chance is None or chance.random() < share:
                    del self.kept[offset:]
                continue
            for start in range(offset - offset % SECTOR, offset + len(written), SECTOR):
                first, last = max(start, offset), min(start + SECTOR, offset + len(written))
                if chance is None or chance.random() < share:
                    if chance is not None and chance.random() < tears:
                        last = chance.randint(first, last)
                    put(self.kept, first, written[first - offset : last - offset])
        self.waiting.clear()


def put(content: bytearray, offset: int, written: bytes) -> None:
    """Write into, and lengthen with zeros where needed."""
    content.extend(bytes(max(0, offset + len(written) - len(content))))
    content[offset : offset + len(written)] = written


@dataclass
class FaultyFile:
    disk: "FaultyDisk"
    path: str
    content: Content
    is_closed: bool = False

    def read(self, offset: int, count: int) -> bytes:
        self.disk.step("read")
        return bytes(self.content.seen[offset : offset + count])

    def write(self, offset: int, content: bytes) -> None:
        assert not self.is_closed
        try:
            self.disk.step("write")
        except StorageError:
            self._put(offset, content[: len(content) // 2])
            raise
        self._put(offset, content)

    def _put(self, offset: int, content: bytes) -> None:
        put(self.content.seen, offset, content)
        self.content.waiting.append((offset, content))

    def preallocate(self, length: int) -> None:
        self.disk.step("preallocate")
        if length > len(self.content.seen):
            self._put(len(self.content.seen), bytes(length - len(self.content.seen)))

    def truncate(self, length: int) -> None:
        self.disk.step("truncate")
        del self.content.seen[length:]
        self.content.waiting.append((length, None))

    def length(self) -> int:
        return len(self.content.seen)

    def sync(self) -> None:
        assert not self.is_closed
        try:
            self.disk.step("sync")
        except StorageError:
            self.content.settle(self.disk.chance, 0.5, self.disk.tears)
            raise
        if not self.disk.ignores_syncs_of or not self.path.startswith(self.disk.ignores_syncs_of):
            self.content.settle(None, 1.0)

    def is_in_place(self) -> bool:
        return self.disk.names.get(self.path) is self.content

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FaultyHold:
    disk: "FaultyDisk"
    path: str
    number: int

    def is_in_place(self) -> bool:
        return self.disk.held.get(self.path) == self.number

    def release(self) -> None:
        if self.is_in_place():
            del self.disk.held[self.path]


class FaultyDisk:
    """`fail_at` is the number of the operation that fails, counted from 1; `ignores_syncs_of` makes a lying disk."""

    def __init__(self, *, fail_at: int = 0, problem: str = "No space left on device", seed: int = 0) -> None:
        self.names: dict[str, Content] = {}
        self.kept_names: dict[str, Content] = {}
        self.waiting_names: list[dict[str, Content]] = []
        """What the folder looked like after each change that is not synced."""
        self.held: dict[str, int] = {}
        self.chance = random.Random(seed)
        self.steps: list[str] = []
        self.fail_at = fail_at
        self.problem = problem
        self.ignores_syncs_of = ""
        self.tears = 0.2
        """Share of the sectors written during a failure that are cut in the middle."""

    def step(self, kind: str) -> None:
        self.steps.append(kind)
        if len(self.steps) == self.fail_at:
            raise StorageError(f"{kind} failed", found=self.problem)

    def crashed(self, *, share: float = 0.5, fail_at: int = 0) -> "FaultyDisk":
        """The disk after the power came back: what was synced, and a random share of the rest."""
        after = FaultyDisk(fail_at=fail_at, problem=self.problem, seed=self.chance.getrandbits(32))
        looks = [self.kept_names, *self.waiting_names]
        for path, content in self.chance.choice(looks).items():
            content.settle(self.chance, share, self.tears)
            after.names[path] = Content(bytearray(content.kept), bytearray(content.kept))
        after.kept_names = dict(after.names)
        return after

    def restarted(self) -> Self:
        """The same disk when only the process died."""
        self.held.clear()
        self.fail_at = 0
        return self

    def copy(self) -> "FaultyDisk":
        """What readers see, made safe."""
        after = FaultyDisk()
        after.names = {path: Content(bytearray(one.seen), bytearray(one.seen)) for path, one in self.names.items()}
        after.kept_names = dict(after.names)
        return after

    def _renamed(self) -> None:
        self.waiting_names.append(dict(self.names))

    def open(self, path: str, *, create: bool = False) -> FaultyFile:
        self.step("open")
        if path not in self.names:
            if not create:
                raise StorageError(f"{path} is not there")
            self.names[path] = Content()
            self._renamed()
        return FaultyFile(self, path, self.names[path])

    def read(self, path: str) -> bytes:
        self.step("read")
        return bytes(self.names[path].seen)

    def replace(self, path: str, content: bytes) -> None:
        self.step("replace")
        self.names[path] = Content(bytearray(content), bytearray(content))
        self._renamed()
        self.sync_folder()

    def rename(self, path: str, target: str) -> None:
        self.step("rename")
        self.names[target] = self.names.pop(path)
        self._renamed()

    def remove(self, path: str) -> None:
        self.step("remove")
        if self.names.pop(path, None) is not None:
            self._renamed()

    def exists(self, path: str) -> bool:
        return path in self.names

    def list(self, path: str = "") -> Sequence[str]:
        self.step("list")
        return sorted(name for name in self.names if name.startswith(path))

    def sync_folder(self, path: str = "") -> None:
        self.step("sync_folder")
        self.kept_names = dict(self.names)
        self.waiting_names.clear()

    def hold(self, path: str) -> FaultyHold:
        self.step("hold")
        if path in self.held:
            raise StorageError(f"{path} is held by another process", found=f"process {self.held[path]}")
        self.held[path] = len(self.steps)
        return FaultyHold(self, path, len(self.steps))

    def free_bytes(self) -> int:
        return 1 << 40
