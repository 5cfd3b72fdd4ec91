"""A heart-beat tells another process that one lives: a small file that changes every beat. A session beats for its
guard, and the guard for its session.

This file decides what stands in it: one line of JSON of fixed length, written over in place and never synced, so that
a full disk cannot stop it. It is written by the loop that does the work, so a process whose loop is blocked does not
beat. Monotonic time is the machine's own and can be compared by another process of the machine.
"""

from dataclasses import dataclass, replace
from typing import Final, TypeVar

import msgspec

from tradewright.domain.errors import StorageError
from tradewright.ports.disk import Disk, OpenFile

NAME: Final = "heartbeat"
GUARD: Final = "guard.beat"
_LENGTH: Final = 512
_TOLD: Final = 200
"""Characters of a guard's words about itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One beat."""

    epoch: int
    sequence: int
    """The last record that is safe."""
    session_ns: int
    """Session time."""
    monotonic_ns: int
    wall_ns: int
    is_over: bool = False
    """The session ended by itself: no alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardBeat:
    """One beat of a guard."""

    process: int
    monotonic_ns: int
    is_connected: bool
    """To the broker, by a connection of its own."""
    doing: str = ""
    """In words; empty while it only watches."""


def read_beat(disk: Disk) -> Beat | None:
    """The last beat of a session; None where there is none that can be read."""
    return _read(disk, NAME, Beat)


def read_guard_beat(disk: Disk) -> GuardBeat | None:
    """The last beat of a session's guard; None where there is none that can be read."""
    return _read(disk, GUARD, GuardBeat)


_Kind = TypeVar("_Kind", Beat, GuardBeat)


def _read(disk: Disk, name: str, kind: type[_Kind]) -> _Kind | None:
    try:
        return msgspec.json.decode(disk.read(name), type=kind) if disk.exists(name) else None
    except (msgspec.MsgspecError, StorageError, UnicodeDecodeError):
        return None


class HeartBeat:
    """The file, open."""

    __slots__ = ("_file",)

    def __init__(self, disk: Disk, name: str = NAME) -> None:
        self._file: OpenFile = disk.open(name, create=True)

    def write(self, beat: Beat | GuardBeat) -> None:
        """Write over the one before; StorageError where the disk refuses."""
        if isinstance(beat, GuardBeat):
            beat = replace(beat, doing=beat.doing.encode("ascii", "replace").decode()[:_TOLD])
        self._file.write(0, msgspec.json.encode(beat).ljust(_LENGTH - 1) + b"\n")

    def close(self) -> None:
        """Close the file; twice is allowed."""
        self._file.close()
