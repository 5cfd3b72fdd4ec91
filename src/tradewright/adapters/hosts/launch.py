"""How a worker process is started, watched and ended: its command, its environment, and everything that descends of it.

This file decides that a worker gets no secret: its environment is made of a few names, and a mark by which its
descendants are found again wherever they hide. An enclosure puts other surroundings, with walls, in their place.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tradewright.adapters.hosts.limits import HostLimits

KEPT: Final = (
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "NUMBA_CACHE_DIR", "NUMBA_DISABLE_JIT", "PATH", "TMPDIR",
    "TRADEWRIGHT_KERNEL_CACHE", "TZ", "XDG_CACHE_HOME",
)  # fmt: skip
MARK: Final = "STRATEGY_WORKER"
PACKAGE_FOLDER: Final = Path(__file__).resolve().parents[3]
LOOKS_AT_ONCE: Final = 32
"""Processes looked at in one turn of the loop."""
EMPTY_LOOKS: Final = 2
MOST_LOOKS: Final = 100
BETWEEN_LOOKS_S: Final = 0.005
LONGEST_BETWEEN_LOOKS_S: Final = 0.1
_PROCESSES: Final = Path("/proc")


class Enclosed(Protocol):
    """A worker's process that is ready to be started."""

    @property
    def command(self) -> Sequence[str]:
        """Its command line."""
        ...

    @property
    def environment(self) -> Mapping[str, str]:
        """Its whole environment."""
        ...

    @property
    def descriptors(self) -> Sequence[int]:
        """Open files that it inherits beside its pipes."""
        ...

    def started(self) -> None:
        """It runs, or it never will."""
        ...

    def trouble(self, process: int) -> str:
        """What of its surroundings the process has used up; empty: nothing."""
        ...

    def end(self) -> None:
        """It is gone; may take a while, so not on the event loop."""
        ...


class Enclosing(Protocol):
    """Makes surroundings for workers."""

    def enclose(
        self, arguments: Sequence[str], *, strategy: str, memory_bytes: int, mark: Mapping[str, str]
    ) -> Enclosed:
        """Surroundings for a worker with these arguments; a TradewrightError where the strategy cannot have them."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    """Surroundings of a worker that runs as its user: `Enclosed`."""

    command: Sequence[str]
    environment: Mapping[str, str]
    descriptors: Sequence[int] = ()

    def started(self) -> None:
        """It inherits nothing."""

    def trouble(self, process: int) -> str:
        """It has nothing of its own."""
        return ""

    def end(self) -> None:
        """It leaves nothing."""


@dataclass(frozen=True, slots=True)
class Unconfined:
    """Workers that run as their user, for strategies of that user: `Enclosing`."""

    entry: str
    """The module that serves."""

    def enclose(self, arguments: Sequence[str], *, strategy: str, memory_bytes: int, mark: Mapping[str, str]) -> Plain:
        """A worker that finds the strategy by itself."""
        return Plain([sys.executable, "-P", "-m", self.entry, *arguments], environment(mark[MARK], os.environ))


def numbers(limits: HostLimits) -> list[str]:
    """What every worker of this process is told: `serving.serve` reads it."""
    memory = limits.memory_bytes + limits.reserve_bytes
    return [str(number) for number in (os.getpid(), memory, limits.printed_bytes, limits.wishes)]


def environment(mark: str, given: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment: what a library needs, one thread each, the same order of sets in every process."""
    kept = {name: given[name] for name in KEPT if name in given}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    path = {} if "site-packages" in PACKAGE_FOLDER.parts else {"PYTHONPATH": str(PACKAGE_FOLDER)}
    return kept | threads | path | {"PYTHONHASHSEED": "0", MARK: mark}


def resident_bytes(process: int) -> int:
    """Memory that the process holds now; 0 where this cannot be told."""
    try:
        fields = (_PROCESSES / str(process) / "statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if len(fields) > 1 else 0


def queued_s(process: int) -> float:
    """How long the process could have run so far and was given no processor; 0 where this cannot be told."""
    try:
        fields = (_PROCESSES / str(process) / "schedstat").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    return int(fields[1]) / 1e9 if len(fields) > 1 else 0.0


def kill_group(process: int) -> None:
    """End the worker and whoever is in its group, at once."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


async def kill_descendants(mark: str) -> None:
    """End those who left the group, and see them gone; they carry the worker's mark in their environment.

    One that is being born, or becoming another program, shows no environment for a moment: only two looks in a row that
    find nobody are believed. One that is killed stays visible until the system gets to it, which an overloaded one does
    late: the looks come ever more rarely, and end after some eight seconds, because one that hangs in the kernel is not
    waited for. Looking at every process of the machine takes 0.05 ms each, so the event loop gets its turn in between.
    """
    empty, pause_s = 0, BETWEEN_LOOKS_S
    for _ in range(MOST_LOOKS):
        found = await _killed_in_one_look(f"{MARK}={mark}".encode())
        empty = 0 if found else empty + 1
        if empty == EMPTY_LOOKS:
            return
        await asyncio.sleep(pause_s)
        pause_s = min(1.1 * pause_s, LONGEST_BETWEEN_LOOKS_S)


async def _killed_in_one_look(mark: bytes) -> int:
    """How many were found and killed."""
    found = 0
    for number, folder in enumerate(_processes()):
        if number % LOOKS_AT_ONCE == 0:
            await asyncio.sleep(0)
        if _is_marked(folder, mark):
            found += 1
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(folder.name), signal.SIGKILL)
    return found


def _processes() -> list[Path]:
    try:
        return [folder for folder in _PROCESSES.iterdir() if folder.name.isdigit()]
    except OSError:
        return []


def _is_marked(process: Path, mark: bytes) -> bool:
    """One that is dead and not yet waited for has no environment; that of other users cannot be read."""
    try:
        return mark in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
