"""What a confined process may use of the machine, and which of its parent's open files it keeps.

This file decides on hard limits that the process cannot raise again: memory by address space, the size of a file, open
files, threads, where wished processor time, and no dump of its memory.
"""

import os
import resource
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROCESSES: Final = Path("/proc")
_STANDARD: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Sizes in bytes."""

    memory_bytes: int
    """Address space; asking for more fails."""
    file_bytes: int = 16 << 20
    """Of each file that it writes."""
    open_files: int = 64
    threads: int = 64
    """Of its user, where it has one of its own; else twice that beyond what the user has now, and the parent counts."""
    cpu_s: int = 0
    """Processor time after which the kernel ends it; 0: any."""


def keep_within(bounds: Bounds, *, has_own_user: bool) -> None:
    """Set every limit, for ever; OSError or ValueError where one cannot be set."""
    threads = bounds.threads if has_own_user else 2 * bounds.threads + _threads_of_user(os.getuid())
    wanted = {
        resource.RLIMIT_AS: bounds.memory_bytes,
        resource.RLIMIT_FSIZE: bounds.file_bytes + _written_already(),
        resource.RLIMIT_NOFILE: bounds.open_files,
        resource.RLIMIT_NPROC: threads,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    if bounds.cpu_s:
        wanted[resource.RLIMIT_CPU] = bounds.cpu_s
    for kind, most in wanted.items():
        hard = resource.getrlimit(kind)[1]
        kept = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (kept, kept))


def close_others() -> None:
    """Close what is open beyond the standard three and the pipes to the parent."""
    for entry in list(Path("/proc/self/fd").iterdir()):
        number = int(entry.name)
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue  # the listing itself, closed by now
        if number >= _STANDARD and not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            os.close(number)


def _written_already() -> int:
    """Size of the log that the process adds to: the limit is on where a file ends, not on what is added."""
    try:
        found = os.fstat(2)
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _threads_of_user(user: int) -> int:
    """How many threads the user's processes have."""
    count = 0
    for folder in _PROCESSES.iterdir():
        if folder.name.isdigit():
            try:
                if folder.stat().st_uid == user:
                    count += threads_of(int(folder.name))
            except OSError:
                continue  # it ended meanwhile
    return count


def threads_of(process: int) -> int:
    """How many threads a process has; 0 where it is gone."""
    try:
        status = (_PROCESSES / str(process) / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("Threads:")), 1)
