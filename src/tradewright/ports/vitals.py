"""What a process can see of the machine it runs on: its memory, its cores, its disk."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One look at the machine. Sizes are bytes."""

    disk_size: int
    disk_free: int
    memory_size: int
    memory_available: int
    """What programs could still have."""
    load: float
    """Processes that wanted a core in the last minute, by core."""


class Vitals(Protocol):
    """Looks at the machine."""

    def machine(self) -> Machine:
        """As it is now; StorageError where it cannot be looked at."""
        ...
