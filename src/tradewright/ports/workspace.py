"""What we ask of the folder a person works in: is it there, may we write, how much room is left, keep this file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What a project folder is like at this moment."""

    folder: Path
    exists: bool
    is_writable: bool
    """For a folder that is not there yet: whether it could be made."""
    free_bytes: int


class Workspace(Protocol):
    """The project folder."""

    def facts(self) -> FolderFacts:
        """What the folder is like now."""
        ...

    def has(self, name: str) -> bool:
        """Whether a file of that relative name is there."""
        ...

    def write(self, name: str, text: str) -> Path:
        """Keep a text file, whole or not at all; makes folders. FileExistsError when it is there, StorageError else."""
        ...

    def size(self, name: str) -> tuple[int, int]:
        """Number of files and bytes below a sub-folder; zeros when it is not there."""
        ...
