"""A disk keeps bytes; this port names the few steps whose order decides what survives a crash.

Whoever promises durability (the journal, the run folder) writes through it, so that a simulator can take the disk's
place and lose whatever was not synced. Paths are relative to the disk's root, with forward slashes. Every refusal of
the operating system comes as `StorageError`.
"""

from collections.abc import Sequence
from typing import Protocol


class OpenFile(Protocol):
    """A file open for reading and writing. What was written is safe only after `sync`."""

    def read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`; fewer at the end of the file."""
        ...

    def write(self, offset: int, content: bytes) -> None:
        """Write all of `content` at `offset`."""
        ...

    def preallocate(self, length: int) -> None:
        """Make the file at least `length` bytes long now, so that later writes cannot fail for want of space."""
        ...

    def truncate(self, length: int) -> None:
        """Cut the file to `length` bytes."""
        ...

    def length(self) -> int:
        """Bytes in the file."""
        ...

    def sync(self) -> None:
        """Wait until what was written is durable. After a failure the content is unknown: never try again, reopen."""
        ...

    def is_in_place(self) -> bool:
        """Whether the path still leads to this very file: false once it was deleted or another was put there."""
        ...

    def close(self) -> None:
        """Close the file; twice is allowed."""
        ...


class Hold(Protocol):
    """A path that one process holds for itself; the system lets go when the process ends, however it ends."""

    def is_in_place(self) -> bool:
        """Whether the path still leads to what is held."""
        ...

    def release(self) -> None:
        """Let go; twice is allowed."""
        ...


class Disk(Protocol):
    """A folder and all below it."""

    def open(self, path: str, *, create: bool = False) -> OpenFile:
        """Open a file for reading and writing; `create` makes it, and its folders, when it is not there."""
        ...

    def read(self, path: str) -> bytes:
        """All bytes of a file."""
        ...

    def replace(self, path: str, content: bytes) -> None:
        """Give the file this content, durably and at once: after a crash it has the old content or the new."""
        ...

    def rename(self, path: str, target: str) -> None:
        """Move a file within the disk, over one that is there; durable after `sync_folder` of both folders."""
        ...

    def remove(self, path: str) -> None:
        """Delete a file; one that is not there is no error."""
        ...

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        ...

    def list(self, path: str = "") -> Sequence[str]:
        """Names in a folder, sorted; empty when there is no such folder."""
        ...

    def sync_folder(self, path: str = "") -> None:
        """Wait until names made, moved or deleted in the folder are durable."""
        ...

    def hold(self, path: str) -> Hold:
        """Hold a path for this process alone; `StorageError` with the holder's process number where another has it."""
        ...

    def free_bytes(self) -> int:
        """Space left for us."""
        ...
