"""How a worker process is started, watched and ended: its command, its environment, and everything that descends of it.

This file decides that a worker gets no secret: its environment is made of a few names, and a mark by
which its descendants are found again wherever they hide.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

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


def command(entry: str, limits: HostLimits) -> list[str]:
    """The command line of a worker of this process; `entry` is the module that serves."""
    memory = limits.memory_bytes + limits.reserve_bytes
    numbers = (os.getpid(), memory, limits.printed_bytes, limits.wishes)
    return [sys.executable, "-P", "-m", entry, *(str(number) for number in numbers)]


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
