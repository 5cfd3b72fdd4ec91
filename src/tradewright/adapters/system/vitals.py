"""The machine as Linux tells of it under /proc."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewright.domain.errors import StorageError
from tradewright.ports.vitals import Machine

MEMORY: Final = Path("/proc/meminfo")
KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class MachineVitals:
    """Implements the port; the disk is the one that `folder` lies on, or will lie on."""

    folder: Path

    def machine(self) -> Machine:
        """By /proc/meminfo, the load of the last minute, and the file system."""
        there = next(one for one in (self.folder, *self.folder.parents) if one.exists())
        try:
            disk, memory, load = shutil.disk_usage(there), _memory(), os.getloadavg()[0]
        except (OSError, KeyError, ValueError) as problem:
            raise StorageError("the machine cannot be looked at", found=str(problem)) from problem
        return Machine(
            disk_size=disk.total,
            disk_free=disk.free,
            memory_size=memory["MemTotal"],
            memory_available=memory["MemAvailable"],
            load=load / (os.cpu_count() or 1),
        )


def _memory() -> dict[str, int]:
    lines = (line.split(":", 1) for line in MEMORY.read_text(encoding="ascii").splitlines() if ":" in line)
    return {name: int(told.split()[0]) * KIB for name, told in lines}
