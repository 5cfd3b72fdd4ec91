"""A packed disk is a folder in one file that came with the package: read by everybody, written by nobody.

This file decides that it is a zip archive whose members carry no time and no machine, so that the same content is the
same bytes.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradewright.domain.errors import StorageError
from tradewright.ports.disk import Hold

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def pack(content: Mapping[str, bytes], target: Path) -> None:
    """Write the files into one, in the order of their names."""
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(content):
            member = zipfile.ZipInfo(name, _LONG_AGO)
            member.create_system, member.compress_type = 3, zipfile.ZIP_DEFLATED  # said, not taken from the machine
            archive.writestr(member, content[name], compresslevel=9)


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A member, read whole."""

    name: str
    content: bytes

    def read(self, offset: int, count: int) -> bytes:
        """A part of it."""
        return self.content[offset : offset + count]

    def write(self, offset: int, content: bytes) -> None:
        """Refused."""
        raise _refused(self.name)

    def preallocate(self, length: int) -> None:
        """Refused."""
        raise _refused(self.name)

    def truncate(self, length: int) -> None:
        """Refused."""
        raise _refused(self.name)

    def length(self) -> int:
        """Bytes in it."""
        return len(self.content)

    def sync(self) -> None:
        """Nothing was written."""

    def is_in_place(self) -> bool:
        """It is what it was."""
        return True

    def close(self) -> None:
        """There is nothing to let go of."""


class HeldDisk:
    """A read-only disk over bytes in memory; StorageError where a file is missing, or is to be changed."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)

    def open(self, path: str, *, create: bool = False) -> PackedFile:
        """Open a file for reading."""
        if create and path not in self._files:
            raise _refused(path)
        return PackedFile(path, self.read(path))

    def read(self, path: str) -> bytes:
        """All bytes of a file."""
        if path not in self._files:
            raise StorageError(f"there is no file {path}", expected=", ".join(self._files), found=path)
        return self._files[path]

    def replace(self, path: str, content: bytes) -> None:
        """Refused."""
        raise _refused(path)

    def rename(self, path: str, target: str) -> None:
        """Refused."""
        raise _refused(path)

    def remove(self, path: str) -> None:
        """Refused."""
        raise _refused(path)

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._files

    def list(self, path: str = "") -> Sequence[str]:
        """Names in a folder, sorted."""
        start = f"{path}/" if path else ""
        return sorted(name.removeprefix(start) for name in self._files if name.startswith(start))

    def sync_folder(self, path: str = "") -> None:
        """Nothing was written."""

    def hold(self, path: str) -> Hold:
        """Refused: nobody writes here."""
        raise _refused(path)

    def free_bytes(self) -> int:
        """None: nothing can be added."""
        return 0


class PackedDisk(HeldDisk):
    """The same over one file; StorageError where that is missing, or is no archive."""

    def __init__(self, path: Path) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                files = {name: archive.read(name) for name in archive.namelist()}
        except (OSError, zipfile.BadZipFile) as problem:
            raise StorageError(
                f"{path.name} cannot be read", found=str(problem), remedy="install tradewright again"
            ) from problem
        super().__init__(files)


def _refused(path: str) -> StorageError:
    return StorageError(f"{path} is a copy that is not changed", expected="to be read")
