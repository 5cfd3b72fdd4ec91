"""Which platforms run over a project on this machine, so that they can be found and ended.

This file decides that a platform is there as long as it holds the lock on its own file: one that was killed leaves a
file that nobody holds, and the next who looks takes it away. A number of a process alone would be believed too long.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = "platforms"
NAME: Final = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """One platform that runs."""

    process: int
    service: str
    url: str
    started_ns: int


@contextmanager
def announced(state: Path, present: Present) -> Iterator[None]:
    """Be found until the end."""
    place = state / FOLDER / str(present.process) / NAME
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, msgspec.json.encode(present))
        yield
    finally:
        _removed(place)
        os.close(descriptor)


def present_ones(state: Path) -> list[Present]:
    """Those that run, by the number of their process."""
    found = []
    for place in sorted((state / FOLDER).glob(f"*/{NAME}")):
        one = _held(place)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: one.process)


def _held(place: Path) -> Present | None:
    """Who holds it; None where nobody does any more, or nothing can be read yet."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(place)
    else:
        _removed(place)
        return None
    finally:
        os.close(descriptor)


def _read(place: Path) -> Present | None:
    try:
        return msgspec.json.decode(place.read_bytes(), type=Present)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _removed(place: Path) -> None:
    place.unlink(missing_ok=True)
    try:
        place.parent.rmdir()
    except OSError:  # somebody else's file is in it by now
        return
