"""A disk that outlives the processes that use it, and keeps for sure only what was synced.

This file decides what a crash leaves: a killed process loses nothing that it wrote, a machine without power loses a
random part of what was not synced, sector by sector, some of them torn. An operation can fail, be slow, or be the one
at which the process dies: before, half-way or after it. After a failed sync it behaves as Linux does: what could not
be written stays readable, counts as clean, and is gone at the next loss of power.
"""

import random
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

from simulator.log import Log
from simulator.loop import Killed, Process, SimLoop
from tradewright.domain.errors import StorageError

SECTOR = 512


@dataclass
class Content:
    """A file's bytes as readers see them, as they are on the platter, and what lies between."""

    seen: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes written there), or (length, None) for a cut."""

    def write(self, offset: int, written: bytes) -> None:
        """Into the page cache."""
        _put(self.seen, offset, written)
        self.waiting.append((offset, written))

    def settle(self) -> list[tuple[int, bytes]]:
        """Bring all that waits to the platter, and tell it."""
        chunks = []
        for offset, written in self.waiting:
            if written is None:
                del self.kept[offset:]
            else:
                _put(self.kept, offset, written)
                chunks.append((offset, written))
        self.waiting.clear()
        return chunks

    def settle_in_part(self, chance: random.Random, *, share: float, tears: float) -> None:
        """Bring a random part of the sectors to the platter, some of them torn; the rest is lost."""
        for offset, written in self.waiting:
            if written is None:
                if chance.random() < share:
                    del self.kept[offset:]
                continue
            for start in range(offset - offset % SECTOR, offset + len(written), SECTOR):
                first, last = max(start, offset), min(start + SECTOR, offset + len(written))
                if chance.random() < share:
                    last = chance.randint(first, last) if chance.random() < tears else last
                    _put(self.kept, first, written[first - offset : last - offset])
        self.waiting.clear()


def _put(content: bytearray, offset: int, written: bytes) -> None:
    content.extend(bytes(max(0, offset + len(written) - len(content))))
    content[offset : offset + len(written)] = written


class Platter:
    """The machine's disk: what all its processes share."""

    def __init__(self, log: Log, chance: random.Random, *, free: int = 1 << 30) -> None:
        self.log, self.chance = log, chance
        self.names: dict[str, Content] = {}
        self.kept_names: dict[str, Content] = {}
        self.waiting_names: list[dict[str, Content]] = []
        """The folder after each change of names that is not synced."""
        self.held: dict[str, Process] = {}
        self.free = free

    def renamed(self) -> None:
        """A name was made, moved or deleted; not synced yet."""
        self.waiting_names.append(dict(self.names))

    def lose_power(self, *, share: float = 0.5, tears: float = 0.2) -> None:
        """Keep what was synced and a random part of the rest."""
        survived = self.chance.choice([self.kept_names, *self.waiting_names])
        for content in survived.values():
            content.settle_in_part(self.chance, share=share, tears=tears)
        self.names = {path: Content(bytearray(one.kept), bytearray(one.kept)) for path, one in survived.items()}
        self.kept_names = dict(self.names)
        self.waiting_names.clear()

    def settled(self, process: Process, path: str, content: Content) -> None:
        """A sync succeeded: tell the log what is durable now."""
        chunks = content.settle()
        if chunks:
            self.log.add("synced", process.name, path=path, chunks=chunks, is_connected=process.is_connected)


@dataclass
class DiskFaults:
    """What goes wrong for one process: by chance, or at the n-th operation (from 1; 0 is never)."""

    fails: float = 0.0
    """Of writes and syncs."""
    fills_up: float = 0.0
    """No space left: of writes and preallocations."""
    is_slow: float = 0.0
    slow_ns: int = 5_000_000_000
    fails_at: int = 0
    dies_at: int = 0
    dies_when: str = "before"
    """before, half or after the operation."""
    loses_power: bool = False


_CHANGES = frozenset(
    {"write", "sync", "preallocate", "truncate", "replace", "rename", "remove", "sync_folder", "create"}
)


class SimDisk:
    """The disk port of one process: a folder of the platter."""

    def __init__(self, loop: SimLoop, platter: Platter, process: Process, *,
                 faults: DiskFaults, chance: random.Random, folder: str = "") -> None:  # fmt: skip
        self._loop, self._platter, self._process = loop, platter, process
        self._faults, self._chance = faults, chance
        self._folder = f"{folder}/" if folder else ""
        self.operations: list[str] = []
        """Every changing operation so far, by kind; shared by all folders of the process."""
        process.on_death.append(self._let_go)

    def within(self, folder: str) -> "SimDisk":
        """A folder of this disk as a disk."""
        part = copy(self)
        part._folder = f"{self._folder}{folder}/"
        return part

    def _let_go(self) -> None:
        held = self._platter.held
        for path in [path for path, owner in held.items() if owner is self._process]:
            del held[path]
        if self._process.has_lost_power:
            self._platter.lose_power()

    def begin(self, kind: str, path: str) -> bool:
        """Before an operation: fail, wait or die here as the faults say; True where it is to die half-way."""
        if self._process.is_dead:
            raise Killed
        if kind not in _CHANGES:
            return False
        self.operations.append(kind)
        self._loop.log.trace(f"disk {kind} {path}")
        faults = self._faults
        if len(self.operations) == faults.dies_at and faults.dies_when != "after":
            if faults.dies_when == "half" and kind == "write":
                return True
            self._die()
        self._fail(kind, path)
        return False

    def _fail(self, kind: str, path: str) -> None:
        faults, hit = self._faults, self._loop.log.hit
        if len(self.operations) == faults.fails_at:
            hit("D4 disk error at operation")
            raise StorageError(f"{kind} of {path} failed", found="Input/output error")
        if kind in {"write", "preallocate"} and faults.fills_up and self._chance.random() < faults.fills_up:
            hit("D5 disk full")
            raise StorageError(f"{kind} of {path} failed", found="No space left on device")
        if kind in {"write", "sync"} and faults.fails and self._chance.random() < faults.fails:
            hit("D4 disk error")
            raise StorageError(f"{kind} of {path} failed", found="Input/output error")
        if kind == "sync" and faults.is_slow and self._chance.random() < faults.is_slow:
            hit("D6 slow sync")
            self._loop.stall(self._chance.randrange(faults.slow_ns))

    def end(self) -> None:
        """After an operation: die here where the faults say so."""
        if len(self.operations) == self._faults.dies_at and self._faults.dies_when == "after":
            self._die()

    def _die(self) -> None:
        self._loop.log.hit("P2 killed at a disk operation")
        self._loop.kill(self._process, loses_power=self._faults.loses_power)
        raise Killed

    def half(self) -> None:
        """Die now, half-way through a write."""
        self._die()

    def open(self, path: str, *, create: bool = False) -> "SimFile":
        """Open a file; `create` makes it."""
        path = self._folder + path
        names = self._platter.names
        if path not in names and not create:
            self.begin("open", path)
            raise StorageError(f"{path} cannot be opened", found="No such file")
        if path not in names:
            self.begin("create", path)
            names[path] = Content()
            self._platter.renamed()
            self.end()
        self.begin("open", path)
        return SimFile(self, path, names[path])

    def read(self, path: str) -> bytes:
        """All bytes of a file."""
        self.begin("read", path)
        content = self._platter.names.get(self._folder + path)
        if content is None:
            raise StorageError(f"{path} cannot be read", found="No such file")
        return bytes(content.seen)

    def replace(self, path: str, content: bytes) -> None:
        """Give the file this content, durably and at once."""
        self.begin("replace", path)
        path = self._folder + path
        fresh = Content()
        fresh.write(0, content)
        self._platter.settled(self._process, path, fresh)
        self._platter.names[path] = fresh
        self._platter.kept_names = {**self._platter.kept_names, path: fresh}
        for look in self._platter.waiting_names:
            look[path] = fresh
        self.end()

    def rename(self, path: str, target: str) -> None:
        """Move a file; durable after `sync_folder`."""
        self.begin("rename", path)
        names = self._platter.names
        names[self._folder + target] = names.pop(self._folder + path)
        self._platter.renamed()
        self.end()

    def remove(self, path: str) -> None:
        """Delete a file; one that is not there is no error."""
        self.begin("remove", path)
        if self._platter.names.pop(self._folder + path, None) is not None:
            self._platter.renamed()
        self.end()

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        self.begin("exists", path)
        path = self._folder + path
        return path in self._platter.names or any(name.startswith(f"{path}/") for name in self._platter.names)

    def list(self, path: str = "") -> Sequence[str]:
        """Names in a folder, sorted."""
        self.begin("list", path)
        folder = self._folder + (f"{path}/" if path else "")
        found = {one.removeprefix(folder).split("/")[0] for one in self._platter.names if one.startswith(folder)}
        return sorted(found)

    def sync_folder(self, path: str = "") -> None:
        """Names are durable from now on."""
        self.begin("sync_folder", path)
        self._platter.kept_names = dict(self._platter.names)
        self._platter.waiting_names.clear()
        self.end()

    def hold(self, path: str) -> "SimHold":
        """Hold a path for this process alone."""
        self.begin("hold", path)
        path = self._folder + path
        owner = self._platter.held.get(path)
        if owner is not None and not owner.is_dead:
            raise StorageError(f"{path} is held by another process", found=f"process {owner.name}")
        self._platter.held[path] = self._process
        return SimHold(self._platter, path, self._process)

    def free_bytes(self) -> int:
        """Space left for us."""
        self.begin("free", "")
        return self._platter.free

    def is_current(self, path: str, content: Content) -> bool:
        """Whether the name leads to this content."""
        return self._platter.names.get(path) is content

    def settled(self, path: str, content: Content) -> None:
        """A file was synced."""
        self._platter.settled(self._process, path, content)

    def lost(self, content: Content) -> None:
        """A sync failed: what could not be written counts as clean from now on."""
        content.settle_in_part(self._chance, share=0.5, tears=0.2)


@dataclass
class SimFile:
    """An open file of one process."""

    _disk: SimDisk
    _path: str
    _content: Content
    _is_closed: bool = False

    def read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`."""
        self._disk.begin("read", self._path)
        return bytes(self._content.seen[offset : offset + count])

    def write(self, offset: int, content: bytes) -> None:
        """Into the page cache."""
        assert not self._is_closed, f"{self._path} is written after it was closed"
        try:
            dies = self._disk.begin("write", self._path)
        except StorageError:
            self._content.write(offset, content[: len(content) // 2])
            raise
        if dies:
            self._content.write(offset, content[: len(content) // 2])
            self._disk.half()
        self._content.write(offset, content)
        self._disk.end()

    def preallocate(self, length: int) -> None:
        """Lengthen with zeros."""
        self._disk.begin("preallocate", self._path)
        have = len(self._content.seen)
        if length > have:
            self._content.write(have, bytes(length - have))
        self._disk.end()

    def truncate(self, length: int) -> None:
        """Cut."""
        self._disk.begin("truncate", self._path)
        del self._content.seen[length:]
        self._content.waiting.append((length, None))
        self._disk.end()

    def length(self) -> int:
        """Bytes in the file."""
        return len(self._content.seen)

    def sync(self) -> None:
        """Make durable what was written."""
        assert not self._is_closed, f"{self._path} is synced after it was closed"
        try:
            self._disk.begin("sync", self._path)
        except StorageError:
            self._disk.lost(self._content)
            raise
        self._disk.settled(self._path, self._content)
        self._disk.end()

    def is_in_place(self) -> bool:
        """Whether the path still leads here."""
        return self._disk.is_current(self._path, self._content)

    def close(self) -> None:
        """Close; twice is allowed."""
        self._is_closed = True


@dataclass
class SimHold:
    """A path held by one process."""

    _platter: Platter
    _path: str
    _process: Process

    def is_in_place(self) -> bool:
        """Whether it still is ours."""
        return self._platter.held.get(self._path) is self._process

    def release(self) -> None:
        """Let go; twice is allowed."""
        if self.is_in_place() and not self._process.is_dead:
            del self._platter.held[self._path]
