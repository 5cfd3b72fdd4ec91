"""What a confined process is handed when it starts: its walls, and sealed bytes in memory that nobody can change."""

import fcntl
import mmap
import os
from dataclasses import dataclass
from typing import Final

import msgspec

from tradewright.adapters.sandbox.walls import Walls
from tradewright.ports.code import Source

NONE: Final = -1
_SEALS: Final = 0x000F
"""F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE."""
_ADD_SEALS: Final = 1033


def sealed(content: bytes, name: str) -> int:
    """The number of an open file in memory with these bytes, which cannot be changed any more."""
    number = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(number, left) :]
        fcntl.fcntl(number, _ADD_SEALS, _SEALS)
    except OSError:
        os.close(number)
        raise
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The first argument of a confined process."""

    walls: Walls
    source_at: int = NONE
    """Number of the open file with the source."""
    file_name: str = ""
    content_at: int = NONE
    """Number of the open file with what is asked."""

    def written(self) -> str:
        """As an argument of a command line."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, text: str) -> "Handed":
        """From an argument of a command line."""
        return msgspec.json.decode(text, type=cls)

    def source(self) -> Source | None:
        """The source; to be taken before the walls are raised, which close the file."""
        return None if self.source_at == NONE else Source(bytes(_mapped(self.source_at)), self.file_name)

    def content(self) -> memoryview:
        """What is asked, not copied; to be taken before the walls are raised."""
        return _mapped(self.content_at)


def _mapped(number: int) -> memoryview:
    size = os.fstat(number).st_size
    if size == 0:
        return memoryview(b"")
    return memoryview(mmap.mmap(number, size, mmap.MAP_PRIVATE, mmap.PROT_READ))
