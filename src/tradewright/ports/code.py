"""What we ask of a file of Python that a person wrote: its classes and its text.

This file decides how bytes that were uploaded are named: by their digest, never by a path.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

KEPT: Final = "sha256:"
"""Begins the name of a strategy whose source is kept by its digest: `sha256:<digest>`, `sha256:<digest>:Class`."""


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a file that somebody uploaded, and its name, for people."""

    content: bytes
    file_name: str = "strategy.py"

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def named(self, class_name: str = "") -> str:
        """The name of a strategy in it; without a class the only one."""
        return f"{KEPT}{self.digest}" + (f":{class_name}" if class_name else "")


def kept_parts(named: str) -> tuple[str, str] | None:
    """Digest and class of a kept strategy's name; None for every other name."""
    if not named.startswith(KEPT):
        return None
    digest, _, class_name = named.removeprefix(KEPT).partition(":")
    return digest, class_name


@dataclass(frozen=True, slots=True)
class LoadedCode:
    """A file of code after it ran once."""

    path: Path
    source: bytes
    classes: Mapping[str, type]
    """The classes that the file defines itself, in the order of the file."""


class CodeFiles(Protocol):
    """Runs files of Python in this process."""

    def load_kept(self, digest: str) -> LoadedCode:
        """Run uploaded bytes; InputError where this process does not hold them, or is not confined."""
        ...

    def load(self, path: Path) -> LoadedCode:
        """Run the file; InputError when it is not there, StrategyError when it cannot be run."""
        ...
