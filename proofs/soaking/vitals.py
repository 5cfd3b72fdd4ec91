"""Vitals of a process: memory, open files, threads, tasks, and how late its loop is; looked at again and again."""

import asyncio
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Vital:
    """One look."""

    at_s: float
    resident_bytes: int
    files: int
    threads: int
    tasks: int
    orders: int


def resident_bytes(process: int | None = None) -> int:
    """Memory of a process now, or of this one."""
    place = Path("/proc") / ("self" if process is None else str(process))
    return int((place / "statm").read_text("ascii").split()[1]) * PAGE_BYTES


def look(began: float, *, orders: int) -> Vital:
    """Now."""
    files, tasks = len(list(Path("/proc/self/fd").iterdir())), len(asyncio.all_tasks())
    return Vital(time.monotonic() - began, resident_bytes(), files, threading.active_count(), tasks, orders)


@dataclass(slots=True)
class Lag:
    """How much later than asked the loop wakes."""

    every_s: float = 0.02
    found_ms: list[float] = field(default_factory=list)

    async def measure(self) -> None:
        """Until canceled."""
        while True:
            due = time.monotonic() + self.every_s
            await asyncio.sleep(self.every_s)
            self.found_ms.append((time.monotonic() - due) * 1e3)


def slope(points: list[tuple[float, float]]) -> float:
    """Least squares: how much the second grows for one of the first; 0 of fewer than two."""
    if len(points) < 2:
        return 0.0
    x_mean, y_mean = (sum(one[axis] for one in points) / len(points) for axis in (0, 1))
    across = sum((x - x_mean) ** 2 for x, _ in points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / across if across else 0.0
