"""The guard's record of a session as lines of JSON, `guard.jsonl`; a line is synced before anything is done by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from tradewright.ports.disk import Disk
from tradewright.ports.kill import GuardNote

NAME: Final = "guard.jsonl"


@dataclass(frozen=True, slots=True)
class NotesFile:
    """Implements the GuardNotes port in a session's folder."""

    disk: Disk

    def all(self) -> Sequence[GuardNote]:
        """Lines that can be read."""
        found = []
        for line in self.disk.read(NAME).splitlines() if self.disk.exists(NAME) else ():
            try:
                found.append(msgspec.json.decode(line, type=GuardNote))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
        return found

    def add(self, note: GuardNote) -> None:
        """At the end; after a torn line on a line of its own."""
        is_new = not self.disk.exists(NAME)
        file = self.disk.open(NAME, create=True)
        try:
            length = file.length()
            is_torn = length > 0 and file.read(length - 1, 1) != b"\n"
            file.write(length, b"\n" * is_torn + msgspec.json.encode(note) + b"\n")
            file.sync()
        finally:
            file.close()
        if is_new:
            self.disk.sync_folder()
