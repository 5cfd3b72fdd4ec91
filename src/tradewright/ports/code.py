"""What we ask of a file of Python that a person wrote: its classes and its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LoadedCode:
    """A file of code after it ran once."""

    path: Path
    source: bytes
    classes: Mapping[str, type]
    """The classes that the file defines itself, in the order of the file."""


class CodeFiles(Protocol):
    """Runs files of Python in this process."""

    def load(self, path: Path) -> LoadedCode:
        """Run the file; InputError when it is not there, StrategyError when it cannot be run."""
        ...
